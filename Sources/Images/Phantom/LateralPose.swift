import Basics
import Foundation

/// How a chest stands before the film when it is taken from the side: moved, turned, nearer or farther.
struct LateralPose {
  private let scale: Double
  private let cosine: Double
  private let sine: Double
  private let shift: (x: Double, y: Double)

  /// A turn of up to 5° for the most part, a size of .9 to 1.1, moved by 2 % for the most part.
  init(_ random: inout RandomStream) {
    scale = random.uniform(0.9, 1.1)
    let angle = 0.045 * random.normal()
    (cosine, sine) = (cos(angle), sin(angle))
    shift = (0.02 * random.normal(), 0.02 * random.normal())
  }

  /// Where a point of the film lies in the chest, both in fractions of the picture.
  func chest(_ u: Double, _ v: Double) -> (x: Double, y: Double) {
    let (x, y) = ((u - 0.5 - shift.x) / scale, (v - 0.5 - shift.y) / scale)
    return (cosine * x + sine * y + 0.5, cosine * y - sine * x + 0.5)
  }

  /// A point of a curve in the chest as it falls on the film.
  func film(_ node: PhantomCanvas.Node) -> PhantomCanvas.Node {
    let (x, y) = (node.x - 0.5, node.y - 0.5)
    return PhantomCanvas.Node(
      x: scale * (cosine * x - sine * y) + 0.5 + shift.x,
      y: scale * (sine * x + cosine * y) + 0.5 + shift.y, radius: node.radius * scale,
      strength: node.strength)
  }
}
