import Basics

/// Points that fill a unit cube evenly, each coordinate shifted bit by bit at random.
///
/// Sobol 1967; direction numbers of Joe and Kuo, "Constructing Sobol sequences with better two-dimensional
/// projections", SIAM J. Sci. Comput. 30 (2008), https://doi.org/10.1137/070709359 (the first rows of their file
/// `new-joe-kuo-6`).
package struct SobolSequence: Sendable {
  /// The most coordinates; beyond it points are random.
  package static let limit = 1 + numbers.count
  private static let bits = 32

  /// Degree, coefficients and first direction numbers, from the second coordinate on.
  private static let numbers: [(degree: Int, coefficients: UInt32, first: [UInt32])] = [
    (1, 0, [1]), (2, 1, [1, 3]), (3, 1, [1, 3, 1]), (3, 2, [1, 1, 1]), (4, 1, [1, 1, 3, 3]),
    (4, 4, [1, 3, 5, 13]), (5, 2, [1, 1, 5, 5, 17]), (5, 4, [1, 1, 5, 5, 5]),
    (5, 7, [1, 1, 7, 11, 19]), (5, 11, [1, 1, 5, 1, 1]), (5, 13, [1, 1, 1, 3, 11]),
    (5, 14, [1, 3, 5, 5, 31]), (6, 1, [1, 3, 3, 9, 7, 49]), (6, 13, [1, 1, 1, 15, 21, 21]),
    (6, 16, [1, 3, 1, 13, 27, 49]), (6, 19, [1, 1, 1, 15, 7, 5]), (6, 22, [1, 3, 1, 15, 13, 25]),
    (6, 25, [1, 1, 5, 5, 19, 61]), (7, 1, [1, 3, 7, 11, 23, 15, 103]),
    (7, 4, [1, 3, 7, 13, 13, 15, 69]),
  ]

  private let directions: [[UInt32]]
  private let shifts: [UInt32]
  private let random: RandomStream

  /// - Parameters:
  ///   - dimensions: the number of coordinates.
  ///   - random: gives the shifts; nil leaves the points as they are.
  package init(dimensions: Int, _ random: RandomStream?) {
    directions = (0..<min(dimensions, Self.limit)).map(Self.directions)
    self.random = random ?? RandomStream(seed: 0)
    shifts = (0..<dimensions).map { dimension in
      guard var stream = random?.derived(dimension) else { return 0 }
      return UInt32(truncatingIfNeeded: stream.next())
    }
  }

  private static func directions(_ dimension: Int) -> [UInt32] {
    guard dimension > 0 else { return (0..<bits).map { 1 << UInt32(bits - 1 - $0) } }
    let row = numbers[dimension - 1]
    var values = row.first.enumerated().map { $1 << UInt32(bits - 1 - $0) }
    for index in row.degree..<bits {
      var value = values[index - row.degree] ^ (values[index - row.degree] >> UInt32(row.degree))
      for step in 1..<row.degree
      where row.coefficients >> UInt32(row.degree - 1 - step) & 1 == 1 {
        value ^= values[index - step]
      }
      values.append(value)
    }
    return values
  }

  /// A point of the sequence, each coordinate of 0..<1.
  package func point(_ index: Int) -> [Double] {
    let gray = UInt32(index) ^ (UInt32(index) >> 1)
    return shifts.indices.map { dimension in
      guard dimension < directions.count else {
        var stream = random.derived("beyond").derived(dimension).derived(index)
        return stream.uniform()
      }
      var bits = shifts[dimension]
      for bit in 0..<Self.bits where gray >> UInt32(bit) & 1 == 1 {
        bits ^= directions[dimension][bit]
      }
      return Double(bits) * 0x1p-32
    }
  }
}
