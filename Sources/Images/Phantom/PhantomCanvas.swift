import Foundation

/// A square plane of numbers on which curves and spots are drawn.
///
/// Only sums, products, quotients and roots are taken of `Float`s, which IEEE 754 rounds in one
/// way: sines and powers are taken of `Double`s, whose last digit no pixel shows. So the same seed
/// gives the same pixels on every machine.
struct PhantomCanvas {
  let size: Int
  var values: [Float]

  init(size: Int) {
    self.size = size
    values = [Float](repeating: 0, count: size * size)
  }

  /// A point of a curve, in fractions of the image, with the curve's half width and strength there.
  struct Node {
    var x: Double
    var y: Double
    var radius: Double
    var strength: Double
  }

  /// Draws a curve through nodes; where it meets what is drawn already, the stronger stays.
  ///
  /// - Parameters:
  ///   - nodes: The points in order; fewer than two draw nothing.
  ///   - rim: How much weaker the middle is than the edges, 0…1: bones have dense edges.
  mutating func stroke(_ nodes: [Node], rim: Float = 0) {
    guard nodes.count > 1 else { return }
    for (start, end) in zip(nodes, nodes.dropFirst()) { segment(start, end, rim: rim) }
  }

  private mutating func segment(_ start: Node, _ end: Node, rim: Float) {
    let scale = Double(size)
    let (x0, y0) = (Float(start.x * scale), Float(start.y * scale))
    let (dx, dy) = (Float((end.x - start.x) * scale), Float((end.y - start.y) * scale))
    let (r0, r1) = (Float(start.radius * scale), Float((end.radius - start.radius) * scale))
    let (s0, s1) = (Float(start.strength), Float(end.strength - start.strength))
    let reach = max(r0, r0 + r1) + 0.5
    let squared = max(dx * dx + dy * dy, 1e-6)
    let left = max(0, Int((min(x0, x0 + dx) - reach).rounded(.down)))
    let right = min(size - 1, Int((max(x0, x0 + dx) + reach).rounded(.up)))
    let top = max(0, Int((min(y0, y0 + dy) - reach).rounded(.down)))
    let bottom = min(size - 1, Int((max(y0, y0 + dy) + reach).rounded(.up)))
    guard left <= right, top <= bottom else { return }
    let (alongX, alongY) = (dx / squared, dy / squared)
    let farthest = (max(r0, r0 + r1) + 0.5) * (max(r0, r0 + r1) + 0.5)
    values.withUnsafeMutableBufferPointer { values in
      for row in top...bottom {
        let py = Float(row) + 0.5 - y0
        for column in left...right {
          let px = Float(column) + 0.5 - x0
          let along = max(0, min(1, px * alongX + py * alongY))
          let (ox, oy) = (px - along * dx, py - along * dy)
          let square = ox * ox + oy * oy
          if square >= farthest { continue }
          let distance = square.squareRoot()
          let radius = r0 + along * r1
          // A pixel of softness, and the middle weaker by `rim`.
          let inside = max(0, min(1, radius + 0.5 - distance))
          let q = min(1, distance / radius)
          let value = (s0 + along * s1) * inside * (1 - rim * (1 - q * q))
          let index = row &* size &+ column
          if value > values[index] { values[index] = value }
        }
      }
    }
  }

  /// Smooths by a 1-2-1 filter in both directions, edges repeated.
  mutating func soften() {
    let size = size
    let across = [Float](unsafeUninitializedCapacity: size * size) { across, count in
      values.withUnsafeBufferPointer { values in
        for row in 0..<size {
          let line = row * size
          let last = line + size - 1
          across[line] = (3 * values[line] + values[line + 1]) / 4
          for i in (line + 1)..<last {
            across[i] = (values[i - 1] + 2 * values[i] + values[i + 1]) / 4
          }
          across[last] = (values[last - 1] + 3 * values[last]) / 4
        }
      }
      count = size * size
    }
    values.withUnsafeMutableBufferPointer { values in
      across.withUnsafeBufferPointer { across in
        for row in 0..<size {
          let (above, line, below) = (
            max(0, row - 1) * size, row * size, min(size - 1, row + 1) * size
          )
          for i in 0..<size {
            values[line + i] = (across[above + i] + 2 * across[line + i] + across[below + i]) / 4
          }
        }
      }
    }
  }
}

/// 0 below `low`, 1 above `high`, an S between.
@inline(__always)
func smoothStep(_ low: Float, _ high: Float, _ value: Float) -> Float {
  let scale = 1 / (high - low)  // folded where both are literals
  let t = max(0, min(1, (value - low) * scale))
  return t * t * (3 - 2 * t)
}
