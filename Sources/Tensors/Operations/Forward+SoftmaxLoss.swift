import Foundation

extension Forward {
  /// The mean cross entropy of logits `[batch, classes]` and one of several classes, as one number.
  ///
  /// loss = Σ wᵢ Σₖ yᵢₖ (−ln pᵢₖ) / Σ wᵢ, pᵢ the softmax of row i. Rows of `targets`, `[batch, classes]`, are
  /// distributions: a single 1, or a soft label that adds up to 1; there is one weight a row, and 0 leaves
  /// the row out.
  ///
  /// - Returns: the loss, a tensor of shape `[1]`.
  public func softmaxCrossEntropy(_ logits: Tensor, targets: [Float], weights: [Float]? = nil)
    -> Tensor
  {
    softmaxFocalLoss(logits, targets: targets, weights: weights, gamma: 0)
  }

  /// The mean focal loss of logits `[batch, classes]` and one of several classes, as one number.
  ///
  /// loss = Σ wᵢ Σₖ yᵢₖ (1 − pᵢₖ)^γ (−ln pᵢₖ) / Σ wᵢ, pᵢ the softmax of row i; targets and weights as of
  /// `softmaxCrossEntropy`, which it is with γ = 0.
  ///
  /// Lin et al. 2017, "Focal Loss for Dense Object Detection", https://arxiv.org/abs/1708.02002, with
  /// the softmax in place of the sigmoid, as section 3.2 says can be done.
  ///
  /// - Returns: the loss, a tensor of shape `[1]`.
  /// - Precondition: `gamma` is not negative.
  public func softmaxFocalLoss(
    _ logits: Tensor, targets: [Float], weights: [Float]? = nil, gamma: Double
  ) -> Tensor {
    precondition(gamma >= 0, "gamma \(gamma)")
    requireShapes(
      logits.shape.count == 2, "softmax loss: logits \(logits.shape) are not [batch, classes]")
    return meanLoss("softmax loss", logits, targets, weights, width: logits.shape[1]) {
      row, targets, slopes in
      let softmax = StableSoftmax(row)
      var (loss, pull) = (0.0, 0.0)
      for k in row.indices { slopes[k] = 0 }
      // ∂/∂zⱼ = Σₖ yₖ gₖ (δₖⱼ − pⱼ), gₖ = pₖ ∂lₖ/∂pₖ.
      for k in row.indices where targets[k] != 0 {
        let (p, rest, surprise) = (softmax.p[k], softmax.rest[k], -softmax.logarithms[k])
        let focus = pow(rest, gamma)
        loss += targets[k] * focus * surprise
        // −ln p / (1 − p) is 1 where p is.
        let ratio = rest > 0 ? surprise / rest : 1
        slopes[k] = -targets[k] * focus * (1 + gamma * p * ratio)
        pull += slopes[k]
      }
      for k in row.indices { slopes[k] -= pull * softmax.p[k] }
      return loss
    }
  }
}

/// The softmax of a row of logits, exact at both ends of 0…1.
private struct StableSoftmax {
  private(set) var p: [Double]
  /// 1 − p.
  private(set) var rest: [Double]
  /// ln p.
  private(set) var logarithms: [Double]

  init(_ row: [Double]) {
    var top = 0
    for k in row.indices where row[k] > row[top] { top = k }
    let largest = row[top]
    let powers = row.map { exp($0 - largest) }
    var others = 0.0
    for k in row.indices where k != top { others += powers[k] }
    let (sum, logarithm) = (1 + others, log1p(others))
    p = powers.map { $0 / sum }
    rest = powers.map { (sum - $0) / sum }
    logarithms = row.map { $0 - largest - logarithm }
    // The sum would have lost what is small beside 1.
    rest[top] = others / sum
  }
}
