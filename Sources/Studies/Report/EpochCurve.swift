import Basics
import Evaluation

/// A metric of one combination on one subset, epoch by epoch, over the splits.
package struct EpochCurve {
  package struct Point: Equatable {
    package let epoch: Int
    package let mean: Double
    /// Nil where one split alone reached the epoch.
    package let deviation: Double?
    /// Splits that reached the epoch.
    package let count: Int
  }

  /// What it is called beside its end.
  package let label: String
  /// The class of its line and band in the style sheet.
  package let style: String
  /// By epoch, ascending.
  package let points: [Point]

  package init(label: String, style: String, points: [Point]) {
    (self.label, self.style, self.points) = (label, style, points)
  }

  /// The most splits that any epoch has.
  var splitCount: Int { points.map(\.count).max() ?? 0 }

  /// The curves of a combination, training before validation; subsets without values have none.
  package static func curves(_ rows: [EpochRow], combination: String, metric: String)
    -> [EpochCurve]
  {
    let own = SplitName.withoutSeeds(rows.lazy.map(\.split))
    // Seeds of a split count as one: by subset, epoch and split.
    var values: [String: [Int: [String: [Double]]]] = [:]
    let sorted = RowOrder().sorted(
      rows.filter { $0.combination == combination && $0.metric.rawValue == metric })
    for row in sorted {
      guard let value = row.value else { continue }
      values[row.subset.rawValue, default: [:]][row.epoch, default: [:]][
        own[row.split] ?? row.split, default: []
      ].append(value)
    }
    return ["training", "validation"].compactMap { subset in
      guard let epochs = values[subset] else { return nil }
      let points = epochs.keys.sorted().compactMap { epoch -> Point? in
        let splits = (epochs[epoch] ?? [:]).sorted { naturalOrder($0.key, $1.key) }
        let all = splits.compactMap { Evaluation.mean($0.value) }
        guard let mean = Evaluation.mean(all) else { return nil }
        return Point(
          epoch: epoch, mean: mean, deviation: Evaluation.standardDeviation(all), count: all.count)
      }
      return EpochCurve(
        label: subset, style: subset == "training" ? "series-b" : "series-a", points: points)
    }
  }
}
