import Basics
import Evaluation

/// A number that says how good the answers of a binary classifier are.
public enum Metric: String, Sendable, CaseIterable {
  /// The share of answers that are right at the threshold.
  case accuracy
  /// The area under the receiver operating characteristic, 0…1.
  case auroc
  /// The share of positive cases that are called positive.
  case sensitivity
  /// The share of negative cases that are called negative.
  case specificity
  /// The share of cases called positive that are.
  case precision
  /// The harmonic mean of precision and sensitivity.
  case f1
  /// The mean of sensitivity and specificity.
  case balancedAccuracy
  /// The mean negative log-likelihood, in nats; lower is better.
  case logLoss
  /// The mean squared error of the probability, 0…1; lower is better.
  case brier

  /// Whether more of it is better; false for losses.
  public var higherIsBetter: Bool { binary.higherIsBetter }

  /// The same in the tables.
  package var binary: BinaryMetric {
    switch self {
    case .accuracy: .accuracy
    case .auroc: .auroc
    case .sensitivity: .sensitivity
    case .specificity: .specificity
    case .precision: .precision
    case .f1: .f1
    case .balancedAccuracy: .balancedAccuracy
    case .logLoss: .logLoss
    case .brier: .brier
    }
  }

  /// The metric of a name in tables and specifications, today's or a former one; nil for any other
  /// name.
  init?(named name: String) {
    let name = FormerNames.metric(name)
    guard let found = Metric.allCases.first(where: { $0.binary.rawValue == name }) else {
      return nil
    }
    self = found
  }
}
