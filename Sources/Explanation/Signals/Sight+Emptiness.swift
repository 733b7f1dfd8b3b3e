import Basics

extension Sight {
  /// Why there is no circle, in a sentence; nil where there is one.
  ///
  /// The page's script says the same; `positive` is the class that is explained.
  func emptiness(sensitivity: Double, positive: String) -> String? {
    guard neighbourhoods.isEmpty else { return nil }
    if signals.isFlat { return "No circles: the map, or the picture, is the same everywhere." }
    if signals.points.isEmpty {
      return sensitivity >= 1
        ? "No circles: at sight sensitivity 1 no pixel is a signal."
        : "No circles: no pixel of this map speaks for \(positive)."
    }
    let count = counted(signals.points.count, "signal")
    return kept.isEmpty
      ? "No circles: \(count), but nowhere \(DensityFilter.minimumPoints) of them close together."
      : "No circles: \(count) in \(clusters) clusters, each under 5 % of them."
  }
}
