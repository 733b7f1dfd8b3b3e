import CKernels

func pooledMaximum(_ x: Tensor, _ window: Window) -> (output: Tensor, argument: PoolArgument) {
  let count = window.outputShape(x.shape, channels: x.channels).reduce(1, *)
  var positions = [Int32](repeating: 0, count: count)
  let output = maximum(x, window, positions: &positions)
  return (output, PoolArgument(positions: positions))
}

/// The maximum alone; `positions` gets which input won, where somebody asks.
func maximum(_ x: Tensor, _ window: Window, positions: UnsafeMutablePointer<Int32>? = nil) -> Tensor
{
  var geometry = window.geometry(x.shape, channels: x.channels)
  return Tensor(window.outputShape(x.shape, channels: x.channels), from: x) { output, x in
    ez_max_pool(x, &geometry, output, positions)
  }
}

func pooledMaximumGradient(
  _ dy: Tensor, _ argument: PoolArgument, _ inputShape: [Int], _ window: Window
) -> Tensor {
  var geometry = window.geometry(inputShape, channels: dy.channels)
  return Tensor(inputShape, from: dy) { dx, dy in
    ez_max_pool_gradient(dy, argument.positions, &geometry, dx)
  }
}

func pooledMean(_ x: Tensor, _ window: Window) -> Tensor {
  var geometry = window.geometry(x.shape, channels: x.channels)
  let shape = window.outputShape(x.shape, channels: x.channels)
  // A dense transition: what is normalised is never stored.
  if x.lazyNormalization != nil, window == Window(height: 2, width: 2, stride: 2, padding: 0) {
    return Tensor(shape, from: KernelInput(x)) { output, input in
      input.withRows(x.rows) { source in
        ez_normalised_halves(source, x.shape[0], x.shape[1], x.shape[2], output)
      }
    }
  }
  return Tensor(shape, from: x) { output, x in ez_average_pool(x, &geometry, output) }
}

func pooledMeanGradient(_ dy: Tensor, _ inputShape: [Int], _ window: Window) -> Tensor {
  var geometry = window.geometry(inputShape, channels: dy.channels)
  return Tensor(inputShape, from: dy) { dx, dy in ez_average_pool_gradient(dy, &geometry, dx) }
}

/// The sum over all rows, `[channels]`: a bias's gradient.
func columnSums(_ dy: Tensor) -> Tensor {
  Tensor([dy.channels], from: dy) { sums, values in
    ez_column_sums(values, dy.rows, dy.channels, sums, 0)
  }
}
