import Basics
import Foundation

/// The metrics of one classifier on one set of cases.
///
/// ```swift
/// let evaluation = try BinaryEvaluation(labels: [true, false], probabilities: [0.9, 0.2])
/// evaluation[.accuracy]  // 1.0
/// ```
///
/// A metric that can't be computed (a class is absent, nothing was called positive, no case at
/// all) is nil, never NaN.
package struct BinaryEvaluation: Sendable, Equatable {
  /// The counts at the threshold.
  package let counts: ConfusionCounts
  /// Cases with at least this probability were called positive.
  package let threshold: Double
  private let area: Double?
  private let logLoss: Double?
  private let brier: Double?

  /// The evaluation of probabilities of the positive class, each within 0…1.
  ///
  /// In the log loss probabilities are clipped to ε…1−ε, ε = 2⁻⁵², as scikit-learn does.
  ///
  /// - Throws: `ZooError` of code `.notFinite` or `.badValue` that names the index of the first
  ///   number that is no probability.
  /// - Precondition: as many labels as probabilities.
  package init(labels: [Bool], probabilities: [Double], threshold: Double = 0.5) throws {
    try checkProbabilities(probabilities)
    let losses = zip(labels, probabilities).map { label, probability in
      LogLoss.of(probability: label ? probability : 1 - probability)
    }
    self.init(
      labels: labels, probabilities: probabilities, ranks: probabilities, losses: losses,
      threshold: threshold)
  }

  /// The evaluation of logits, log(p / (1 − p)) of the positive class.
  ///
  /// The area ranks the logits themselves, so that saturated probabilities make no ties; the log
  /// loss of a case is log(1 + exp(∓logit)), clipped as that of a probability. The threshold is a
  /// probability.
  ///
  /// - Throws: `ZooError` of code `.notFinite` that names the index of the first bad logit.
  /// - Precondition: as many labels as logits.
  package init(labels: [Bool], logits: [Double], threshold: Double = 0.5) throws {
    try checkFinite(logits, "logit")
    let losses = zip(labels, logits).map { label, logit in
      LogLoss.of(logit: logit, isPositive: label)
    }
    self.init(
      labels: labels, probabilities: logits.map(sigmoid), ranks: logits, losses: losses,
      threshold: threshold)
  }

  /// The evaluation of logits as a network gives them.
  ///
  /// - Throws: `ZooError` of code `.notFinite` that names the index of the first bad logit.
  /// - Precondition: as many labels as logits.
  package init(labels: [Bool], logits: [Float], threshold: Double = 0.5) throws {
    try self.init(labels: labels, logits: logits.map(Double.init), threshold: threshold)
  }

  private init(
    labels: [Bool], probabilities: [Double], ranks: [Double], losses: [Double], threshold: Double
  ) {
    self.threshold = threshold
    counts = ConfusionCounts(labels: labels, probabilities: probabilities, threshold: threshold)
    area = auroc(labels: labels, scores: ranks)
    logLoss = mean(losses)
    brier = mean(
      zip(labels, probabilities).map { label, probability in
        let error = (label ? 1 : 0) - probability
        return error * error
      })
  }

  /// The value of a metric; nil where it is undefined.
  package subscript(metric: ScoreMetric) -> Double? {
    switch metric {
    case .accuracy: counts.accuracy
    case .auroc: area
    case .sensitivity: counts.sensitivity
    case .specificity: counts.specificity
    case .precision: counts.precision
    case .f1: counts.f1
    case .balancedAccuracy: counts.balancedAccuracy
    case .logLoss: logLoss
    case .brier: brier
    // Those of other tasks.
    default: nil
    }
  }
}

/// The logistic function, without overflow at either end.
package func sigmoid(_ x: Double) -> Double {
  if x >= 0 { return 1 / (1 + exp(-x)) }
  let e = exp(x)
  return e / (1 + e)
}

/// The function log(1 + exp(x)), without overflow.
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

/// Refuses NaN and infinities.
///
/// - Throws: `ZooError` of code `.notFinite` that names the index of the first.
func checkFinite(_ values: [Double], _ what: String) throws {
  guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
  throw ZooError(
    .notFinite, "\(what) \(index) of \(values.count) is \(values[index]); expected a finite number",
    advice: "the model has diverged: lower its learning rate")
}
