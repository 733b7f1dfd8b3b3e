import Basics
import Evaluation

/// A number that says how good a classifier's answers are.
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
  /// The mean AUROC over labels, or over classes, each against the rest.
  case macroAUROC
  /// The mean F1 over labels or classes.
  case macroF1
  /// The mean F1 over classes, each weighing as many as its cases.
  case weightedF1
  /// Cohen's kappa of several classes, −1…1.
  case kappa
  /// Cohen's kappa with quadratic weights, for classes in an order, −1…1.
  case quadraticKappa
  /// The AUROC of all labels' answers together.
  case microAUROC
  /// The mean average precision over labels.
  case macroAveragePrecision
  /// The average precision of all labels' answers together.
  case microAveragePrecision
  /// The F1 of all labels' answers together.
  case microF1
  /// The share of cases of which all known answers are right.
  case exactMatch
  /// The share of wrong ones among all known answers; lower is better.
  case hammingLoss

  /// Whether more of it is better; false for losses.
  public var higherIsBetter: Bool { score.higherIsBetter }

  /// The same in the tables.
  package var score: ScoreMetric {
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
    case .macroAUROC: .macroAUROC
    case .macroF1: .macroF1
    case .weightedF1: .weightedF1
    case .kappa: .kappa
    case .quadraticKappa: .quadraticKappa
    case .microAUROC: .microAUROC
    case .macroAveragePrecision: .macroAveragePrecision
    case .microAveragePrecision: .microAveragePrecision
    case .microF1: .microF1
    case .exactMatch: .exactMatch
    case .hammingLoss: .hammingLoss
    }
  }

  /// The metric of a name in tables and specifications, today's or a former one; nil for any other
  /// name.
  init?(named name: String) {
    let name = FormerNames.metric(name)
    guard let found = Metric.allCases.first(where: { $0.score.rawValue == name }) else {
      return nil
    }
    self = found
  }
}
