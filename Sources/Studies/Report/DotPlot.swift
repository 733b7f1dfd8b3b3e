import Basics
import Evaluation
import Foundation
import Pages

/// A row for each combination and baseline: a dot for each split, the mean, its corrected interval.
///
/// The same split stands at the same height in every row.
struct DotPlot {
  let data: ReportData
  let scores: ReportScores
  let selected: String?
  /// What is drawn; nil for the metric that the study is about.
  var metric: ResultMetric?

  private var shown: ResultMetric { metric ?? .score(data.comparisons.metric) }
  private var score: ScoreMetric {
    if case .label(let metric, _) = shown { return metric }
    return data.comparisons.metric
  }

  /// The plot for a panel of its own, as narrow as on a phone.
  var panel: String {
    let rows = self.rows
    return rows.isEmpty
      ? "" : drawing(rows, width: 360, isWide: false).html(label: label(rows))
  }

  private let top = 8.0
  /// Room for the names beside the plot; without it they stand above their rows.
  private let nameWidth = 300.0

  private struct Row {
    let name: String
    let isBaseline: Bool
    let values: [(split: String, value: Double)]
    let mean: Double
    let interval: Interval?
  }

  /// The plot twice, wide and for a phone; the style shows one of them.
  var html: String {
    let rows = self.rows
    guard !rows.isEmpty else { return "" }
    return drawing(rows, width: 1040, isWide: true).html(label: label(rows), style: "wide")
      + drawing(rows, width: 360, isWide: false).html(label: label(rows), style: "narrow")
  }

  private var rows: [Row] {
    let names =
      data.combinations.map { ($0.name, false) } + data.baselines.map { ($0.name, true) }
    return names.compactMap { name, isBaseline in
      let bySplit = scores.values(
        name, shown, subset: data.comparisons.subset)
      let known = data.splits.filter { bySplit[$0] != nil }
      let others = bySplit.keys.filter { !data.splits.contains($0) }.sorted(by: naturalOrder)
      let values = (known + others).compactMap { split in
        bySplit[split].map { (split: split, value: $0) }
      }
      guard let mean = Evaluation.mean(values.map(\.value)) else { return nil }
      return Row(
        name: name, isBaseline: isBaseline, values: values, mean: mean,
        interval: correctedInterval(
          values.map(\.value), testToTrainingRatio: data.comparisons.testToTrainingRatio,
          within: score.bounds))
    }
  }

  private func label(_ rows: [Row]) -> String {
    let items = rows.map { "\($0.name) \(NumberText.metric($0.mean))" }
    return "Dot plot of \(data.comparisons.subset) \(score.title), "
      + "a dot for each split. Means: \(items.joined(separator: ", "))."
  }

  /// The range of all that is drawn; a baseline too far from the combinations would squeeze them
  /// and is named at the edge instead.
  private func range(_ rows: [Row]) -> ClosedRange<Double> {
    func extent(_ rows: [Row]) -> ClosedRange<Double>? {
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

  private func drawing(_ rows: [Row], width: Double, isWide: Bool) -> SVGDrawing {
    let band = isWide ? 32.0 : 56.0
    let bottom = top + band * Double(rows.count)
    var drawing = SVGDrawing(width: width, height: bottom + 44)
    let start = isWide ? nameWidth : 12
    let scale = ChartScale(
      range(rows), start: start + 8, end: isWide ? width - 70 : width - 12,
      tickCount: isWide ? 8 : 5)
    for tick in scale.ticks {
      drawing.line(scale(tick), top, scale(tick), bottom, style: "grid")
      drawing.text(scale(tick), bottom + 17, scale.label(tick), style: "tick", anchor: "middle")
    }
    drawing.line(start, bottom, width - 12, bottom, style: "axis")
    drawing.text(
      (scale.start + scale.end) / 2, bottom + 37,
      "\(data.comparisons.subset) \(score.title)", style: "axis-title",
      anchor: "middle")
    for (index, row) in rows.enumerated() {
      let y = top + band * Double(index)
      if index > 0 { drawing.line(12, y, width - 12, y, style: "divider") }
      let style = row.isBaseline ? "row-label quiet" : "row-label"
      let name = row.name == selected ? "\(row.name) ◆" : row.name
      if isWide {
        drawing.text(14, y + 21, shortened(name, to: 36), style: style)
      } else {
        drawing.rectangle(12, y + 1, width: width - 24, height: 20, style: "label-ground")
        drawing.text(14, y + 17, shortened(name, to: Int((width - 80) / 8.2)), style: style)
      }
      drawing.text(
        width - 14, y + (isWide ? 21 : 17), NumberText.metric(row.mean), style: "row-value",
        anchor: "end")
      draw(row, into: &drawing, center: isWide ? y + 16 : y + 38, scale: scale)
    }
    return drawing
  }

  private func draw(_ row: Row, into drawing: inout SVGDrawing, center: Double, scale: ChartScale) {
    if row.mean < scale.domain.lowerBound || row.mean > scale.domain.upperBound {
      let isLow = row.mean < scale.domain.lowerBound
      drawing.text(
        isLow ? scale.start + 2 : scale.end - 2, center + 4,
        isLow
          ? "◀ off the scale at \(NumberText.metric(row.mean))"
          : "off the scale at \(NumberText.metric(row.mean)) ▶",
        style: "tick", anchor: isLow ? "start" : "end")
      return
    }
    let style = row.isBaseline ? "baseline" : "series-a"
    if let interval = row.interval {
      let low = max(interval.lower, scale.domain.lowerBound)
      let high = min(interval.upper, scale.domain.upperBound)
      drawing.line(scale(low), center, scale(high), center, style: "interval \(style)")
    }
    let spread = row.values.count > 1 ? 22 / Double(row.values.count - 1) : 0
    let step = min(4, spread)
    for (place, item) in row.values.enumerated()
    where scale.domain.contains(item.value) {
      let offset = (Double(place) - Double(row.values.count - 1) / 2) * step
      drawing.dot(
        scale(item.value), center + offset, radius: 3.4, style: "dot \(style)",
        title: "\(item.split): \(NumberText.metric(item.value))")
    }
    drawing.line(scale(row.mean), center - 12, scale(row.mean), center + 12, style: "mean")
  }
}
