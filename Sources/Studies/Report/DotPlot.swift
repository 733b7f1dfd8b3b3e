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

  private let top = 8.0
  /// Room for the names beside the plot; without it they stand above their rows.
  private let nameWidth = 300.0

  /// The plot twice, wide and for a phone; the style shows one of them.
  var html: String {
    let rows = self.rows
    guard !rows.isEmpty else { return "" }
    return drawing(rows, width: 1040, isWide: true).html(label: label(rows), style: "wide")
      + drawing(rows, width: 360, isWide: false).html(label: label(rows), style: "narrow")
  }

  private var rows: [DotRow] {
    let metric = data.comparisons.metric
    return DotRow.rows(
      data, scores, .score(metric), bounds: metric.bounds, baselines: data.baselines)
  }

  private func label(_ rows: [DotRow]) -> String {
    let items = rows.map { "\($0.name) \(NumberText.metric($0.mean))" }
    return "Dot plot of \(data.comparisons.subset) \(data.comparisons.metric.title), "
      + "a dot for each split. Means: \(items.joined(separator: ", "))."
  }

  private func drawing(_ rows: [DotRow], width: Double, isWide: Bool) -> SVGDrawing {
    let band = isWide ? 32.0 : 56.0
    let bottom = top + band * Double(rows.count)
    var drawing = SVGDrawing(width: width, height: bottom + 44)
    let start = isWide ? nameWidth : 12
    let scale = ChartScale(
      DotRow.range(rows), start: start + 8, end: isWide ? width - 70 : width - 12,
      tickCount: isWide ? 8 : 5)
    for tick in scale.ticks {
      drawing.line(scale(tick), top, scale(tick), bottom, style: "grid")
      drawing.text(scale(tick), bottom + 17, scale.label(tick), style: "tick", anchor: "middle")
    }
    drawing.line(start, bottom, width - 12, bottom, style: "axis")
    drawing.text(
      (scale.start + scale.end) / 2, bottom + 37,
      "\(data.comparisons.subset) \(data.comparisons.metric.title)", style: "axis-title",
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
      row.draw(into: &drawing, center: isWide ? y + 16 : y + 38, scale: scale)
    }
    return drawing
  }
}
