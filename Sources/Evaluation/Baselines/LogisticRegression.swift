import Basics
import Foundation

/// Binary logistic regression with an l2 penalty on the weights and none on the intercept.
///
/// The problem is that of scikit-learn's `LogisticRegression`:
///
///     minimise ½ w·w + C Σ log(1 + exp(−yᵢ (w·xᵢ + b))),  yᵢ = ±1.
///
/// by `NewtonMethod`. The problem is strictly convex, so the answer does not depend on the way.
package struct LogisticRegression: Sendable {
  /// One weight for each column.
  package let weights: [Double]
  package let intercept: Double
  /// The largest entry of the gradient at the end.
  package let gradientNorm: Double

  /// Fits rows to labels.
  ///
  /// - Parameters:
  ///   - rows: of shape `[cases, features]`.
  ///   - labels: the true class of each row.
  ///   - inverseStrength: C; larger is a weaker penalty.
  ///   - tolerance: of the largest entry of the gradient, as a share of what it is without weights.
  /// - Throws: `ZooError` of code `.badValue` where a class is absent: the intercept would have no
  ///   finite best value.
  /// - Precondition: as many rows as labels, `inverseStrength` is positive.
  package init(
    rows: SparseRows, labels: [Bool], inverseStrength: Double = 1, tolerance: Double = 1e-8
  ) throws {
    precondition(rows.count == labels.count, "\(rows.count) rows for \(labels.count) labels")
    precondition(inverseStrength > 0, "C is \(inverseStrength)")
    let positives = labels.count { $0 }
    guard positives > 0, positives < labels.count else {
      throw ZooError(
        .badValue,
        "\(positives) of \(labels.count) training labels are positive; expected both classes",
        advice: "use stratified folds, or more cases")
    }
    let prior = log(Double(positives) / Double(labels.count - positives))
    var method = NewtonMethod(
      LogisticProblem(rows: rows, labels: labels, inverseStrength: inverseStrength),
      from: [Double](repeating: 0, count: rows.columnCount) + [prior])
    method.minimise(tolerance: tolerance)
    weights = Array(method.point.dropLast())
    intercept = method.point[rows.columnCount]
    gradientNorm = method.gradientNorm
  }

  /// The logits of rows.
  package func logits(_ rows: SparseRows) -> [Double] {
    var out = [Double](repeating: 0, count: rows.count)
    rows.multiply(weights, offset: intercept, into: &out)
    return out
  }
}
