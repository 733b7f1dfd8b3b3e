/// The pixels that count as signals at a sight sensitivity.
///
/// Positive pixels are ranked, the strongest first, the lower index first among equals. Sensitivity s
/// keeps the strongest that together carry the share 1 − s of the positive attribution: a pixel
/// counts while those before it carry less than that. s = 0 keeps every positive pixel, s = 1 none.
/// A share of the mass, unlike a share of the maximum, does not hang on one outlying pixel: maps of
/// gradients have few very strong ones. Above `limit` points the threshold rises until they fit. A flat
/// map has no signals.
package struct SignalSelection: Sendable, Equatable {
  /// The most points that are handed on.
  package static let limit = 4096

  /// The indices of the signals in the map, ascending.
  package let points: [Int]
  /// How many pixels passed before the limit.
  package let asked: Int
  /// Whether the map shows nothing.
  package let isFlat: Bool
  /// The weakest score among the points; nil where there are none.
  package let threshold: Float?

  /// Selects the signals of a map.
  ///
  /// - Precondition: `sensitivity` is in `0...1`.
  package init(_ map: AttributionMap, sensitivity: Double, limit: Int = SignalSelection.limit) {
    precondition((0...1).contains(sensitivity), "a sight sensitivity of \(sensitivity)")
    let values = map.values
    isFlat = map.isFlat
    let order = values.indices.filter { !map.isFlat && values[$0] > 0 }.sorted {
      values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1
    }
    let wanted = (1 - sensitivity) * order.reduce(0.0) { $0 + Double(values[$1]) }
    var count = sensitivity <= 0 ? order.count : 0
    var before = 0.0
    while count < order.count, before < wanted {
      before += Double(values[order[count]])
      count += 1
    }
    let kept = order.prefix(min(count, limit))
    asked = count
    threshold = kept.last.map { values[$0] }
    points = kept.sorted()
  }
}
