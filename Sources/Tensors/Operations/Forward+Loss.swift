import Foundation

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
    requireShapes(
      targets.count == logits.count && (weights?.count ?? logits.count) == logits.count,
      "binaryCrossEntropy: logits \(logits.shape), \(targets.count) targets, "
        + "\(weights.map { "\($0.count)" } ?? "no") weights")
    let z = logits.values
    let w = weights ?? [Float](repeating: 1, count: z.count)
    let total = max(w.reduce(0) { $0 + Double($1) }, .leastNormalMagnitude)
    var loss = 0.0
    var slope = [Float](repeating: 0, count: z.count)
    for i in z.indices where w[i] != 0 {
      let (logit, target, weight) = (Double(z[i]), Double(targets[i]), Double(w[i]))
      let decay = exp(-abs(logit))
      loss += weight * (max(logit, 0) - logit * target + log1p(decay))
      let probability = logit >= 0 ? 1 / (1 + decay) : decay / (1 + decay)
      slope[i] = Float(weight * (probability - target) / total)
    }
    let (node, shape, gradient) = (logits.node, logits.shape, slope)
    return record(Tensor([Float(loss / total)], shape: [1]), wanted: node != nil) { dy in
      let factor = dy.withFloats { $0[0] }
      node?.accumulate(Tensor(gradient.map { $0 * factor }, shape: shape))
    }
  }
}
