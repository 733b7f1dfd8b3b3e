import Foundation

/// The objective of `MultinomialRegression`; a point is, class after class, the weights and the intercept.
struct MultinomialProblem: ConvexProblem {
  private let rows: SparseRows
  private let labels: [Int]
  private let classCount: Int
  /// C.
  private let inverseStrength: Double
  /// The probabilities `[classes][rows]` where `evaluate` was last.
  private var probabilities: [[Double]]

  init(rows: SparseRows, labels: [Int], classCount: Int, inverseStrength: Double) {
    self.rows = rows
    self.labels = labels
    self.classCount = classCount
    self.inverseStrength = inverseStrength
    probabilities = [[Double]](
      repeating: [Double](repeating: 0, count: rows.count), count: classCount)
  }

  /// The numbers of a point that are one class's.
  private var stride: Int { rows.columnCount + 1 }

  mutating func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double]) {
    var penalty = 0.0
    for label in 0..<classCount {
      let weights = Array(point[label * stride..<label * stride + rows.columnCount])
      penalty += dot(weights, weights) / 2
      rows.multiply(
        weights, offset: point[label * stride + weights.count], into: &probabilities[label])
    }
    var loss = 0.0
    for i in 0..<rows.count {
      let logits = probabilities.map { $0[i] }
      loss += logSumExp(logits[...]) - logits[labels[i]]
      for (label, probability) in softmax(logits).enumerated() {
        probabilities[label][i] = probability
      }
    }
    var gradient: [Double] = []
    for label in 0..<classCount {
      let errors = labels.indices.map {
        inverseStrength * (probabilities[label][$0] - (labels[$0] == label ? 1 : 0))
      }
      var own = Array(point[label * stride..<label * stride + rows.columnCount])
      rows.addRows(weights: errors, to: &own)
      gradient += own + [errors.reduce(0, +)]
    }
    return (penalty + inverseStrength * loss, gradient)
  }

  var hessianDiagonal: [Double] {
    probabilities.flatMap { own -> [Double] in
      let curvatures = own.map { inverseStrength * $0 * (1 - $0) }
      var diagonal = [Double](repeating: 1, count: rows.columnCount)
      rows.addRows(weights: curvatures, squared: true, to: &diagonal)
      return diagonal + [max(curvatures.reduce(0, +), .leastNormalMagnitude)]
    }
  }

  func multiplyHessian(_ direction: [Double], into out: inout [Double]) {
    var products = [[Double]](
      repeating: [Double](repeating: 0, count: rows.count), count: classCount)
    for label in 0..<classCount {
      let own = Array(direction[label * stride..<(label + 1) * stride])
      rows.multiply(own, offset: own[rows.columnCount], into: &products[label])
    }
    for i in 0..<rows.count {
      var mean = 0.0
      for label in 0..<classCount { mean += probabilities[label][i] * products[label][i] }
      for label in 0..<classCount {
        products[label][i] =
          inverseStrength * probabilities[label][i] * (products[label][i] - mean)
      }
    }
    for label in 0..<classCount {
      var own = Array(direction[label * stride..<(label + 1) * stride])
      own[rows.columnCount] = products[label].reduce(0, +)
      rows.addRows(weights: products[label], to: &own)
      for j in 0..<stride { out[label * stride + j] = own[j] }
    }
  }
}
