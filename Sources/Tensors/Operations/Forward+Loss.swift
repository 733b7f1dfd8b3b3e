import Foundation

/// The loss of one logit, and its slope.
typealias LogitLoss = (value: Double, slope: Double)

extension Forward {
  /// The mean binary cross entropy of logits `[batch, outputs]`, as one number.
  ///
  /// loss = Σ wᵢ (max(z, 0) − z·y + ln(1 + e^−|z|)) / Σ wᵢ over all elements. Targets are 0…1 (soft
  /// labels allowed); a weight of 0 leaves an element out.
  ///
  /// - Returns: the loss, a tensor of shape `[1]`.
  public func binaryCrossEntropy(_ logits: Tensor, targets: [Float], weights: [Float]? = nil)
    -> Tensor
  {
    meanLoss("binaryCrossEntropy", logits, targets, weights) { logit, target in
      let decay = exp(-abs(logit))
      let probability = logit >= 0 ? 1 / (1 + decay) : decay / (1 + decay)
      return (max(logit, 0) - logit * target + log1p(decay), probability - target)
    }
  }

  /// The weighted mean of a loss of each logit by itself, a tensor of shape `[1]`.
  func meanLoss(
    _ name: String, _ logits: Tensor, _ targets: [Float], _ weights: [Float]?,
    _ loss: (_ logit: Double, _ target: Double) -> LogitLoss
  ) -> Tensor {
    meanLoss(name, logits, targets, weights, width: 1) { row, targets, slopes in
      let found = loss(row[0], targets[0])
      slopes[0] = found.slope
      return found.value
    }
  }

  /// The weighted mean of a loss of each row of logits, a tensor of shape `[1]`.
  ///
  /// A row is `width` logits, and has one weight; a weight of 0 leaves it out, whatever its logits and
  /// targets are. `loss` gives the loss of a row of logits and of targets, and puts its slopes into the last.
  func meanLoss(
    _ name: String, _ logits: Tensor, _ targets: [Float], _ weights: [Float]?, width: Int,
    _ loss: (_ row: [Double], _ targets: [Double], _ slopes: inout [Double]) -> Double
  ) -> Tensor {
    requireShapes(
      width > 0 && targets.count == logits.count
        && (weights?.count ?? logits.count / width) * width == logits.count,
      "\(name): logits \(logits.shape), \(targets.count) targets, "
        + "\(weights.map { "\($0.count)" } ?? "no") weights")
    let z = logits.values
    let w = weights ?? [Float](repeating: 1, count: z.count / width)
    let total = max(w.reduce(0) { $0 + Double($1) }, .leastNormalMagnitude)
    var sum = 0.0
    var gradient = [Float](repeating: 0, count: z.count)
    var (row, goals) = ([Double](repeating: 0, count: width), [Double](repeating: 0, count: width))
    var slopes = row
    for i in w.indices where w[i] != 0 {
      for k in 0..<width {
        (row[k], goals[k]) = (Double(z[i * width + k]), Double(targets[i * width + k]))
      }
      let weight = Double(w[i])
      sum += weight * loss(row, goals, &slopes)
      for k in 0..<width { gradient[i * width + k] = Float(weight * slopes[k] / total) }
    }
    let (node, shape, slope) = (logits.node, logits.shape, gradient)
    return record(Tensor([Float(sum / total)], shape: [1]), wanted: node != nil) { dy in
      let factor = dy.withFloats { $0[0] }
      node?.accumulate(Tensor(slope.map { $0 * factor }, shape: shape))
    }
  }
}
