import Foundation

/// An upright rectangle on an image, from its upper left corner; coordinates as in `Circle`.
package struct Region: Sendable, Equatable {
  package var x: Double
  package var y: Double
  package var width: Double
  package var height: Double

  /// A rectangle from its upper left corner.
  package init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  package var area: Double { max(0, width) * max(0, height) }

  /// What two rectangles share; of no area where they do not meet.
  package func intersection(_ other: Region) -> Region {
    let (left, top) = (max(x, other.x), max(y, other.y))
    return Region(
      x: left, y: top, width: max(0, min(x + width, other.x + other.width) - left),
      height: max(0, min(y + height, other.y + other.height) - top))
  }

  /// Whether a point lies within or on the border.
  package func contains(x px: Double, y py: Double) -> Bool {
    px >= x && px <= x + width && py >= y && py <= y + height
  }
}

extension Circle {
  /// The smallest upright square around the circle.
  package var square: Region {
    Region(x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius)
  }

  /// The area that the circle shares with a rectangle, exactly.
  ///
  /// The sum over the rectangle's edges of the area between the centre and the edge, within the
  /// circle: triangles where the edge runs inside, sectors where it runs outside.
  package func area(within region: Region) -> Double {
    guard radius > 0, region.area > 0 else { return 0 }
    let (left, top) = (region.x - x, region.y - y)
    let (right, bottom) = (left + region.width, top + region.height)
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    let sum = corners.indices.reduce(0.0) {
      $0 + edge(from: corners[$1], to: corners[($1 + 1) % 4])
    }
    return max(0, sum)
  }

  private func edge(from a: (Double, Double), to b: (Double, Double)) -> Double {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1)
    let length = dx * dx + dy * dy
    guard length > 0 else { return 0 }
    let middle = -(a.0 * dx + a.1 * dy) / length
    let square = middle * middle + (radius * radius - a.0 * a.0 - a.1 * a.1) / length
    guard square > 0 else { return sector(a, b) }
    let half = square.squareRoot()
    let (enter, leave) = (max(0, middle - half), min(1, middle + half))
    guard enter < leave else { return sector(a, b) }
    let p = (a.0 + enter * dx, a.1 + enter * dy)
    let q = (a.0 + leave * dx, a.1 + leave * dy)
    return (enter > 0 ? sector(a, p) : 0) + (p.0 * q.1 - p.1 * q.0) / 2
      + (leave < 1 ? sector(q, b) : 0)
  }

  private func sector(_ a: (Double, Double), _ b: (Double, Double)) -> Double {
    radius * radius / 2 * atan2(a.0 * b.1 - a.1 * b.0, a.0 * b.0 + a.1 * b.1)
  }
}
