import CKernels

extension Forward {
  /// A convolution over images: `[batch, height, width, in]` to `[batch, height', width', out]`.
  ///
  /// Weights are `[out, kernel height, kernel width, in / groups]`, bias `[out]`; the same stride and
  /// zero padding on both axes; cross-correlation, as in the field. With groups, each share of the
  /// output channels reads its share of the input channels; as many groups as channels make a depthwise
  /// convolution.
  public func convolution(
    _ x: Tensor, _ weights: Parameter, bias: Parameter? = nil, stride: Int = 1, padding: Int = 0,
    groups: Int = 1
  ) -> Tensor {
    convolution(
      x, weights, bias: bias, stride: stride, padding: .zeros(padding), dilation: 1, groups: groups)
  }

  /// The same with a padding of its own on each side, and places of the kernel `dilation` apart.
  ///
  /// Weights `[out, in]` are those of a 1×1 kernel.
  public func convolution(
    _ x: Tensor, _ weights: Parameter, bias: Parameter? = nil, stride: Int = 1, padding: Padding,
    dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    let (w, b) = (kernel(weights), bias.map { value(of: $0) })
    requireShapes(
      x.shape.count == 4 && w.shape.count == 4 && groups > 0 && x.channels == w.shape[3] * groups
        && w.shape[0] % groups == 0 && (b?.count ?? w.shape[0]) == w.shape[0],
      "convolution: images \(x.shape) by \(weights.key) \(w.shape)"
        + (groups == 1 ? "" : " in \(groups) groups") + (b.map { ", bias \($0.shape)" } ?? ""))
    requireShapes(
      stride > 0 && dilation > 0, "convolution: a stride of \(stride), a dilation of \(dilation)")
    let (height, width) = (w.shape[1], w.shape[2])
    let window = Window(
      height: height, width: width, stride: stride,
      padding: padding.resolved(
        x.shape, height: height, width: width, stride: stride, dilation: dilation),
      dilation: dilation, groups: groups)
    requireWindow(window, "convolution", over: x)
    let shape = window.outputShape(x.shape, channels: w.shape[0])
    if let zeros = counted(shape.reduce(1, *) * (w.count / w.shape[0]), shape) { return zeros }
    if isLazy {
      return lazy(
        LazyConvolution(
          kernels: kernels, input: x, weights: w, window: window, bias: b, isRecorded: tape != nil))
    }
    let output = kernels.convolution(x, w, bias: b, window)
    trace?.note(.convolution(weights: weights, bias: bias, window: window), [x], output)
    let (inputNode, weightNode, biasNode) = (x.node, w.node, b?.node)
    let (inputShape, weightShape, kernels) = (x.shape, w.shape, kernels)
    let saved = weightNode != nil || biasNode != nil ? SavedTensor(x) : nil
    let plainWeights = w.detached
    return record(output, wanted: inputNode != nil || saved != nil) { dy in
      if let saved {
        let gradient = kernels.convolutionWeightGradient(
          saved.tensor, dy, weightShape: weightShape, hasBias: biasNode != nil, window)
        weightNode?.accumulate(
          Tensor(content: gradient.weights.content, shape: weights.value.shape))
        if let bias = gradient.bias { biasNode?.accumulate(bias) }
      }
      inputNode?.accumulate(
        linear: { dy in
          kernels.convolutionInputGradient(
            dy, plainWeights, inputShape: [dy.shape[0]] + inputShape.dropFirst(), window)
        }, of: dy)
    }
  }

  /// A convolution's weights; those of two axes are a 1×1 kernel.
  private func kernel(_ weights: Parameter) -> Tensor {
    let w = value(of: weights)
    guard w.shape.count == 2 else { return w }
    var kernel = Tensor(content: w.content, shape: [w.shape[0], 1, 1, w.shape[1]])
    kernel.node = w.node
    return kernel
  }

