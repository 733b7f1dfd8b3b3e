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
  let output = Tensor(uninitialized: window.outputShape(x.shape, channels: x.channels))
  ez_max_pool(x.floats, &geometry, output.floats, positions)
  return output
}

func pooledMaximumGradient(
  _ dy: Tensor, _ argument: PoolArgument, _ inputShape: [Int], _ window: Window
) -> Tensor {
  var geometry = window.geometry(inputShape, channels: dy.channels)
  let dx = Tensor(uninitialized: inputShape)
  ez_max_pool_gradient(dy.floats, argument.positions, &geometry, dx.floats)
  return dx
}

func pooledMean(_ x: Tensor, _ window: Window) -> Tensor {
  var geometry = window.geometry(x.shape, channels: x.channels)
  let output = Tensor(uninitialized: window.outputShape(x.shape, channels: x.channels))
  // A dense transition: what is normalised is never stored.
  if let before = x.normalization, window == Window(height: 2, width: 2, stride: 2, padding: 0) {
    let lying = before.parts.map { ez_part(values: $0.floats, channels: $0.channels) }
    ez_normalised_halves(
      lying, lying.count, before.affine.scale.floats, before.affine.shift.floats, x.shape[0],
      x.shape[1], x.shape[2], output.floats)
    return output
  }
  ez_average_pool(x.floats, &geometry, output.floats)
  return output
}

func pooledMeanGradient(_ dy: Tensor, _ inputShape: [Int], _ window: Window) -> Tensor {
  var geometry = window.geometry(inputShape, channels: dy.channels)
  let dx = Tensor(uninitialized: inputShape)
  ez_average_pool_gradient(dy.floats, &geometry, dx.floats)
  return dx
}
