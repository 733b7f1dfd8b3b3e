import CKernels

/// The parameters and statistics of a batch normalisation, each `[channels]`.
public struct NormalizationParameters {
  package let scale: Parameter
  package let shift: Parameter
  package let runningMean: Parameter
  package let runningVariance: Parameter
  let momentum: Float
  package let epsilon: Float

  /// The four tensors, the weight of the newest batch in the running statistics, and what is added
  /// to the variance.
  public init(
    scale: Parameter, shift: Parameter, runningMean: Parameter, runningVariance: Parameter,
    momentum: Float, epsilon: Float
  ) {
    self.scale = scale
    self.shift = shift
    self.runningMean = runningMean
    self.runningVariance = runningVariance
    self.momentum = momentum
    self.epsilon = epsilon
  }
}

extension Forward {
  /// Batch normalisation over all axes but the last, of one tensor or of several side by side,
  /// optionally followed by ReLU.
  ///
  /// y = (x − mean) / √(variance + ε) · scale + shift, by the batch's mean and biased variance in
  /// training (which move the running ones, the variance unbiased), by the running ones in
  /// evaluation. Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167.
  ///
  /// Several parts are read in place, so a dense block's concatenation is never stored; each
  /// part's statistics are computed once for all layers that read it. The tape keeps no result: it
  /// is made again when a gradient needs it.
  public func batchNormalization(
    _ parts: [Tensor], _ norm: NormalizationParameters, relu: Bool = false
  ) -> Tensor {
    normalized(parts, norm, relu: relu, fuses: false)
  }

  /// Batch normalisation of one tensor that nothing else reads: it may become part of the convolution
  /// that makes the tensor.
  public func batchNormalization(
    _ x: Tensor, _ norm: NormalizationParameters, relu: Bool = false
  ) -> Tensor {
    normalized([x], norm, relu: relu, fuses: true)
  }

  private func normalized(
    _ parts: [Tensor], _ norm: NormalizationParameters, relu: Bool, fuses: Bool
  ) -> Tensor {
    requireShapes(!parts.isEmpty, "batchNormalization: \(norm.scale.key) over no tensors")
    let widths = parts.map(\.channels)
    let (total, rows) = (widths.reduce(0, +), parts[0].rows)
    requireShapes(
      norm.sizes.allSatisfy { $0 == total } && parts.allSatisfy { $0.rows == rows },
      "batchNormalization: \(parts.map(\.shape)) by \(norm.scale.key) \(norm.scale.value.shape): "
        + "\(total) channels by \(norm.sizes)")
    let usesBatch = mode == .training && !freezesStatistics
    requireShapes(
      !usesBatch || exchange != nil || rows > 1,
      "batchNormalization: \(parts[0].shape) by \(norm.scale.key) \(norm.scale.value.shape): "
        + "no statistics of one value a channel")
    if isLazy { return lazy(parts, norm.runningAffine, relu: relu, fuses: fuses) }
    let statistics = usesBatch ? batchStatistics(parts, norm) : norm.running
    let affine = usesBatch ? norm.affine(statistics) : norm.runningAffine
    let nodes = parts.map(\.node)
    let (scaleNode, shiftNode) = (value(of: norm.scale).node, value(of: norm.shift).node)
    let wanted =
      tape != nil && (scaleNode != nil || shiftNode != nil || nodes.contains { $0 != nil })
    let saved = wanted ? parts.map { SavedTensor($0) } : []

    // Made when it is read: a convolution behind it may normalise while it reads the parts.
    func apply(_ parts: [Tensor]) -> Tensor {
      Tensor(LazyNormalization(parts: parts, affine: affine, relu: relu))
    }

    let result = apply(parts)
    trace?.note(.normalization(norm, relu: relu), parts, result)
    if relu { observeReLU?(result) }
    var output = record(result, wanted: wanted) { dy in
      let gradient = NormalizationGradient(
        statistics: statistics, scale: affine.scale, shift: affine.shift, relu: relu,
        usesBatch: usesBatch, epsilon: norm.epsilon, exchange: usesBatch ? exchange : nil)
      let (scaleGradient, shiftGradient) = gradient.run(saved.map(\.tensor), nodes, dy)
      scaleNode?.accumulate(scaleGradient)
      shiftNode?.accumulate(shiftGradient)
    }
    if wanted { output.recipe = Recipe { apply(saved.map(\.tensor)) } }
    return output
  }

