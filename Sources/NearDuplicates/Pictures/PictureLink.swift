import Basics

/// Two pictures that show the same exposure, and what was done to the second.
package struct PictureLink: Sendable, Equatable {
  /// Positions of the pictures, the first below the second.
  package let first: Int
  package let second: Int
  /// The correlation of their details where they overlap, 0 to 1.
  package let correlation: Double
  package let transform: PictureTransform
}

/// How the second picture of a link came from the first, as far as it can be told.
package struct PictureTransform: Sendable, Equatable {
  /// Whether it is mirrored, left for right.
  package let isMirrored: Bool
  /// Degrees that it is turned by, counterclockwise, after mirroring; below half a degree nothing was turned.
  package let rotation: Double
  /// The share of each picture's area that the other shows, 0 to 1.
  package let shownOfFirst: Double
  package let shownOfSecond: Double

  init(_ map: PlaneMap, _ first: PictureSignature, _ second: PictureSignature) {
    isMirrored = map.isMirrored
    rotation = map.rotation
    shownOfFirst = PictureTransform.share(map, of: first, in: second)
    shownOfSecond = map.inverse.map { PictureTransform.share($0, of: second, in: first) } ?? 0
  }

  /// The share of a picture, at 64 × 64 points, that the map brings into another.
  private static func share(_ map: PlaneMap, of one: PictureSignature, in other: PictureSignature)
    -> Double
  {
    let points = 64
    var inside = 0
    for row in 0..<points {
      for column in 0..<points {
        let place = map(
          (Double(column) + 0.5) * Double(one.width) / Double(points),
          (Double(row) + 0.5) * Double(one.height) / Double(points))
        if place.x >= 0, place.y >= 0, place.x <= Double(other.width),
          place.y <= Double(other.height)
        {
          inside += 1
        }
      }
    }
    return Double(inside) / Double(points * points)
  }

  /// What was done, for a person: "mirrored, turned by 3.1°, cropped to 81 %".
  package var sentence: String {
    var parts: [String] = isMirrored ? ["mirrored"] : []
    if abs(rotation) >= 0.5 { parts.append("turned by \(NumberText.fixed(rotation, digits: 1))°") }
    if shownOfFirst < 0.97 { parts.append("cropped to \(NumberText.percent(shownOfFirst))") }
    if shownOfSecond < 0.97 {
      parts.append("with \(NumberText.percent(1 - shownOfSecond)) more around it")
    }
    return parts.isEmpty ? "in the same place" : parts.joined(separator: ", ")
  }
}