  /// The maximum of each window: `[batch, height, width, channels]`.
  public func maxPool(_ x: Tensor, size: Int, stride: Int, padding: Int = 0) -> Tensor {
    let window = Window(height: size, width: size, stride: stride, padding: padding)
    requireWindow(window, "maxPool", over: x)
    if isLazy, x.node == nil {
      x.materialize()  // now, so that it is known whether it was made in double precision
      if x.content.cache.wide == nil {
        defer { Profile.lap("maxPool") }
        return maximum(x, window)
      }
    }
    let (output, argument) = kernels.maxPool(x, window)
    trace?.note(.maxPool(window), [x], output)
    let (node, shape, kernels) = (x.node, x.shape, kernels)
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(kernels.maxPoolGradient(dy, argument, inputShape: shape, window))
    }
  }

  /// The mean of each window; padding counts as zeros: `[batch, height, width, channels]`.
  public func averagePool(_ x: Tensor, size: Int, stride: Int, padding: Int = 0) -> Tensor {
    let window = Window(height: size, width: size, stride: stride, padding: padding)
    requireWindow(window, "averagePool", over: x)
    let output = kernels.averagePool(x, window)
    trace?.note(.averagePool(window), [x], output)
    let (node, shape, kernels) = (x.node, x.shape, kernels)
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(kernels.averagePoolGradient(dy, inputShape: shape, window))
    }
  }

  /// The mean over all places of each image: `[batch, height, width, channels]` to `[batch,
  /// channels]`.
  public func globalAveragePool(_ x: Tensor) -> Tensor {
    requireShapes(x.shape.count >= 2, "globalAveragePool: \(x.shape) is not [batch, …, channels]")
    let (batch, channels) = (x.shape[0], x.channels)
    let positions = x.rows / max(batch, 1)
    // Of maps line by line: the order of sums of what knows them already.
    let lines = x.shape.count == 4 ? x.shape[1] : 1
    let output =
      kernels.positionMeans(x)
      ?? Tensor([batch, channels], from: x) { output, x in
        ez_mean_positions(x, batch, lines, positions / max(lines, 1), channels, output)
      }
    trace?.note(.globalAveragePool, [x], output)
    let (node, shape) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      let dx = Tensor(shape, from: dy) { dx, dy in
        ez_mean_positions_gradient(dy, batch, positions, channels, dx)
      }
      node?.accumulate(dx)
    }
  }

  /// Images with left and right exchanged: `[batch, height, width, channels]`.
  public func mirror(_ x: Tensor) -> Tensor {
    requireShapes(
      x.shape.count == 4, "mirror: \(x.shape) is not [batch, height, width, channels]")
    let output = mirrored(x)
    trace?.note(.mirror, [x], output)
    let node = x.node
    return record(output, wanted: node != nil) { dy in node?.accumulate(mirrored(dy)) }
  }

  /// The mean of windows that divide each image into `height` × `width` places: `[batch, height,
  /// width, channels]`.
  ///
  /// Windows overlap where the sizes do not divide; a map smaller than that is repeated.
  public func adaptiveAveragePool(_ x: Tensor, height: Int, width: Int) -> Tensor {
    let shape = x.shape
    requireShapes(
      shape.count == 4 && height > 0 && width > 0,
      "adaptiveAveragePool: images \(shape) to \(height) × \(width)")
    if shape[1] == height, shape[2] == width { return x }
    let output = Tensor([shape[0], height, width, shape[3]], from: x) { output, x in
      ez_adaptive_average_pool(
        x, shape[0], shape[1], shape[2], shape[3], height, width, output)
    }
    trace?.note(.adaptiveAveragePool(height: height, width: width), [x], output)
    let node = x.node
    return record(output, wanted: node != nil) { dy in
      let dx = Tensor(shape, from: dy) { dx, dy in
        ez_adaptive_average_pool_gradient(
          dy, shape[0], shape[1], shape[2], shape[3], height, width, dx)
      }
      node?.accumulate(dx)
    }
  }

  /// Each image as one row in PyTorch's order, channels first: `[batch, height, width, channels]` to
  /// `[batch, channels · height · width]`.
  public func flattenChannelsFirst(_ x: Tensor) -> Tensor {
    requireShapes(
      x.shape.count >= 2, "flattenChannelsFirst: \(x.shape) is not [batch, …, channels]")
    let (batch, channels) = (x.shape[0], x.channels)
    let positions = x.rows / max(batch, 1)
    let output = Tensor([batch, channels * positions], from: x) { output, x in
      ez_transpose(x, batch, positions, channels, output)
    }
    trace?.note(.flattenChannelsFirst, [x], output)
    let (node, shape) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      let dx = Tensor(shape, from: dy) { dx, dy in
        ez_transpose(dy, batch, channels, positions, dx)
      }
      node?.accumulate(dx)
    }
  }
}

/// Requires images that are no smaller than a window over them.
private func requireWindow(_ window: Window, _ operation: String, over x: Tensor) {
  let sides = [
    window.padding.top, window.padding.left, window.padding.bottom, window.padding.right,
  ]
  requireShapes(
    window.stride > 0 && window.height > 0 && window.width > 0 && sides.allSatisfy { $0 >= 0 }
      && window.fits(x.shape),
    "\(operation): images \(x.shape) under a window \([window.height, window.width]), stride "
      + "\(window.stride), padding \(window.padding.words)"
      + (window.dilation == 1 ? "" : ", dilation \(window.dilation)"))
}

private func mirrored(_ x: Tensor) -> Tensor {
  let (width, channels) = (x.shape[2], x.shape[3])
  return Tensor(x.shape, from: x) { output, values in
    for row in 0..<x.shape[0] * x.shape[1] {
      let (from, to) = (values + row * width * channels, output + row * width * channels)
      for column in 0..<width {
        (to + column * channels)
          .update(from: from + (width - 1 - column) * channels, count: channels)
      }
    }
  }
}