  private func batchStatistics(_ parts: [Tensor], _ norm: NormalizationParameters) -> Moments {
    // A reshaped tensor shares the storage, but not the channels.
    var found = parts.map { part in
      part.content.cache.moments.flatMap { $0.mean.count == part.channels ? $0 : nil }
    }
    let fresh = found.indices.filter { found[$0] == nil }
    let own = fresh.map { parts[$0].computeMoments() }
    for (index, moments) in zip(fresh, exchange?.whole(own) ?? own) {
      found[index] = moments
      parts[index].content.cache.moments = moments
    }
    var all = Moments(mean: [], variance: [], rows: 0)
    for moments in found.compactMap(\.self) {
      all.mean += moments.mean
      all.variance += moments.variance
      all.rows = moments.rows
    }
    let rows = all.rows
    let (keep, take) = (Double(1 - norm.momentum), Double(norm.momentum))
    norm.runningMean.update { running in
      for (c, mean) in all.mean.enumerated() {
        running[c] = Float(keep * Double(running[c]) + take * mean)
      }
    }
    norm.runningVariance.update { running in
      for (c, variance) in all.variance.enumerated() {
        running[c] = Float(keep * Double(running[c]) + take * variance * rows / (rows - 1))
      }
    }
    return all
  }
}

extension Tensor {
  fileprivate func computeMoments() -> Moments {
    var moments = Moments(
      mean: [Double](repeating: 0, count: channels),
      variance: [Double](repeating: 0, count: channels), rows: Double(rows))
    withElements(self) { ez_moments($0, rows, channels, &moments.mean, &moments.variance) }
    return moments
  }
}

extension NormalizationParameters {
  /// The numbers that scale, shift and both statistics hold.
  fileprivate var sizes: [Int] {
    [scale, shift, runningMean, runningVariance].map { $0.value.count }
  }

  fileprivate var running: Moments {
    Moments(
      mean: runningMean.value.values.map(Double.init),
      variance: runningVariance.value.values.map(Double.init), rows: 0)
  }

  /// Normalisation as one multiplication and one addition a value.
  fileprivate func affine(_ statistics: Moments) -> ChannelAffine {
    let count = statistics.mean.count
    let (factor, offset) = (
      Tensor(uninitialized: [count]), Tensor(uninitialized: [count])
    )
    var exact = ChannelAffine.Exact(scale: [], shift: [])
    withElements(scale.value, shift.value, factor.writable, offset.writable) {
      scale, shift, factor, offset in
      for c in 0..<count {
        let inverse = 1 / (statistics.variance[c] + Double(epsilon)).squareRoot()
        let product = Double(scale[c]) * inverse
        exact.scale.append(product)
        exact.shift.append(Double(shift[c]) - statistics.mean[c] * product)
        factor[c] = Float(product)
        // By the factor as it was rounded: a large mean then cancels to the last bit.
        offset[c] = Float(Double(shift[c]) - statistics.mean[c] * Double(factor[c]))
      }
    }
    return ChannelAffine(scale: factor, shift: offset, exact: exact)
  }

  /// The same by the running statistics, kept until one of them or the parameters change.
  fileprivate var runningAffine: ChannelAffine {
    let owner = scale.value.content
    // Without the owner itself, whose changes drop what it keeps.
    let sources = [shift, runningMean, runningVariance].map(\.value.content)
    if let kept = owner.cache.affine,
      zip(kept.sources, sources).allSatisfy({ $0.content === $1 && $0.version == $1.version })
    {
      return kept.affine
    }
    let made = affine(running)
    owner.cache.affine = KeptAffine(affine: made, sources: sources.map { ($0, $0.version) })
    return made
  }
}

