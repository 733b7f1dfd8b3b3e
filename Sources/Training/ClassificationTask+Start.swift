import Evaluation

extension ClassificationTask {
  /// The logits of a model that knows nothing but how frequent answers are among some cases, one for each
  /// output, as the loss of these settings sees them: log priors of classes, else log-odds.
  ///
  /// With logit adjustment the loss adds its part itself, so it is left out here.
  package func startLogits(_ indices: [Int], _ settings: TrainingSettings) -> [Float] {
    let start = logits(indices, settings)
    guard let adjustment = adjustment(indices, settings) else { return start }
    return zip(start, adjustment).map { $0 - $1 }
  }

  /// What logit adjustment adds to the logits in training: τ times the log priors of the classes, else τ times
  /// the log-odds of each label; nil where nothing is adjusted.
  func adjustment(_ indices: [Int], _ settings: TrainingSettings) -> [Float]? {
    let strength = Float(settings.loss.logitAdjustment)
    guard strength > 0 else { return nil }
    return logits(indices, TrainingSettings()).map { strength * $0 }
  }

  private func logits(_ indices: [Int], _ settings: TrainingSettings) -> [Float] {
    kind == .multiClass
      ? targets.logPriors(indices, settings) : targets.logOdds(indices, settings)
  }
}
