/// A signed score for every pixel of an image as the model sees it, `[height, width]` row by row.
///
/// Positive: the pixel speaks for the positive class. The unit is that of the method: for integrated
/// gradients logits, which add up to the change from the baseline to the image.
package struct AttributionMap: Sendable, Equatable {
  /// The number of rows.
  package let height: Int
  /// The number of columns.
  package let width: Int
  /// The scores, `height * width` of them.
  package let values: [Float]

  /// Whether it shows nothing, so that no score of it is a signal.
  package let isFlat: Bool

  /// A map of given scores; it is flat where it has no contrast, or where `isFlat` says so.
  ///
  /// - Precondition: as many values as the sizes say.
  package init(height: Int, width: Int, values: [Float], isFlat: Bool = false) {
    precondition(
      height > 0 && width > 0 && values.count == height * width,
      "\(values.count) scores can't be a map [\(height), \(width)]")
    self.height = height
    self.width = width
    self.values = values
    self.isFlat = isFlat || !AttributionMap.hasContrast(values)
  }

  /// Whether the scores range over more than rounding leaves: over at least the 65536th part of the
  /// largest magnitude, of which single precision rounds to the 16-millionth.
  package var hasContrast: Bool { AttributionMap.hasContrast(values) }

  private static func hasContrast(_ values: [Float]) -> Bool {
    var (least, largest) = (values[0], values[0])
    for value in values {
      least = min(least, value)
      largest = max(largest, value)
    }
    // The page's script does the same sums in double precision.
    let (low, high) = (Double(least), Double(largest))
    return !(high - low <= max(abs(low), abs(high)) / 65536)
  }

  /// The index of the largest score, the first of equals.
  package var peak: Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }

  /// The largest magnitude.
  package var largestMagnitude: Float { values.reduce(0) { max($0, abs($1)) } }
}