/// The backward pass of a normalisation.
private struct NormalizationGradient {
  let statistics: Moments
  let scale: Tensor
  let shift: Tensor
  let relu: Bool
  let usesBatch: Bool
  let epsilon: Float
  let exchange: (any BatchExchange)?

  /// Sends the gradient to the parts' nodes, and gives those with respect to scale and shift.
  func run(
    _ parts: [Tensor], _ nodes: [GradientNode?], _ dy: Tensor
  ) -> (scale: Tensor, shift: Tensor) {
    let (total, rows) = (dy.channels, dy.rows)
    let mean = statistics.mean.map { Float($0) }
    var sum = [Double](repeating: 0, count: total)
    var centred = sum
    withElements(parts, dy, scale, shift) { values, dy, scale, shift in
      let sources = zip(parts, values).map {
        ez_gradient_part(values: $1, channels: $0.channels, gradient: nil, accumulate: 0)
      }
      ez_affine_gradient_sums(
        sources, sources.count, dy, total, rows, scale, shift, mean, relu ? 1 : 0, &sum, &centred)
    }
    // The sums were taken around the mean in single precision; the rest is added here.
    for c in 0..<total { centred[c] += sum[c] * (Double(mean[c]) - statistics.mean[c]) }
    let whole = exchange?.sum(sum + centred) ?? sum + centred
    let (scaleGradient, shiftGradient) = (
      Tensor(uninitialized: [total]), Tensor(uninitialized: [total])
    )
    var b = [Float](repeating: 0, count: total)
    var d = b
    withElements(scale, scaleGradient.writable, shiftGradient.writable) {
      scale, scaleGradient, shiftGradient in
      for c in 0..<total {
        let inverseVariance = 1 / (statistics.variance[c] + Double(epsilon))
        scaleGradient[c] = Float(centred[c] * inverseVariance.squareRoot())
        shiftGradient[c] = Float(sum[c])
        guard usesBatch else { continue }
        let factor = Double(scale[c])
        let slope = -factor * inverseVariance * whole[total + c] / statistics.rows
        b[c] = Float(slope)
        d[c] = Float(-factor * whole[c] / statistics.rows - slope * statistics.mean[c])
      }
    }
    send(parts, nodes, dy, b, d)
    return (scaleGradient, shiftGradient)
  }

  /// Adds gradient = a · dy + b · x + d to the parts' nodes.
  private func send(
    _ parts: [Tensor], _ nodes: [GradientNode?], _ dy: Tensor, _ b: [Float], _ d: [Float]
  ) {
    let (total, rows) = (dy.channels, dy.rows)
    // One after the other: the same tensor may stand among the parts twice.
    var (offset, first) = (0, 0)
    var targets: [(sum: Tensor, adds: Bool)?] = []
    var seen: Set<ObjectIdentifier> = []
    func send(upTo end: Int) {
      guard first < end else { return }
      let group = Array(parts[first..<end])
      targets += repeatElement(nil, count: group.count - targets.count)
      withElements(group, targets.map { $0?.sum.writable }, dy, scale, shift) {
        values, sums, dy, scale, shift in
        let sources = group.indices.map { index in
          ez_gradient_part(
            values: values[index], channels: group[index].channels, gradient: sums[index],
            accumulate: targets[index]?.adds == true ? 1 : 0)
        }
        ez_affine_gradient(
          sources, sources.count, dy + offset, total, rows, scale + offset, shift + offset,
          relu ? 1 : 0, scale + offset, Array(b[offset...]), Array(d[offset...]))
      }
      offset += group.reduce(0) { $0 + $1.channels }
      first = end
      (seen, targets) = ([], [])
    }
    for (index, node) in nodes.enumerated() {
      guard let node else { continue }
      if !seen.insert(ObjectIdentifier(node)).inserted {
        send(upTo: index)
        seen = [ObjectIdentifier(node)]
      }
      targets += repeatElement(nil, count: index - first - targets.count)
      targets.append(node.buffer(shape: parts[index].shape))
    }
    send(upTo: parts.count)
  }
}
