/// How alike two maps of one image are.
package struct MapSimilarity: Sendable, Equatable {
  /// Whether one of the maps shows nothing: its scores are the same everywhere but for rounding.
  package let isFlat: Bool
  /// Spearman's rank correlation of the scores, −1…1; nil where a map is flat.
  package let scores: Double?
  /// The same of their magnitudes; nil where a map is flat, or those are the same everywhere.
  package let magnitudes: Double?
  /// The signals of both over those of either, 0…1, at a sight sensitivity; nil where a map is flat or
  /// neither has a signal.
  package let signals: Double?

  /// The similarity of maps of one size.
  ///
  /// - Precondition: the maps have the same size.
  package init(_ a: AttributionMap, _ b: AttributionMap, sensitivity: Double) {
    precondition(a.width == b.width && a.height == b.height, "maps of two sizes")
    isFlat = a.isFlat || b.isFlat
    guard !isFlat else {
      (scores, magnitudes, signals) = (nil, nil, nil)
      return
    }
    scores = MapSimilarity.correlation(
      MapSimilarity.ranks(a.values), MapSimilarity.ranks(b.values))
    magnitudes = MapSimilarity.correlation(
      MapSimilarity.ranks(a.values.map { abs($0) }), MapSimilarity.ranks(b.values.map { abs($0) }))
    let one = Set(SignalSelection(a, sensitivity: sensitivity).points)
    let other = Set(SignalSelection(b, sensitivity: sensitivity).points)
    let union = one.union(other).count
    signals = union == 0 ? nil : Double(one.intersection(other).count) / Double(union)
  }

  /// The ranks of values from 1, equal values at the mean of their ranks.
  static func ranks(_ values: [Float]) -> [Double] {
    let order = values.indices.sorted {
      values[$0] != values[$1] ? values[$0] < values[$1] : $0 < $1
    }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
      start = end
    }
    return ranks
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    let middle = Double(a.count + 1) / 2
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      ab += (x - middle) * (y - middle)
      aa += (x - middle) * (x - middle)
      bb += (y - middle) * (y - middle)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil
  }
}
