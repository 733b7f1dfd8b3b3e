import Images
import Training

/// Where the pixels that a model sees lie on the original image.
///
/// Both are measured from their upper left corners, a pixel being 1 wide (see `Circle`). The original
/// is the image as it is seen: a JPEG that its EXIF data turn is measured upright.
package struct ImageGeometry: Sendable, Equatable {
  /// The original's columns.
  package let width: Int
  /// The original's rows.
  package let height: Int
  /// Original pixels in a pixel of the model, along each axis.
  package let scale: (x: Double, y: Double)
  /// The original's coordinates of the model image's corner; negative under a black border.
  package let origin: (x: Double, y: Double)

  /// The geometry of a picture brought to `size` × `size` by a fit; a crop is the middle of a picture
  /// whose shorter side is brought to `resize` (`size` where nil).
  package init(
    width: Int, height: Int, size: Int, resize: Int? = nil, fit: ImagePreprocessing.Fit
  ) {
    self.width = width
    self.height = height
    switch fit {
    case .stretch:
      scale = (Double(width) / Double(size), Double(height) / Double(size))
      origin = (0, 0)
    case .pad:
      let side = max(width, height)
      let factor = Double(side) / Double(size)
      scale = (factor, factor)
      origin = (-Double((side - width) / 2), -Double((side - height) / 2))
    case .crop:
      let shorter = min(width, height)
      let side = resize ?? size
      let (wide, high) = (side * width / shorter, side * height / shorter)
      scale = (Double(width) / Double(wide), Double(height) / Double(high))
      func margin(_ whole: Int) -> Double { (Double(whole) / 2).rounded(.toNearestOrEven) }
      origin = (margin(wide - size) * scale.x, margin(high - size) * scale.y)
    }
  }

  /// A place on the original.
  package func original(x: Double, y: Double) -> (x: Double, y: Double) {
    (origin.x + x * scale.x, origin.y + y * scale.y)
  }

  /// A place on the model's image.
  package func seen(x: Double, y: Double) -> (x: Double, y: Double) {
    ((x - origin.x) / scale.x, (y - origin.y) / scale.y)
  }

  package static func == (a: ImageGeometry, b: ImageGeometry) -> Bool {
    a.width == b.width && a.height == b.height && a.scale == b.scale && a.origin == b.origin
  }
}
