import Evaluation
import Foundation

/// Small charts of a metric over the epochs, one for each combination, on a common scale: lines are
/// means over the splits, bands mean ± SD, paler where only some splits went on.
struct EpochCharts {
  let data: ReportData
  /// As in `epochs.csv`.
  let metric: String
  /// True where the metric can't leave 0…1.
  let isShare: Bool

  private let width = 340.0
  private let height = 214.0
  private let left = 42.0
  private let right = 74.0
  private let top = 10.0
  private let bottom = 38.0

  /// The charts, or an empty text where no epoch has the metric.
  var html: String {
    let panels = data.combinations.map { combination in
      (
        name: combination.name,
        curves: EpochCurve.curves(data.epochs, combination: combination.name, metric: metric)
      )
    }.filter { !$0.curves.isEmpty }
    let range = self.range(panels.flatMap(\.curves))
    return panels.map { panel in
      """
      <figure class="panel">
      <figcaption>\(escaped(panel.name))</figcaption>
      \(drawing(panel.name, panel.curves, range: range))</figure>

      """
    }.joined()
  }

  private func range(_ curves: [EpochCurve]) -> ClosedRange<Double> {
    let points = curves.flatMap(\.points)
    let lows = points.map { $0.mean - ($0.deviation ?? 0) }
    let highs = points.map { $0.mean + ($0.deviation ?? 0) }
    guard let low = lows.min(), let high = highs.max() else { return 0...1 }
    let margin = max(0.03 * (high - low), 0.002)
    return isShare
      ? max(low - margin, 0)...min(high + margin, 1) : max(low - margin, 0)...(high + margin)
  }

  private func drawing(
    _ name: String, _ curves: [EpochCurve], range: ClosedRange<Double>
  ) -> String {
    var drawing = SVGDrawing(width: width, height: height)
    let epochs = curves.flatMap { $0.points.map { Double($0.epoch) } }
    let x = ChartScale(
      (epochs.min() ?? 0)...(epochs.max() ?? 1), start: left, end: width - right, tickCount: 6,
      minimumStep: 1)
    let y = ChartScale(range, start: height - bottom, end: top, tickCount: 4)
    drawAxes(x, y, into: &drawing)
    for curve in curves { drawBand(curve, x, y, into: &drawing) }
    for curve in curves { drawLine(curve, x, y, into: &drawing) }
    drawLabels(curves, y, into: &drawing)
    let ends = curves.compactMap { curve in
      curve.points.last.map {
        "\(curve.part) ends at \(ReportNumbers.metric($0.mean)) after epoch \($0.epoch)"
      }
    }
    return drawing.html(
      label: "\(metric) of \(name) by epoch: \(ends.joined(separator: "; ")).")
  }

  private func drawAxes(_ x: ChartScale, _ y: ChartScale, into drawing: inout SVGDrawing) {
    for tick in y.ticks {
      drawing.line(left, y(tick), width - right, y(tick), style: "grid")
      drawing.text(left - 6, y(tick) + 4, y.label(tick), style: "tick", anchor: "end")
    }
    drawing.line(left, height - bottom, width - right, height - bottom, style: "axis")
    for tick in x.ticks {
      drawing.line(x(tick), height - bottom, x(tick), height - bottom + 4, style: "axis")
      drawing.text(
        x(tick), height - bottom + 16, x.label(tick), style: "tick", anchor: "middle")
    }
    drawing.text(
      (left + width - right) / 2, height - 5, "epoch", style: "axis-title", anchor: "middle")
  }

  private func style(_ curve: EpochCurve) -> String {
    curve.part == "training" ? "series-b" : "series-a"
  }

  private func drawBand(
    _ curve: EpochCurve, _ x: ChartScale, _ y: ChartScale, into drawing: inout SVGDrawing
  ) {
    func clamped(_ value: Double) -> Double {
      y(min(max(value, y.domain.lowerBound), y.domain.upperBound))
    }
    // A gap where one split alone is left ends the band.
    let runs = curve.points.split { $0.deviation == nil }
    for run in runs where run.count > 1 {
      let upper = run.map { point in
        (x: x(Double(point.epoch)), y: clamped(point.mean + (point.deviation ?? 0)))
      }
      let lower = run.reversed().map { point in
        (x: x(Double(point.epoch)), y: clamped(point.mean - (point.deviation ?? 0)))
      }
      drawing.path(upper + lower, closed: true, style: "band \(style(curve))")
    }
  }

  private func drawLine(
    _ curve: EpochCurve, _ x: ChartScale, _ y: ChartScale, into drawing: inout SVGDrawing
  ) {
    let all = curve.points.map { (x: x(Double($0.epoch)), y: y($0.mean)) }
    if all.count == 1, let only = all.first {
      drawing.dot(only.x, only.y, radius: 3.6, style: "dot \(style(curve))")
      return
    }
    let complete = curve.points.prefix { $0.count == curve.splitCount }.count
    drawing.path(Array(all.prefix(complete)), style: "curve \(style(curve))")
    if complete < all.count {
      drawing.path(
        Array(all.suffix(from: max(complete - 1, 0))), style: "curve partial \(style(curve))")
    }
  }

  /// The names of the curves beside their ends, moved apart where they would touch.
  private func drawLabels(
    _ curves: [EpochCurve], _ y: ChartScale, into drawing: inout SVGDrawing
  ) {
    var places = curves.compactMap { curve in
      curve.points.last.map { (y: y($0.mean), curve: curve) }
    }.sorted { $0.y < $1.y }
    if places.count == 2, places[1].y - places[0].y < 14 {
      let middle = (places[0].y + places[1].y) / 2
      places[0].y = middle - 7
      places[1].y = middle + 7
    }
    for place in places {
      drawing.text(
        width - right + 6, place.y + 4, place.curve.part,
        style: "curve-label \(style(place.curve))")
    }
  }
}
