/// Two pictures laid onto each other: the affine map that brings their details closest, and their correlation.
///
/// Gauss–Newton steps over the map, a gain and an offset (Evangelidis and Psarakis, [Parametric Image Alignment Using
/// Enhanced Correlation Coefficient Maximization](https://doi.org/10.1109/TPAMI.2008.113), 2008, in spirit). What is
/// compared is normalised around each pixel, so that two radiographs, though both have lungs and a heart, correlate
/// little unless they are one.
struct PictureAlignment {
  /// Steps at most.
  private static let steps = 8
  /// Below this correlation at the beginning nothing is gained by steps.
  private static let hopeless = 0.25
  /// The least share of either picture that must lie on the other.
  static let leastOverlap = 0.4

  /// The correlation where pictures overlap, −1 to 1.
  private(set) var correlation: Double
  /// From the first picture to the second, in pixels of 128.
  private(set) var map: PlaneMap

  /// Aligns two pictures, beginning with a map between their 128-pixel copies; nil where they hardly overlap.
  init?(_ first: DetailPlane, _ second: DetailPlane, from map: PlaneMap) {
    let one = first.plane
    let other = second.plane
    var current = PictureAlignment.halved(map)
    guard var step = PictureAlignment.step(one, other, current) else { return nil }
    var best = (step.correlation, current)
    for _ in 0..<PictureAlignment.steps where best.0 >= PictureAlignment.hopeless {
      guard let change = step.change else { break }
      current = current.adding(change)
      guard let next = PictureAlignment.step(one, other, current) else { break }
      step = next
      let gain = next.correlation - best.0
      if gain > 0 { best = (next.correlation, current) }
      if gain < 1e-4 { break }
    }
    (correlation, self.map) = (best.0, PictureAlignment.doubled(best.1))
  }

  /// A map of 128-pixel pictures as one of their halves: pixel `k` of these lies at `2 k + 0.5`.
  private static func halved(_ map: PlaneMap) -> PlaneMap {
    let (x, y) = map(0.5, 0.5)
    var half = map
    (half.x0, half.y0) = ((x - 0.5) / 2, (y - 0.5) / 2)
    return half
  }

  private static func doubled(_ map: PlaneMap) -> PlaneMap {
    var whole = map
    whole.x0 = 2 * map.x0 + 0.5 - 0.5 * (map.xx + map.xy)
    whole.y0 = 2 * map.y0 + 0.5 - 0.5 * (map.yx + map.yy)
    return whole
  }

  /// The correlation under a map, and what to add to the map; nil where the pictures hardly overlap.
  private static func step(_ first: GreyPlane, _ second: GreyPlane, _ map: PlaneMap)
    -> (correlation: Double, change: [Double]?)?
  {
    var system = LeastSquares(unknowns: 8)
    var (count, sum, square, otherSum, otherSquare, product) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    let (right, bottom) = (Double(second.width - 1), Double(second.height - 1))
    var row = [Double](repeating: 0, count: 8)
    for y in 0..<first.height {
      for x in 0..<first.width {
        let place = map(Double(x), Double(y))
        guard place.x >= 0, place.y >= 0, place.x <= right, place.y <= bottom else { continue }
        let (column, line) = (Float(place.x), Float(place.y))
        let value = Double(first.values[y * first.width + x])
        let other = Double(second.sample(column, line))
        count += 1
        sum += value
        square += value * value
        otherSum += other
        otherSquare += other * other
        product += value * other
        let dx = Double(second.sample(column + 1, line) - second.sample(column - 1, line)) / 2
        let dy = Double(second.sample(column, line + 1) - second.sample(column, line - 1)) / 2
        (row[0], row[1], row[2]) = (dx * Double(x), dx * Double(y), dx)
        (row[3], row[4], row[5]) = (dy * Double(x), dy * Double(y), dy)
        (row[6], row[7]) = (other, 1)
        system.add(row, value)
      }
    }
    let smaller = min(
      Double(first.width * first.height),
      Double(second.width * second.height) / max(abs(map.determinant), 1e-9))
    guard count >= leastOverlap * smaller, count >= 64 else { return nil }
    let variance = square - sum * sum / count
    let otherVariance = otherSquare - otherSum * otherSum / count
    guard variance > 1e-9, otherVariance > 1e-9 else { return nil }
    let correlation =
      (product - sum * otherSum / count) / (variance * otherVariance).squareRoot()
    // The map's derivatives come multiplied by the gain.
    let change = system.solution.flatMap { solution -> [Double]? in
      solution[6] > 0.05 ? solution[..<6].map { $0 / solution[6] } : nil
    }
    return (correlation, change)
  }
}

extension PlaneMap {
  /// The map with its six numbers changed.
  fileprivate func adding(_ change: [Double]) -> PlaneMap {
    PlaneMap(
      xx: xx + change[0], xy: xy + change[1], x0: x0 + change[2], yx: yx + change[3],
      yy: yy + change[4], y0: y0 + change[5])
  }
}
