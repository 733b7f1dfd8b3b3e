/// A circle on an image.
///
/// Coordinates run from the image's upper left corner: the pixel of column 0 and row 0 spans 0…1, its
/// centre is at (0.5, 0.5).
package struct Circle: Sendable, Equatable {
  /// Pixels from the left edge to the centre.
  package var x: Double
  /// Pixels from the top edge to the centre.
  package var y: Double
  /// In pixels.
  package var radius: Double

  /// A circle around a point.
  package init(x: Double, y: Double, radius: Double) {
    self.x = x
    self.y = y
    self.radius = radius
  }
}
