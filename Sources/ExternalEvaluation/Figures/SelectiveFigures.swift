import Evaluation
import Foundation

/// What withholding the answers that a model is least sure of gains: the share of wrong decisions among those that are
/// kept, at the fixed threshold.
package struct SelectiveFigures: Sendable, Equatable {
  /// How sure an answer is.
  package enum Confidence: String, Sendable {
    /// How far the log-odds are from the threshold's.
    case distance = "distance-from-threshold"
    /// How little the log-odds of several models differ: less their standard deviation.
    case agreement
  }

  /// Shares of cases that are told on the page.
  package static let shown = [1.0, 0.9, 0.8, 0.5]

  package let confidence: Confidence
  package let curve: RiskCoverage

  /// The figures of answers, each decided at a threshold.
  ///
  /// - Parameters:
  ///   - answers: those that are decided.
  ///   - threshold: a probability.
  /// - Returns: undefined without cases.
  static func byDistance(_ answers: QuestionAnswers, threshold: Double) -> Determined<Self> {
    let odds = odds(threshold)
    return of(
      answers, threshold: threshold, .distance, answers.logits.map { abs($0 - odds) })
  }

  /// The same, where answers are withheld on which models differ most.
  ///
  /// - Precondition: a standard deviation for each answer.
  static func byAgreement(_ answers: QuestionAnswers, threshold: Double, spread: [Double])
    -> Determined<Self>
  {
    of(answers, threshold: threshold, .agreement, spread.map(-))
  }

  /// The log-odds of a threshold; finite for 0 and 1, too, which call all cases alike, so that their order is kept.
  static func odds(_ threshold: Double) -> Double {
    let edge = min(max(threshold, 1e-15), 1 - 1e-15)
    return log(edge) - log(1 - edge)
  }

  private static func of(
    _ answers: QuestionAnswers, threshold: Double, _ confidence: Confidence, _ values: [Double]
  ) -> Determined<Self> {
    let losses = zip(answers.labels, answers.probabilities).map { label, probability in
      (probability >= threshold) == label ? 0.0 : 1.0
    }
    return RiskCoverage.of(losses: losses, confidences: values).map {
      SelectiveFigures(confidence: confidence, curve: $0)
    }
  }

  /// The share of wrong decisions where this share of the cases, at least one, is kept.
  ///
  /// - Precondition: a share above 0, up to 1.
  package func risk(atCoverage coverage: Double) -> Double {
    let count = curve.risks.count
    return curve.risks[min(count, max(1, Int((coverage * Double(count)).rounded()))) - 1]
  }
}
