import Basics
import Foundation

/// One draw of an augmentation: what happens to one image.
struct AugmentationDraw {
  /// In radians, clockwise as the image is seen.
  var angle = 0.0
  var shiftX = 0.0
  var shiftY = 0.0
  var scale = 1.0
  var isMirrored = false
  var brightness = 0.0
  var contrast = 1.0
  var gamma = 1.0
  /// The covered rectangle as fractions of the output, or nil.
  var erased: (left: Double, top: Double, width: Double, height: Double)?
}

extension Augmentation {
  /// Draws every part, also those that are off, so that switching one on leaves the numbers of the
  /// others as they were.
  func draw(_ random: inout RandomStream) -> AugmentationDraw {
    var draw = AugmentationDraw()
    draw.angle = random.uniform(-1, 1) * rotation * .pi / 180
    draw.shiftX = random.uniform(-1, 1) * translation
    draw.shiftY = random.uniform(-1, 1) * translation
    draw.scale = pow(1 + scale, random.uniform(-1, 1))
    draw.isMirrored = random.uniform() < horizontalFlip
    draw.brightness = random.uniform(-1, 1) * brightness
    draw.contrast = 1 + random.uniform(-1, 1) * contrast
    draw.gamma = pow(1 + gamma, random.uniform(-1, 1))
    let isErased = random.uniform() < eraseProbability
    let area = eraseArea * random.uniform(0.25, 1)
    let aspect = pow(2, random.uniform(-1, 1))
    let (x, y) = (random.uniform(), random.uniform())
    if isErased && erases {
      let width = min(1, (area * aspect).squareRoot())
      let height = min(1, area / width)
      draw.erased = (x * (1 - width), y * (1 - height), width, height)
    }
    return draw
  }
}
