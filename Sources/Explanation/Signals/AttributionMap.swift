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

  /// A map of given scores.
  ///
  /// - Precondition: as many values as the sizes say.
  package init(height: Int, width: Int, values: [Float]) {
    precondition(
      height > 0 && width > 0 && values.count == height * width,
      "\(values.count) scores can't be a map [\(height), \(width)]")
    self.height = height
    self.width = width
    self.values = values
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
