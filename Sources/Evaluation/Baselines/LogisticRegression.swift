import Basics
import Foundation

/// Binary logistic regression with an l2 penalty on the weights and none on the intercept.
///
/// The problem is that of scikit-learn's `LogisticRegression`:
///
///     minimise ½ w·w + C Σ log(1 + exp(−yᵢ (w·xᵢ + b))),  yᵢ = ±1.
///
/// Newton's method; each step by conjugate gradients with the Hessian's diagonal as preconditioner
/// and no Hessian kept (Lin, Weng & Keerthi, "Trust region Newton method for large-scale logistic
/// regression", JMLR 9, 2008, https://jmlr.org/papers/v9/lin08b.html, with a line search in place
/// of the trust region). The problem is strictly convex, so the answer does not depend on the way.
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
    var problem = LogisticProblem(rows: rows, labels: labels, inverseStrength: inverseStrength)
    problem.intercept = log(Double(positives) / Double(labels.count - positives))
    problem.evaluate()
    let start = problem.gradientNorm
    var steps = 0
    while problem.gradientNorm > tolerance * start, steps < 200, problem.newtonStep() {
      steps += 1
    }
    weights = problem.weights
    intercept = problem.intercept
    gradientNorm = problem.gradientNorm
  }

  /// The logits of rows.
  package func logits(_ rows: SparseRows) -> [Double] {
    var out = [Double](repeating: 0, count: rows.count)
    rows.multiply(weights, offset: intercept, into: &out)
    return out
  }
}
