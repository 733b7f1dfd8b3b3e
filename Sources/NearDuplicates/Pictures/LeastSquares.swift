/// A system of linear equations that is solved in the sense of least squares, by its normal equations.
struct LeastSquares {
  private let unknowns: Int
  /// The upper triangle of the products, and the right side as the last column.
  private var products: [Double]

  init(unknowns: Int) {
    self.unknowns = unknowns
    products = [Double](repeating: 0, count: unknowns * (unknowns + 1))
  }

  /// Adds the equation `row · x = value`.
  mutating func add(_ row: [Double], _ value: Double) {
    let unknowns = unknowns
    products.withUnsafeMutableBufferPointer { products in
      row.withUnsafeBufferPointer { row in
        for i in 0..<unknowns {
          let start = i * (unknowns + 1)
          for j in i..<unknowns { products[start + j] += row[i] * row[j] }
          products[start + unknowns] += row[i] * value
        }
      }
    }
  }

  /// The solution by Cholesky's factors; nil where the equations leave it open.
  var solution: [Double]? {
    let (count, width) = (unknowns, unknowns + 1)
    var upper = products
    for i in 0..<count {
      let diagonal = upper[i * width + i]
      guard diagonal > 1e-12 * max(1, products[i * width + i]) else { return nil }
      let root = diagonal.squareRoot()
      for j in i...count { upper[i * width + j] /= root }
      for k in (i + 1)..<max(count, i + 1) {
        let factor = upper[i * width + k]
        for j in k...count { upper[k * width + j] -= factor * upper[i * width + j] }
      }
    }
    var solution = [Double](repeating: 0, count: count)
    for i in stride(from: count - 1, through: 0, by: -1) {
      var value = upper[i * width + count]
      for j in (i + 1)..<max(count, i + 1) { value -= upper[i * width + j] * solution[j] }
      solution[i] = value / upper[i * width + i]
    }
    return solution
  }
}
