import CKernels

extension Kernels {
  /// A convolution and what has fused with it, step by step.
  ///
  /// A recorded pass scales the result: its gradient wants the weights as they are, and one copy of them
  /// in a library's layout is enough.
  func runSteps(_ work: LazyConvolution) -> Tensor {
    if work.isRecorded, let scale = work.scale, let bias = work.bias {
      let plain = convolution(work.input, work.weights, bias: nil, work.window)
      let isLast = work.addend == nil && work.activation == nil
      let relu: Int32 = work.relu && isLast ? 1 : 0
      let output = Tensor(plain.shape, from: plain, scale, bias) { output, plain, scale, bias in
        ez_affine(plain, work.rows, work.channels, scale, bias, relu, output, work.channels)
      }
      Profile.lap("scale and shift")
      return isLast ? output : finish(output, work)
    }
    var weights = work.weights
    if let scale = work.scale {
      let width = weights.count / scale.count
      let storage = weights.packed(.plain, scale: scale, count: weights.count) {
        weights, factors, scaled in
        guard let factors else { return }
        for row in 0..<scale.count {
          ez_scale(weights + row * width, factors[row], scaled + row * width, width)
        }
      }
      weights = Tensor(storage: storage, shape: weights.shape)
    }
    return finish(convolution(work.input, weights, bias: work.bias, work.window), work)
  }

  /// Adds what is to be added, in place, and applies the last function.
  private func finish(_ output: Tensor, _ work: LazyConvolution) -> Tensor {
    if let activation = work.activation {
      var linear = work
      linear.activation = nil
      return finish(output, linear).activatedInPlace(activation)
    }
    guard work.addend != nil || work.relu else { return output }
    withElements(output.writable, work.addend) { sum, addend in
      if let addend { ez_add(sum, addend, sum, output.count) }
      if work.relu { ez_relu(sum, sum, output.count) }
    }
    output.content.cache.wide = nil
    Profile.lap(work.addend == nil ? "relu" : work.relu ? "add and relu" : "add")
    return output
  }
}

extension Tensor {
  /// The same tensor after a function of each element; nobody else may hold it.
  func activatedInPlace(_ activation: Activation) -> Tensor {
    withElements(writable) { ez_activate($0, activation.kind, $0, count) }
    content.cache.wide = nil
    Profile.lap("\(activation)")
    return self
  }
}

extension LazyConvolution {
  fileprivate var channels: Int { weights.shape[0] }
  fileprivate var rows: Int { shape.dropLast().reduce(1, *) }
}
