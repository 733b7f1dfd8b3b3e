/// Signals that belong together, and the circle around them.
package struct SignalNeighbourhood: Sendable, Equatable {
  /// The indices of its signals in the map, ascending.
  package let points: [Int]
  /// The sum of their scores.
  package let mass: Double
  /// Around the centroid, to the farthest member's pixel centre, in pixels of the map.
  package let circle: Circle

  /// The circle around signals of a map.
  init(points: [Int], map: AttributionMap) {
    self.points = points
    mass = points.reduce(0) { $0 + Double(map.values[$1]) }
    circle = SignalNeighbourhood.circle(
      around: points.map { (Double($0 % map.width), Double($0 / map.width)) }, shift: 0.5)
  }

  /// The same definition in pixels of the original image: around the centroid of the members as they
  /// lie there, to the farthest of them.
  package func circle(in geometry: ImageGeometry, mapWidth: Int) -> Circle {
    SignalNeighbourhood.circle(
      around: points.map {
        geometry.original(x: Double($0 % mapWidth) + 0.5, y: Double($0 / mapWidth) + 0.5)
      }, shift: 0)
  }

  private static func circle(around points: [(x: Double, y: Double)], shift: Double) -> Circle {
    let count = Double(points.count)
    let x = points.reduce(0) { $0 + $1.x } / count
    let y = points.reduce(0) { $0 + $1.y } / count
    let square = points.reduce(0.0) { farthest, point in
      let (dx, dy) = (point.x - x, point.y - y)
      return max(farthest, dx * dx + dy * dy)
    }
    return Circle(x: x + shift, y: y + shift, radius: square.squareRoot())
  }
}
