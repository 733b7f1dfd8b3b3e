import Foundation

extension Forward {
  /// The mean focal loss of logits `[batch, outputs]`, each a question of its own, as one number.
  ///
  /// loss = Σ wᵢ (y·a·(1 − p)^γ·(−ln p) + (1 − y)·b·p^γ·(−ln(1 − p))) / Σ wᵢ over all elements,
  /// p = 1 / (1 + e^−z), a = α and b = 1 − α, or 1 and 1 without α. Targets y are 0…1 (a soft label
  /// mixes both terms); a weight of 0 leaves an element out. With γ = 0 and no α it is
  /// `binaryCrossEntropy`.
  ///
  /// Lin et al. 2017, "Focal Loss for Dense Object Detection", https://arxiv.org/abs/1708.02002, which
  /// sums and divides by the number of positive answers; here it is the mean over the weights.
  ///
  /// - Returns: the loss, a tensor of shape `[1]`.
  /// - Precondition: `gamma` is not negative, `alpha` within 0…1.
  public func focalLoss(
    _ logits: Tensor, targets: [Float], weights: [Float]? = nil, gamma: Double,
    alpha: Double? = nil
  ) -> Tensor {
    precondition(gamma >= 0 && (0...1).contains(alpha ?? 0), "gamma \(gamma), alpha \(alpha ?? 0)")
    let (positive, negative) = (alpha ?? 1, alpha.map { 1 - $0 } ?? 1)
    return meanLoss("focalLoss", logits, targets, weights) { logit, target in
      let (yes, no) = (focalTerm(logit, gamma), focalTerm(-logit, gamma))
      let (first, second) = (target * positive, (1 - target) * negative)
      return (first * yes.value + second * no.value, first * yes.slope - second * no.slope)
    }
  }

  /// The mean asymmetric loss of logits `[batch, labels]`, as one number.
  ///
  /// loss = Σ wᵢ (y·(1 − p)^γ₊·(−ln p) + (1 − y)·pₘ^γ₋·(−ln(1 − pₘ))) / Σ wᵢ over all elements,
  /// p = 1 / (1 + e^−z), pₘ = max(p − m, 0): a negative answer of which the model is sure to the
  /// shift m counts nothing. Targets y are 0…1; a weight of 0 leaves an element out.
  ///
  /// Ridnik et al. 2021, "Asymmetric Loss For Multi-Label Classification",
  /// https://arxiv.org/abs/2009.14119. The authors' program sums, and by default takes the factors
  /// (1 − p)^γ₊ and pₘ^γ₋ as constants in the gradient; here it is the mean over the weights and the
  /// formula's whole gradient.
  ///
  /// - Returns: the loss, a tensor of shape `[1]`.
  /// - Precondition: no γ is negative, `shift` is in `0..<1`.
  public func asymmetricLoss(
    _ logits: Tensor, targets: [Float], weights: [Float]? = nil, gammaNegative: Double,
    gammaPositive: Double, shift: Double
  ) -> Tensor {
    precondition(
      gammaNegative >= 0 && gammaPositive >= 0 && (0..<1).contains(shift),
      "gammas \(gammaNegative) and \(gammaPositive), shift \(shift)")
    return meanLoss("asymmetricLoss", logits, targets, weights) { logit, target in
      let yes = focalTerm(logit, gammaPositive)
      let no = shiftedTerm(logit, gammaNegative, shift)
      return (
        target * yes.value + (1 - target) * no.value, target * yes.slope + (1 - target) * no.slope
      )
    }
  }
}

/// (1 − p)^γ · (−ln p) of a logit, p = 1 / (1 + e^−z), and its slope, (1 − p)^γ (γ p ln p − (1 − p)).
private func focalTerm(_ logit: Double, _ gamma: Double) -> LogitLoss {
  let decay = exp(-abs(logit))
  let (large, small) = (1 / (1 + decay), decay / (1 + decay))
  let (p, rest) = logit >= 0 ? (large, small) : (small, large)
  let loss = max(-logit, 0) + log1p(decay)
  let focus = pow(rest, gamma)
  return (focus * loss, -focus * (gamma * p * loss + rest))
}

/// pₘ^γ · (−ln(1 − pₘ)) of a logit, pₘ = max(p − m, 0), and its slope.
private func shiftedTerm(_ logit: Double, _ gamma: Double, _ shift: Double) -> LogitLoss {
  guard shift > 0 else {
    let mirrored = focalTerm(-logit, gamma)
    return (mirrored.value, -mirrored.slope)
  }
  let decay = exp(-abs(logit))
  let (large, small) = (1 / (1 + decay), decay / (1 + decay))
  let (p, rest) = logit >= 0 ? (large, small) : (small, large)
  let shifted = p - shift
  guard shifted > 0 else { return (0, 0) }
  let loss = -log1p(-shifted)
  let focus = pow(shifted, gamma)
  let slope = gamma * focus * (loss / shifted) + focus / (1 - shifted)
  return (focus * loss, slope * p * rest)
}
