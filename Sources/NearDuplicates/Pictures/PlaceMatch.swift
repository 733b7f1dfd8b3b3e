/// Places of two pictures that look alike and lie alike: the largest set that one similarity explains.
///
/// Every pair of like places proposes a similarity, upright as they are; what agrees with it is fitted by least
/// squares, three times over with a narrower bound (random sample consensus without the chance: Fischler and Bolles,
/// [Random Sample Consensus](https://doi.org/10.1145/358669.358692), 1981).
struct PlaceMatch {
  /// The most bits of 64 in which places that look alike differ.
  static let mostBits = 16
  /// The least number of places that must agree.
  static let leastPlaces = 4
  /// The most degrees that a picture may be turned by.
  static let mostRotation = 10.0
  /// The least and the most that a picture may be scaled by.
  static let scales = 0.6...1.67

  /// How many places of either picture agree.
  let count: Int
  /// From the first picture to the second, mirrored or not.
  let map: PlaneMap

  private struct Pair {
    let first: Int
    let second: Int
    let x: Double
    let y: Double
    let toX: Double
    let toY: Double
    let scale: Double
  }

  /// Matches two pictures, the second mirrored if so; nil where fewer than four places agree.
  init?(_ first: PictureSignature, _ second: PictureSignature, isMirrored: Bool) {
    let pairs = PlaceMatch.pairs(first, second, isMirrored)
    guard pairs.count >= PlaceMatch.leastPlaces else { return nil }
    var best: (count: Int, map: PlaneMap)?
    for pair in pairs {
      guard let found = PlaceMatch.grown(from: pair, pairs), found.count > best?.count ?? 0,
        abs(found.map.rotation) <= PlaceMatch.mostRotation,
        PlaceMatch.scales.contains(found.map.scale)
      else { continue }
      best = found
    }
    guard let best, best.count >= PlaceMatch.leastPlaces else { return nil }
    count = best.count
    map = isMirrored ? best.map.mirrored(width: second.width) : best.map
  }

  private static func pairs(
    _ first: PictureSignature, _ second: PictureSignature, _ isMirrored: Bool
  ) -> [Pair] {
    let turn = isMirrored ? LocalHash.mirrored : 0
    var pairs: [Pair] = []
    for (index, one) in first.hashes.enumerated() {
      for (otherIndex, other) in second.hashes.enumerated()
      where (one.bits ^ other.bits ^ turn).nonzeroBitCount <= mostBits {
        let scale = Double(other.scale / one.scale)
        guard scales.contains(scale) else { continue }
        let toX = isMirrored ? Float(second.width) - other.x : other.x
        pairs.append(
          Pair(
            first: index, second: otherIndex, x: Double(one.x), y: Double(one.y),
            toX: Double(toX), toY: Double(other.y), scale: scale))
      }
    }
    return pairs
  }

  /// The pairs that agree with one of them, and their similarity; nil where it stays alone.
  private static func grown(from seed: Pair, _ pairs: [Pair]) -> (count: Int, map: PlaneMap)? {
    var agreeing = pairs.filter { pair in
      let (dx, dy) = (seed.scale * (pair.x - seed.x), seed.scale * (pair.y - seed.y))
      let (ex, ey) = (seed.toX + dx - pair.toX, seed.toY + dy - pair.toY)
      let bound = 3 + 0.2 * (dx * dx + dy * dy).squareRoot()
      return ex * ex + ey * ey < bound * bound && isAlike(pair.scale, seed.scale)
    }
    var map: PlaneMap?
    for bound in [4.0, 3, 3] {
      guard distinct(agreeing) >= 2, let fitted = similarity(agreeing) else { return nil }
      map = fitted
      agreeing = pairs.filter { pair in
        let (x, y) = fitted(pair.x, pair.y)
        let (ex, ey) = (x - pair.toX, y - pair.toY)
        return ex * ex + ey * ey < bound * bound && isAlike(pair.scale, fitted.scale)
      }
    }
    return map.map { (distinct(agreeing), $0) }
  }

  /// Whether scales differ by less than a factor of √2.
  private static func isAlike(_ one: Double, _ other: Double) -> Bool {
    one < other * 2.0.squareRoot() && other < one * 2.0.squareRoot()
  }

  /// The places that pairs are of, in the picture where they are fewer.
  private static func distinct(_ pairs: [Pair]) -> Int {
    var (first, second): (UInt64, UInt64) = (0, 0)
    for pair in pairs {
      first |= 1 << UInt64(pair.first)
      second |= 1 << UInt64(pair.second)
    }
    return min(first.nonzeroBitCount, second.nonzeroBitCount)
  }

  /// The similarity of least squares; nil where all places are one.
  private static func similarity(_ pairs: [Pair]) -> PlaneMap? {
    let count = Double(pairs.count)
    let x = pairs.reduce(0) { $0 + $1.x } / count
    let y = pairs.reduce(0) { $0 + $1.y } / count
    let toX = pairs.reduce(0) { $0 + $1.toX } / count
    let toY = pairs.reduce(0) { $0 + $1.toY } / count
    var (square, along, across) = (0.0, 0.0, 0.0)
    for pair in pairs {
      let (dx, dy) = (pair.x - x, pair.y - y)
      let (ex, ey) = (pair.toX - toX, pair.toY - toY)
      square += dx * dx + dy * dy
      along += dx * ex + dy * ey
      across += dx * ey - dy * ex
    }
    guard square > 1e-6 else { return nil }
    let (a, b) = (along / square, across / square)
    return PlaneMap(
      xx: a, xy: -b, x0: toX - a * x + b * y, yx: b, yy: a, y0: toY - b * x - a * y)
  }
}
