import Basics

/// Random changes of a radiograph that leave its meaning alone: small movements as of another
/// positioning, brightness and contrast as of another exposure, and a covered patch.
///
/// Every part is switched off at 0, and all are by default. A value of 1 and less is usual; what a
/// good value is depends on the data. Horizontal flips exchange heart and stomach: leave them off
/// where sides matter. Evaluation is done without augmentation, which is the caller's business.
package struct Augmentation: Sendable, Equatable, Codable {
  /// The largest rotation to either side, in degrees, 0…180.
  package var rotation: Double
  /// The largest shift in each direction, as a fraction of the width and height, 0…1.
  package var translation: Double
  /// The largest enlargement minus 1, 0…1: the factor is drawn between `1 / (1 + scale)` and
  /// `1 + scale`, evenly in its logarithm.
  package var scale: Double
  /// The probability of a mirrored image, 0…1.
  package var horizontalFlip: Double
  /// The largest amount added to or taken from every value, 0…1.
  package var brightness: Double
  /// The largest relative change of the distances from the image's mean, 0…1.
  package var contrast: Double
  /// The largest exponent minus 1, 0…4: the exponent is drawn between `1 / (1 + gamma)` and
  /// `1 + gamma`, evenly in its logarithm.
  package var gamma: Double
  /// The probability that a rectangle is covered by the image's mean, 0…1.
  package var eraseProbability: Double
  /// The largest covered fraction of the area, 0…1; the fraction is drawn from a quarter of it up.
  package var eraseArea: Double

  /// An augmentation with the given parts; those left out are off.
  package init(
    rotation: Double = 0, translation: Double = 0, scale: Double = 0, horizontalFlip: Double = 0,
    brightness: Double = 0, contrast: Double = 0, gamma: Double = 0, eraseProbability: Double = 0,
    eraseArea: Double = 0
  ) {
    self.rotation = rotation
    self.translation = translation
    self.scale = scale
    self.horizontalFlip = horizontalFlip
    self.brightness = brightness
    self.contrast = contrast
    self.gamma = gamma
    self.eraseProbability = eraseProbability
    self.eraseArea = eraseArea
  }

  /// No change at all.
  package static let off = Augmentation()

  /// Whether every part is off.
  package var isOff: Bool {
    rotation == 0 && translation == 0 && scale == 0 && horizontalFlip == 0 && brightness == 0
      && contrast == 0 && gamma == 0 && !erases
  }

  var erases: Bool { eraseProbability > 0 && eraseArea > 0 }

  /// Checks that every part is a number in its range.
  ///
  /// - Parameter place: Where the values were read; the name of the part is added to its key.
  /// - Throws: `ZooError` of code `.badValue` that names the part, its value and its range.
  package func check(at place: Place = Place()) throws {
    let parts: [(name: String, value: Double, most: Double)] = [
      ("rotation", rotation, 180), ("translation", translation, 1), ("scale", scale, 1),
      ("horizontalFlip", horizontalFlip, 1), ("brightness", brightness, 1),
      ("contrast", contrast, 1), ("gamma", gamma, 4), ("eraseProbability", eraseProbability, 1),
      ("eraseArea", eraseArea, 1),
    ]
    for part in parts where !(part.value >= 0 && part.value <= part.most) {
      var at = place
      at.key = [place.key, part.name].compactMap(\.self).joined(separator: ".")
      throw ZooError(
        .badValue, "is \(part.value); expected a number from 0 (off) to \(Int(part.most))", at: at)
    }
  }
}
