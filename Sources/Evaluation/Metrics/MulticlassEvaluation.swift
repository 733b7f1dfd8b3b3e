import Basics
import Foundation

/// The metrics of one classifier of several classes on one set of cases.
///
/// ```swift
/// let evaluation = try MulticlassEvaluation(
///   labels: [0, 2, 1], logits: [2, 0, 0, 0, 0, 2, 0, 1, 2], classCount: 3)
/// evaluation[.accuracy].value  // 0.666…
/// ```
///
/// The answer is the class of the largest logit, the first of equal ones. A class without a case is in
/// no mean over classes; `absentClasses` names them, so that a page can.
package struct MulticlassEvaluation: Sendable, Equatable {
  /// The confusion matrix.
  package let counts: MulticlassCounts
  /// The area under the ROC of each class against the rest.
  package let aurocs: [Determined<Double>]
  private let logLoss: Determined<Double>

  /// The evaluation of logits `[cases, classes]`, row after row.
  ///
  /// A case's score for a class is its log-odds, z_k − log Σ_{j≠k} exp z_j: saturated probabilities make
  /// no ties. The log loss of a case is −log softmax(z)_y, clipped at −log 2⁻⁵², as scikit-learn does.
  ///
  /// - Throws: `ZooError` of code `.notFinite` that names the index of the first bad logit.
  /// - Precondition: a row of `classCount` logits for each label, labels within `0..<classCount`.
  package init(labels: [Int], logits: [Double], classCount: Int) throws {
    try checkFinite(logits, "logit")
    let rows = Self.rows(logits, labels.count, classCount)
    let scores = rows.flatMap { row in row.indices.map { logOdds(row, $0) } }
    let losses = zip(labels, rows).map { label, row in
      min(LogLoss.largest, logSumExp(row) - row[row.startIndex + label])
    }
    self.init(
      labels: labels, answers: rows.map(largestIndex), scores: scores, losses: losses,
      classCount: classCount)
  }

  /// The evaluation of probabilities `[cases, classes]`, row after row; in the log loss they are
  /// clipped to ε…1−ε, ε = 2⁻⁵².
  ///
  /// - Throws: `ZooError` of code `.notFinite` or `.badValue` that names the index of the first number
  ///   that is no probability, or the first case whose probabilities do not add up to 1.
  /// - Precondition: a row of `classCount` probabilities for each label, labels within
  ///   `0..<classCount`.
  package init(labels: [Int], probabilities: [Double], classCount: Int) throws {
    try checkProbabilities(probabilities)
    let rows = Self.rows(probabilities, labels.count, classCount)
    for (index, row) in rows.enumerated() where abs(row.reduce(0, +) - 1) > 1e-4 {
      throw ZooError(
        .badValue, "the probabilities of case \(index) add up to \(row.reduce(0, +)); expected 1")
    }
    let losses = zip(labels, rows).map { label, row in
      LogLoss.of(probability: row[row.startIndex + label])
    }
    self.init(
      labels: labels, answers: rows.map(largestIndex), scores: probabilities, losses: losses,
      classCount: classCount)
  }

  private init(
    labels: [Int], answers: [Int], scores: [Double], losses: [Double], classCount: Int
  ) {
    counts = MulticlassCounts(labels: labels, answers: answers, classCount: classCount)
    aurocs = (0..<classCount).map { label in
      RankedScores(
        labels: labels.map { $0 == label },
        scores: stride(from: label, to: scores.count, by: classCount).map { scores[$0] }
      ).auroc
    }
    logLoss = Determined(mean(losses), else: .noCases)
  }

  /// The classes that no case has.
  package var absentClasses: [Int] {
    counts.support.indices.filter { counts.support[$0] == 0 }
  }

  /// The value of a metric, or why it has none.
  package subscript(metric: MulticlassMetric) -> Determined<Double> {
    switch metric {
    case .accuracy: counts.accuracy
    case .balancedAccuracy: counts.balancedAccuracy
    case .macroF1: counts.macroF1
    case .weightedF1: counts.weightedF1
    case .auroc:
      // Of two classes that occur, or more, each has both sides.
      Determined(
        mean(aurocs.compactMap(\.value)), else: counts.total == 0 ? .noCases : .oneClass)
    case .kappa: counts.kappa()
    case .quadraticKappa: counts.kappa(quadratic: true)
    case .logLoss: logLoss
    }
  }

  private static func rows(_ values: [Double], _ count: Int, _ classCount: Int)
    -> [ArraySlice<Double>]
  {
    precondition(
      classCount > 1 && values.count == count * classCount,
      "\(values.count) values for \(count) cases of \(classCount) classes")
    return (0..<count).map { values[$0 * classCount..<($0 + 1) * classCount] }
  }
}

/// The probabilities of logits, exp(z_k) / Σ exp(z_j), without overflow.
package func softmax(_ logits: [Double]) -> [Double] {
  let largest = logits.max() ?? 0
  let powers = logits.map { exp($0 - largest) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}

/// The place of the largest value of a row from its start, the first of equal ones.
package func largestIndex(_ row: ArraySlice<Double>) -> Int {
  var best = row.startIndex
  for index in row.indices where row[index] > row[best] { best = index }
  return best - row.startIndex
}

/// The logarithm of a sum of powers, without overflow.
func logSumExp(_ row: ArraySlice<Double>) -> Double {
  guard let largest = row.max() else { return -.infinity }
  return largest + log(row.reduce(0) { $0 + exp($1 - largest) })
}

/// The log-odds of one class of a row of logits against all others, z_k − log Σ_{j≠k} exp z_j.
package func logOdds(_ row: ArraySlice<Double>, _ index: Int) -> Double {
  var rest = Array(row)
  let own = rest.remove(at: index - row.startIndex)
  return own - logSumExp(rest[...])
}

/// Refuses what is no probability.
///
/// - Throws: `ZooError` of code `.notFinite` or `.badValue` that names the index of the first.
func checkProbabilities(_ values: [Double]) throws {
  try checkFinite(values, "probability")
  guard let index = values.firstIndex(where: { $0 < 0 || $0 > 1 }) else { return }
  throw ZooError(.badValue, "probability \(index) is \(values[index]); expected 0 to 1")
}
