import CKernels

extension Forward {
  /// Global response normalisation: every channel of an image grows by its share of the image's response.
  ///
  /// y = x + scale · x · n + shift, n = g / (mean of g over channels + ε), g the Euclidean norm of a channel over all
  /// places. Woo et al. 2023, "ConvNeXt V2", https://arxiv.org/abs/2301.00808. `[batch, …, channels]` to the same shape;
  /// scale and shift are `[channels]`.
  public func responseNormalization(
    _ x: Tensor, scale: Parameter, shift: Parameter, epsilon: Float = 1e-6
  ) -> Tensor {
    let (w, b) = (value(of: scale), value(of: shift))
    requireShapes(
      x.shape.count >= 2 && w.count == x.channels && b.count == x.channels,
      "responseNormalization: \(x.shape) by \(scale.key) \(w.shape)")
    let responses = Responses(of: x, epsilon: epsilon)
    let output = responses.apply(to: x, w, b)
    trace?.note(
      .responseNormalization(scale: scale, shift: shift, epsilon: epsilon), [x], output)
    let (node, scaleNode, shiftNode) = (x.node, w.node, b.node)
    let (saved, plain) = (SavedTensor(x), w.detached)
    return record(output, wanted: node != nil || scaleNode != nil || shiftNode != nil) { dy in
      let products = channelSums(saved.tensor, dy)
      scaleNode?.accumulate(responses.scaleGradient(products))
      shiftNode?.accumulateColumnSums(dy, width: dy.channels)
      node?.accumulate(responses.inputGradient(saved.tensor, dy, plain, products))
    }
  }
}

/// Of each sample the sums over places of two tensors' products, `[batch, channels]`.
private func channelSums(_ x: Tensor, _ y: Tensor) -> Tensor {
  let positions = x.rows / max(x.shape[0], 1)
  return Tensor([x.shape[0], x.channels], from: x, y) { sums, a, b in
    ez_gate_gradient(a, b, x.shape[0], positions, x.channels, sums)
  }
}

/// How strongly each channel of each sample responds.
private struct Responses {
  /// Norms over places, `[batch, channels]`.
  let norms: [Float]
  /// 1 / (mean norm + ε) of each sample.
  let inverses: [Double]
  let channels: Int

  init(of x: Tensor, epsilon: Float) {
    let channels = x.channels
    let norms = channelSums(x, x).values.map { $0.squareRoot() }
    inverses = (0..<x.shape[0]).map { sample in
      let own = norms[sample * channels..<(sample + 1) * channels]
      return 1 / (own.reduce(0.0) { $0 + Double($1) } / Double(channels) + Double(epsilon))
    }
    (self.norms, self.channels) = (norms, channels)
  }

  private func share(_ sample: Int, _ channel: Int) -> Double {
    Double(norms[sample * channels + channel]) * inverses[sample]
  }

  /// 1 + scale · n of a sample.
  private func factors(_ sample: Int, _ scale: UnsafePointer<Float>) -> [Float] {
    (0..<channels).map { Float(1 + Double(scale[$0]) * share(sample, $0)) }
  }

  func apply(to x: Tensor, _ scale: Tensor, _ shift: Tensor) -> Tensor {
    let rows = x.rows / max(x.shape[0], 1)
    return Tensor(x.shape, from: x, scale, shift) { output, x, scale, shift in
      for sample in inverses.indices {
        let start = sample * rows * channels
        ez_affine(
          x + start, rows, channels, factors(sample, scale), shift, 0, output + start, channels)
      }
    }
  }

  func scaleGradient(_ products: Tensor) -> Tensor {
    let products = products.values
    return Tensor(
      (0..<channels).map { channel in
        Float(
          inverses.indices.reduce(0.0) {
            $0 + Double(products[$1 * channels + channel]) * share($1, channel)
          })
      }, shape: [channels])
  }

  /// dx = dy · (1 + scale · n) + x · slope of the norm / norm.
  func inputGradient(_ x: Tensor, _ dy: Tensor, _ scale: Tensor, _ products: Tensor) -> Tensor {
    let (rows, zeros) = (x.rows / max(x.shape[0], 1), [Float](repeating: 0, count: channels))
    return Tensor(x.shape, from: x, dy, scale, products) { dx, x, dy, scale, products in
      for sample in inverses.indices {
        let start = sample * rows * channels
        var part = ez_gradient_part(
          values: x + start, channels: channels, gradient: dx + start, accumulate: 0)
        ez_affine_gradient(
          &part, 1, dy + start, channels, rows, zeros, zeros, 0, factors(sample, scale),
          normSlopes(sample, scale, products + sample * channels), zeros)
      }
    }
  }

  /// The gradient with respect to each norm of a sample, divided by that norm.
  private func normSlopes(
    _ sample: Int, _ scale: UnsafePointer<Float>, _ products: UnsafePointer<Float>
  ) -> [Float] {
    let slopes = (0..<channels).map { Double(scale[$0]) * Double(products[$0]) * inverses[sample] }
    let shared =
      (0..<channels).reduce(0.0) { $0 + slopes[$1] * share(sample, $1) } / Double(channels)
    return (0..<channels).map { channel in
      let norm = Double(norms[sample * channels + channel])
      return norm == 0 ? 0 : Float((slopes[channel] - shared) / norm)
    }
  }
}
