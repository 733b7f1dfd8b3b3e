import Foundation

/// Where a point of one picture lies in another: `x' = xx x + xy y + x0`, `y' = yx x + yy y + y0`, in pixels from the
/// upper left corner.
struct PlaneMap: Sendable, Equatable {
  var xx: Double
  var xy: Double
  var x0: Double
  var yx: Double
  var yy: Double
  var y0: Double

  func callAsFunction(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
    (xx * x + xy * y + x0, yx * x + yy * y + y0)
  }

  /// The same map where the second picture, of `width` pixels, was mirrored.
  func mirrored(width: Int) -> PlaneMap {
    PlaneMap(xx: -xx, xy: -xy, x0: Double(width) - x0, yx: yx, yy: yy, y0: y0)
  }

  /// Factor by which areas grow; negative where the picture is mirrored.
  var determinant: Double { xx * yy - xy * yx }
  var isMirrored: Bool { determinant < 0 }
  var scale: Double { abs(determinant).squareRoot() }

  /// Degrees that the second picture is turned by, counterclockwise as it is looked at, mirrored back first.
  var rotation: Double {
    let sign: Double = isMirrored ? -1 : 1
    return atan2(sign * xy - yx, sign * xx + yy) * 180 / .pi
  }

  /// The sides' ratio of what a square becomes, 1 or more: how far it is from a similarity.
  var stretch: Double {
    let sum = xx * xx + xy * xy + yx * yx + yy * yy
    let root = max(0, sum * sum / 4 - determinant * determinant).squareRoot()
    let least = sum / 2 - root
    return least > 0 ? ((sum / 2 + root) / least).squareRoot() : .infinity
  }

  /// The map back; nil where everything falls onto a line.
  var inverse: PlaneMap? {
    let determinant = determinant
    guard abs(determinant) > 1e-9 else { return nil }
    let (a, b, c, d) = (
      yy / determinant, -xy / determinant, -yx / determinant, xx / determinant
    )
    return PlaneMap(xx: a, xy: b, x0: -(a * x0 + b * y0), yx: c, yy: d, y0: -(c * x0 + d * y0))
  }
}
