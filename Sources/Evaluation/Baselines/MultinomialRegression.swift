import Basics
import Foundation

/// Logistic regression of several classes with an l2 penalty on the weights and none on the intercepts.
///
/// The problem is that of scikit-learn's `LogisticRegression` of more than two classes:
///
///     minimise ½ Σₖ wₖ·wₖ − C Σᵢ log softmax(w·xᵢ + b)_yᵢ
///
/// by `NewtonMethod`. Adding one number to all intercepts changes nothing; they add up to zero.
package struct MultinomialRegression: Sendable {
  /// `[classes][features]`.
  package let weights: [[Double]]
  /// One for each class.
  package let intercepts: [Double]
  /// The largest entry of the gradient at the end.
  package let gradientNorm: Double

  /// Fits rows to classes.
  ///
  /// - Parameters:
  ///   - rows: of shape `[cases, features]`.
  ///   - labels: the class of each row.
  ///   - classCount: the number of classes.
  ///   - inverseStrength: C; larger is a weaker penalty.
  ///   - tolerance: of the largest entry of the gradient, as a share of what it is without weights.
  /// - Throws: `ZooError` of code `.badValue` where a class is absent: its intercept would have no
  ///   finite best value.
  /// - Precondition: as many rows as labels, within `0..<classCount`; `inverseStrength` is positive.
  package init(
    rows: SparseRows, labels: [Int], classCount: Int, inverseStrength: Double = 1,
    tolerance: Double = 1e-8
  ) throws {
    precondition(rows.count == labels.count, "\(rows.count) rows for \(labels.count) labels")
    precondition(inverseStrength > 0, "C is \(inverseStrength)")
    var counts = [Int](repeating: 0, count: classCount)
    for label in labels { counts[label] += 1 }
    if let absent = counts.firstIndex(of: 0) {
      throw ZooError(
        .badValue,
        "none of \(labels.count) training cases is of class \(absent + 1) of \(classCount); "
          + "expected every class", advice: "use stratified folds, or more cases")
    }
    let stride = rows.columnCount + 1
    let logarithms = counts.map { log(Double($0)) }
    let middle = logarithms.reduce(0, +) / Double(classCount)
    var start = [Double](repeating: 0, count: classCount * stride)
    for (label, value) in logarithms.enumerated() {
      start[label * stride + stride - 1] = value - middle
    }
    var method = NewtonMethod(
      MultinomialProblem(
        rows: rows, labels: labels, classCount: classCount, inverseStrength: inverseStrength),
      from: start)
    method.minimise(tolerance: tolerance)
    let point = method.point
    weights = (0..<classCount).map { Array(point[$0 * stride..<($0 + 1) * stride - 1]) }
    let ends = (0..<classCount).map { point[($0 + 1) * stride - 1] }
    let drift = ends.reduce(0, +) / Double(classCount)
    intercepts = ends.map { $0 - drift }
    gradientNorm = method.gradientNorm
  }
}
