import Evaluation

/// Means and deviations of features over the training subset.
struct Standardisation {
  private let mean: [Double]
  private let deviation: [Double]

  /// A deviation of less than this share of the feature's own size is rounding: sixteen times the
  /// spacing of single precision.
  private static let rounding = 1e-6

  /// Fits `[cases][width]` features.
  ///
  /// A feature that never changes, but for rounding, becomes 0 for all cases. How large features
  /// are makes no difference: the bound is relative.
  init(_ rows: [[Float]]) {
    let (width, count) = (rows.first?.count ?? 0, Double(max(1, rows.count)))
    var sums = [Double](repeating: 0, count: width)
    var (distances, squares) = (sums, sums)
    for row in rows { for index in 0..<width { sums[index] += Double(row[index]) } }
    let mean = sums.map { $0 / count }
    for row in rows {
      for index in 0..<width {
        let distance = Double(row[index]) - mean[index]
        distances[index] += distance * distance
        squares[index] += Double(row[index]) * Double(row[index])
      }
    }
    self.mean = mean
    let bound = Standardisation.rounding * Standardisation.rounding
    deviation = zip(distances, squares).map { distance, square in
      distance > bound * square ? (distance / count).squareRoot() : .infinity
    }
  }

  /// A case's features, standardised.
  func callAsFunction(_ row: [Float]) -> [Float] {
    row.indices.map { Float((Double(row[$0]) - mean[$0]) / deviation[$0]) }
  }

  /// A model over standardised features as one over the features themselves.
  ///
  /// - Returns: `[outputs][width]` weights, and an intercept for each output.
  func unfolded(_ model: LinearModel) -> (weights: [[Float]], intercepts: [Float]) {
    let weights = model.weights.map { zip($0, deviation).map { $0 / $1 } }
    let intercepts = zip(model.intercepts, weights).map { intercept, weights in
      intercept - zip(weights, mean).reduce(0) { $0 + $1.0 * $1.1 }
    }
    return (weights.map { $0.map(Float.init) }, intercepts.map(Float.init))
  }
}
