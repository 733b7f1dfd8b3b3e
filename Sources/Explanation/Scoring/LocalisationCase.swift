import Basics
import Datasets

/// An image with its lesions' boxes and what was detected on it, all in pixels of one copy of it.
package struct LocalisationCase: Sendable {
  /// A lesion.
  package struct Lesion: Sendable, Equatable {
    package var kind: String
    package var box: Region

    /// A lesion of a kind within a box.
    package init(kind: String, box: Region) {
      self.kind = kind
      self.box = box
    }

    /// A box of a table.
    ///
    /// `factor` brings its pixels to those of the image, along each axis: width of the copy / width the
    /// table speaks of, such as 1024 for ChestX-ray14.
    package init(_ box: LesionBox, factor: (x: Double, y: Double) = (1, 1)) {
      self.init(
        kind: box.kind,
        box: Region(
          x: box.x * factor.x, y: box.y * factor.y, width: box.width * factor.x,
          height: box.height * factor.y))
    }
  }

  package var name: String
  package var image: Region
  package var lesions: [Lesion]
  /// The strongest first.
  package var circles: [Circle]
  /// The place of the map's largest score; nil where there is none.
  package var peak: (x: Double, y: Double)?

  /// A case of an image of a size.
  package init(
    name: String, width: Double, height: Double, lesions: [Lesion], circles: [Circle],
    peak: (x: Double, y: Double)?
  ) {
    self.name = name
    image = Region(x: 0, y: 0, width: width, height: height)
    self.lesions = lesions
    self.circles = circles
    self.peak = peak
  }

  /// A case with as many circles of the same sizes, and a peak, at places drawn evenly over the image.
  package func randomised(_ random: inout RandomStream) -> LocalisationCase {
    var other = self
    other.circles = circles.map {
      Circle(
        x: random.uniform(0, image.width), y: random.uniform(0, image.height), radius: $0.radius)
    }
    other.peak = peak.map { _ in
      (random.uniform(0, image.width), random.uniform(0, image.height))
    }
    return other
  }
}
