/// Which signals lie densely: cores, and what is near one.
///
/// A core has at least `minimumPoints` signals, itself among them, within `radius`; a signal is kept
/// when a core (itself, perhaps) is within `radius`.
package struct DensityFilter: Sendable {
  /// Signals that make a core.
  package static let minimumPoints = 6

  /// The radius for a map: 6 pixels at 224, scaled with the longer side, at least 1.5 so that a pixel
  /// always has its eight neighbours.
  package static func radius(width: Int, height: Int) -> Double {
    max(1.5, 6 * Double(max(width, height)) / 224)
  }

  /// For each point, whether it is a core.
  package let isCore: [Bool]
  /// For each point, whether it is kept.
  package let isKept: [Bool]
  private let points: [Int]
  private let neighbourhood: Neighbourhood

  /// Looks at the signals of a map; `points` are indices into it, ascending.
  package init(_ points: [Int], width: Int, height: Int) {
    self.points = points
    let neighbourhood = Neighbourhood(
      points, width: width, height: height,
      radius: DensityFilter.radius(width: width, height: height))
    self.neighbourhood = neighbourhood
    var core = [Bool](repeating: false, count: points.count)
    for (index, point) in points.enumerated() {
      var found = 0
      neighbourhood.forEach(around: point) { _, _ in found += 1 }
      core[index] = found >= DensityFilter.minimumPoints
    }
    var kept = [Bool](repeating: false, count: points.count)
    for (index, point) in points.enumerated() where core[index] {
      neighbourhood.forEach(around: point) { other, _ in kept[other] = true }
    }
    isCore = core
    isKept = kept
  }

  /// Clusters of cores within reach of each other, numbered by their first points.
  ///
  /// Any other point that is kept joins its nearest core, the lower index among equals; what is not
  /// kept is −1. Ester et al. 1996, "A density-based algorithm for discovering clusters", where such border
  /// points go to the cluster that happens to come first.
  package var linked: (labels: [Int], count: Int) {
    var labels = [Int](repeating: -1, count: points.count)
    var count = 0
    for start in points.indices where isCore[start] && labels[start] < 0 {
      var stack = [start]
      labels[start] = count
      while let next = stack.popLast() {
        neighbourhood.forEach(around: points[next]) { other, _ in
          if isCore[other], labels[other] < 0 {
            labels[other] = count
            stack.append(other)
          }
        }
      }
      count += 1
    }
    for index in points.indices where isKept[index] && !isCore[index] {
      var best = (square: Int.max, core: -1)
      neighbourhood.forEach(around: points[index]) { other, square in
        guard isCore[other] else { return }
        if square < best.square || (square == best.square && other < best.core) {
          best = (square, other)
        }
      }
      labels[index] = labels[best.core]
    }
    return (labels, count)
  }
}

/// The points within a radius of a place, found on the pixel grid.
private struct Neighbourhood: Sendable {
  private let slots: [Int32]
  private let disc: [(x: Int, y: Int, square: Int)]
  private let width: Int
  private let height: Int

  init(_ points: [Int], width: Int, height: Int, radius: Double) {
    var slots = [Int32](repeating: -1, count: width * height)
    for (index, point) in points.enumerated() { slots[point] = Int32(index) }
    self.slots = slots
    self.width = width
    self.height = height
    let reach = Int(radius)
    var disc: [(x: Int, y: Int, square: Int)] = []
    for y in -reach...reach {
      for x in -reach...reach {
        let square = x * x + y * y
        if Double(square) <= radius * radius { disc.append((x: x, y: y, square: square)) }
      }
    }
    self.disc = disc
  }

  func forEach(around point: Int, _ body: (_ other: Int, _ square: Int) -> Void) {
    let (row, column) = point.quotientAndRemainder(dividingBy: width)
    for place in disc {
      let (x, y) = (column + place.x, row + place.y)
      guard x >= 0, y >= 0, x < width, y < height else { continue }
      let other = slots[y * width + x]
      if other >= 0 { body(Int(other), place.square) }
    }
  }
}
