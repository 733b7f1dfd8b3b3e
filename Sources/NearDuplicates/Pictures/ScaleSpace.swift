import Foundation

/// Places of a picture that stand out from what is around them at some scale, and are found again in a changed copy:
/// extrema of differences of Gaussians (Lowe, [Distinctive Image Features from Scale-Invariant
/// Keypoints](https://doi.org/10.1023/B:VISI.0000029664.99615.94), 2004, sections 3 and 4).
///
/// Turned copies are not sought: patches stand upright, and their hashes bear five degrees.
struct ScaleSpace {
  /// Levels in which the deviation doubles.
  private static let steps = 3
  private static let octaves = 3
  private static let first: Float = 1.6
  /// The most ratio of the principal curvatures, as (trace² / determinant): beyond it lies an edge.
  private static let mostEdge: Float = 12.1

  private struct Found {
    let strength: Float
    let x: Float
    let y: Float
    let scale: Float
    let level: Int
    let octave: Int
  }

  /// The hashes of the places that stand out most, at most `limit` of them, the strongest first.
  static func hashes(_ picture: GreyPlane, limit: Int) -> [LocalHash] {
    var found: [Found] = []
    var octavesLevels: [[GreyPlane]] = []
    // A sampled picture is taken for one that is smoothed by half a pixel already.
    var base = picture.blurred((first * first - 0.25).squareRoot())
    for octave in 0..<octaves where min(base.width, base.height) >= 8 {
      let levels = levels(base)
      found += extrema(levels, octave)
      octavesLevels.append(levels)
      base = levels[steps].halved
    }
    let strongest = found.enumerated().sorted {
      ($1.element.strength, $0.offset) < ($0.element.strength, $1.offset)
    }.prefix(limit)
    return strongest.map { _, place in
      LocalHash(
        octavesLevels[place.octave][place.level], x: place.x, y: place.y, scale: place.scale,
        step: Float(1 << place.octave))
    }
  }

  /// Ever smoother copies, each by the third root of two.
  private static func levels(_ base: GreyPlane) -> [GreyPlane] {
    var levels = [base]
    let growth = powf(2, 1 / Float(steps))
    var deviation = first
    for _ in 1..<(steps + 3) {
      levels.append(
        levels[levels.count - 1].blurred(deviation * (growth * growth - 1).squareRoot()))
      deviation *= growth
    }
    return levels
  }

  private static func extrema(_ levels: [GreyPlane], _ octave: Int) -> [Found] {
    let differences = zip(levels.dropFirst(), levels).map { $0.subtracting($1) }
    var found: [Found] = []
    for index in 1..<(differences.count - 1) {
      let near = (differences[index - 1], differences[index], differences[index + 1])
      let (width, height) = (near.1.width, near.1.height)
      let places = near.0.values.withUnsafeBufferPointer { before in
        near.1.values.withUnsafeBufferPointer { own in
          near.2.values.withUnsafeBufferPointer { after -> [Int] in
            var places: [Int] = []
            for y in 1..<(height - 1) {
              let row: Range<Int> = y * width + 1..<(y + 1) * width - 1
              for place in row where isExtremum(place, width, before, own, after) {
                places.append(place)
              }
            }
            return places
          }
        }
      }
      for place in places {
        if let place = refined(near, place % width, place / width, index, octave) {
          found.append(place)
        }
      }
    }
    return found
  }

  /// Whether a value is the largest above zero, or the least below, of the 27 around it.
  private static func isExtremum(
    _ place: Int, _ width: Int, _ before: UnsafeBufferPointer<Float>,
    _ own: UnsafeBufferPointer<Float>, _ after: UnsafeBufferPointer<Float>
  ) -> Bool {
    let value = own[place]
    guard value != 0 else { return false }
    let sign: Float = value > 0 ? 1 : -1
    let size = value * sign
    for row in 0..<3 {
      let start = place + (row - 1) * width - 1
      for other in start..<start + 3
      where own[other] * sign > size || before[other] * sign > size || after[other] * sign > size {
        return false
      }
    }
    return true
  }

  /// The place between pixels, by parabolas through its neighbours; nil on edges and where the patch leaves the picture.
  private static func refined(
    _ near: (GreyPlane, GreyPlane, GreyPlane), _ x: Int, _ y: Int, _ level: Int, _ octave: Int
  ) -> Found? {
    let plane = near.1
    let width = plane.width
    let place = y * width + x
    let values = plane.values
    let centre = values[place]
    func offset(_ before: Float, _ after: Float) -> Float {
      let bend = before - 2 * centre + after
      return abs(bend) < 1e-9 ? 0 : min(0.5, max(-0.5, 0.5 * (before - after) / bend))
    }
    let xx = values[place - 1] + values[place + 1] - 2 * centre
    let yy = values[place - width] + values[place + width] - 2 * centre
    let xy =
      (values[place + width + 1] - values[place + width - 1] - values[place - width + 1]
        + values[place - width - 1]) / 4
    let (trace, determinant) = (xx + yy, xx * yy - xy * xy)
    guard determinant > 0, trace * trace <= mostEdge * determinant else { return nil }
    let scale =
      first
      * powf(
        2,
        (Float(level) + offset(near.0.values[place], near.2.values[place])) / Float(steps))
    let column = Float(x) + offset(values[place - 1], values[place + 1])
    let row = Float(y) + offset(values[place - width], values[place + width])
    let reach = LocalHash.reach * scale
    guard column - reach >= -0.5, row - reach >= -0.5, column + reach <= Float(width) - 0.5,
      row + reach <= Float(plane.height) - 0.5
    else { return nil }
    return Found(
      strength: abs(centre), x: column, y: row, scale: scale, level: level, octave: octave)
  }
}
