/// What a tensor of a published file is to an encoder whose own keys are spelled otherwise.
public enum PublishedName: Sendable, Equatable {
  /// The encoder's tensor of this key.
  case key(String)
  /// The piece `index` of `count` pieces that the encoder keeps as one tensor, joined along the first axis, such as
  /// queries, keys and values.
  case piece(key: String, index: Int, count: Int)
  /// Nothing the encoder needs, and why.
  case leftOut(reason: String)
}

/// An encoder that needs the shape of a published tensor, too, to say what it is: of two kinds of files that use one name
/// for different tensors.
public protocol ShapedNames {
  /// What a tensor is by its name and its shape in the file; nil where `published(_:)` knows better.
  func published(_ name: String, shape: [Int]) -> PublishedName?
}

/// A square grid of position embeddings, behind a few rows that belong to no place.
///
/// Interpolated as timm does: bicubic with a = −0.5 and, where the grid shrinks, over as many rows as one new row spans (Keys
/// 1981, https://doi.org/10.1109/TASSP.1981.1163711; `resample_abs_pos_embed` of timm, `antialias=True`).
public struct PositionGrid: Sendable, Equatable {
  /// Rows before those of the grid.
  public let prefix: Int
  /// Rows and columns of the grid.
  public let side: Int

  /// The grid in so many rows; nil where those behind the prefix are no square.
  public init?(rows: Int, prefix: Int) {
    let places = rows - prefix
    guard places > 0 else { return nil }
    let side = Int(Double(places).squareRoot().rounded())
    guard side * side == places else { return nil }
    (self.prefix, self.side) = (prefix, side)
  }

  /// Embeddings `[prefix + side², width]`, row by row, brought to another grid; the prefix stays as it is.
  ///
  /// - Precondition: as many values as rows of `width`, and an equal prefix.
  public func resized(_ values: [Float], width: Int, to other: PositionGrid) -> [Float] {
    precondition(values.count == (prefix + side * side) * width && prefix == other.prefix)
    if side == other.side { return values }
    let weights = PositionGrid.weights(from: side, to: other.side)
    var result = Array(values[..<(prefix * width)])
    var columns = [Double](repeating: 0, count: side * other.side * width)
    for row in 0..<side {
      for (column, taps) in weights.enumerated() {
        for (from, weight) in taps {
          let source = (prefix + row * side + from) * width
          let target = (row * other.side + column) * width
          for i in 0..<width { columns[target + i] += weight * Double(values[source + i]) }
        }
      }
    }
    for taps in weights {
      for column in 0..<other.side {
        var sum = [Double](repeating: 0, count: width)
        for (from, weight) in taps {
          let source = (from * other.side + column) * width
          for i in 0..<width { sum[i] += weight * columns[source + i] }
        }
        result += sum.map(Float.init)
      }
    }
    return result
  }

  /// Of each new place the old ones it is made of, with their weights.
  private static func weights(from old: Int, to new: Int) -> [[(from: Int, weight: Double)]] {
    let scale = Double(old) / Double(new)
    let spread = max(1, scale)
    return (0..<new).map { place in
      let centre = (Double(place) + 0.5) * scale
      let first = max(0, Int(centre - 2 * spread + 0.5))
      let last = min(old, Int(centre + 2 * spread + 0.5))
      let taps = (first..<last).map { from in
        (from: from, weight: cubic((Double(from) - centre + 0.5) / spread))
      }
      let sum = taps.reduce(0) { $0 + $1.weight }
      return taps.map { ($0.from, $0.weight / sum) }
    }
  }

  private static func cubic(_ distance: Double) -> Double {
    let (x, a) = (abs(distance), -0.5)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}
