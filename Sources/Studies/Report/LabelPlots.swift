import Basics
import Evaluation
import Pages

/// A small dot plot for each label, or for each class against the rest: the AUROC of all combinations, on
/// one scale.
struct LabelPlots {
  let data: ReportData
  let scores: ReportScores
  let selected: String?

  private let width = 340.0
  private let top = 6.0
  private let band = 38.0
  private let metric = ScoreMetric.auroc

  /// How many rows all plots have together.
  var rowCount: Int { panels.reduce(0) { $0 + $1.rows.count } }

  /// Whether the scale reaches down to what an answer by chance has.
  var showsChance: Bool { DotRow.range(panels.flatMap(\.rows)).contains(0.5) }

  /// The plots; empty where no combination has an AUROC of any label.
  var html: String {
    let panels = panels
    let range = DotRow.range(panels.flatMap(\.rows))
    guard panels.contains(where: { !$0.rows.isEmpty }) else { return "" }
    let figures = panels.map { panel in
      let picture =
        panel.rows.isEmpty
        ? "<p class=\"aside\">undefined in every split</p>\n" : drawing(panel, range: range)
      return "<figure class=\"panel\">\n<figcaption>\(breakable(panel.label))</figcaption>\n"
        + "\(picture)</figure>\n"
    }
    return "<div class=\"panels\">\n\(figures.joined())</div>\n"
  }

  private typealias Panel = (label: String, rows: [DotRow])

  /// A baseline that gives all cases one answer ranks nothing: its AUROC is 0.5, which a line shows.
  private var panels: [Panel] {
    let baselines = data.baselines.filter { $0.constantAnswer == nil }
    return data.labels.map { label in
      (
        label,
        DotRow.rows(
          data, scores, .label(metric, label), bounds: metric.bounds, baselines: baselines)
      )
    }
  }

  private func drawing(_ panel: Panel, range: ClosedRange<Double>) -> String {
    let bottom = top + band * Double(panel.rows.count)
    var drawing = SVGDrawing(width: width, height: bottom + 40)
    let scale = ChartScale(range, start: 10, end: width - 10, tickCount: 5)
    for tick in scale.ticks {
      drawing.line(scale(tick), top, scale(tick), bottom, style: "grid")
      drawing.text(scale(tick), bottom + 16, scale.label(tick), style: "tick", anchor: "middle")
    }
    if scale.domain.contains(0.5) {
      drawing.line(scale(0.5), top, scale(0.5), bottom, style: "chance")
    }
    drawing.line(4, bottom, width - 4, bottom, style: "axis")
    drawing.text(
      width / 2, bottom + 34, "\(data.comparisons.subset) \(metric.title)", style: "axis-title",
      anchor: "middle")
    for (index, row) in panel.rows.enumerated() {
      let y = top + band * Double(index)
      drawing.rectangle(4, y + 1, width: width - 8, height: 17, style: "label-ground")
      let name = row.name == selected ? "\(row.name) ◆" : row.name
      drawing.text(
        6, y + 13, shortened(name, to: 34),
        style: row.isBaseline ? "row-label small quiet" : "row-label small")
      drawing.text(
        width - 6, y + 13, NumberText.metric(row.mean), style: "row-value small", anchor: "end")
      row.draw(into: &drawing, center: y + 27, scale: scale, reach: 8)
    }
    let means = panel.rows.map { "\($0.name) \(NumberText.metric($0.mean))" }
    return drawing.html(
      label: "Dot plot of \(data.comparisons.subset) \(metric.title) of \(panel.label), a dot for "
        + "each split. Means: \(means.joined(separator: ", ")).")
  }
}
