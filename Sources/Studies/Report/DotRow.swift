import Basics
import Evaluation
import Pages

/// A combination or baseline in a dot plot: its value in each split, their mean, its corrected interval.
struct DotRow {
  let name: String
  let isBaseline: Bool
  /// In the order of the splits.
  let values: [(split: String, value: Double)]
  let mean: Double
  let interval: Interval?

  /// The rows of a metric on the compared subset, combinations and then baselines; those without a value
  /// have none.
  static func rows(
    _ data: ReportData, _ scores: ReportScores, _ metric: ResultMetric,
    bounds: (lower: Double, upper: Double), baselines: [ReportBaseline]
  ) -> [DotRow] {
    let names = data.combinations.map { ($0.name, false) } + baselines.map { ($0.name, true) }
    return names.compactMap { name, isBaseline in
      let bySplit = scores.values(name, of: metric, subset: data.comparisons.subset)
      let known = data.splits.filter { bySplit[$0] != nil }
      let others = bySplit.keys.filter { !data.splits.contains($0) }.sorted(by: naturalOrder)
      let values = (known + others).compactMap { split in
        bySplit[split].map { (split: split, value: $0) }
      }
      guard let mean = Evaluation.mean(values.map(\.value)) else { return nil }
      return DotRow(
        name: name, isBaseline: isBaseline, values: values, mean: mean,
        interval: correctedInterval(
          values.map(\.value), testToTrainingRatio: data.comparisons.testToTrainingRatio,
          within: bounds))
    }
  }

  /// The range of all that is drawn; a baseline too far from the combinations would squeeze them
  /// and is named at the edge instead.
  static func range(_ rows: [DotRow]) -> ClosedRange<Double> {
    func extent(_ rows: [DotRow]) -> ClosedRange<Double>? {
      let all = rows.flatMap { row in
        row.values.map(\.value) + (row.interval.map { [$0.lower, $0.upper] } ?? [])
      }
      guard let low = all.min(), let high = all.max() else { return nil }
      return low...high
    }
    guard let core = extent(rows.filter { !$0.isBaseline }) ?? extent(rows) else { return 0...1 }
    let reach = 1.2 * max(core.upperBound - core.lowerBound, 0.02)
    let near = rows.filter { row in
      !row.isBaseline
        || (core.lowerBound - reach <= row.mean && row.mean <= core.upperBound + reach)
    }
    let drawn = extent(near) ?? core
    let margin = max(0.03 * (drawn.upperBound - drawn.lowerBound), 0.002)
    return (drawn.lowerBound - margin)...(drawn.upperBound + margin)
  }

  /// Draws interval, dots and mean, as high as `reach` above and below the center.
  func draw(
    into drawing: inout SVGDrawing, center: Double, scale: ChartScale, reach: Double = 12
  ) {
    if mean < scale.domain.lowerBound || mean > scale.domain.upperBound {
      let isLow = mean < scale.domain.lowerBound
      drawing.text(
        isLow ? scale.start + 2 : scale.end - 2, center + 4,
        isLow
          ? "◀ off the scale at \(NumberText.metric(mean))"
          : "off the scale at \(NumberText.metric(mean)) ▶",
        style: "tick", anchor: isLow ? "start" : "end")
      return
    }
    let style = isBaseline ? "baseline" : "series-a"
    if let interval {
      let low = max(interval.lower, scale.domain.lowerBound)
      let high = min(interval.upper, scale.domain.upperBound)
      drawing.line(scale(low), center, scale(high), center, style: "interval \(style)")
    }
    let spread = values.count > 1 ? (2 * reach - 2) / Double(values.count - 1) : 0
    let step = min(4, spread)
    for (place, item) in values.enumerated()
    where scale.domain.contains(item.value) {
      let offset = (Double(place) - Double(values.count - 1) / 2) * step
      drawing.dot(
        scale(item.value), center + offset, radius: 3.4, style: "dot \(style)",
        title: "\(item.split): \(NumberText.metric(item.value))")
    }
    drawing.line(scale(mean), center - reach, scale(mean), center + reach, style: "mean")
  }
}
