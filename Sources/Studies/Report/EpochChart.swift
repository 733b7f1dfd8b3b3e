import Basics
import Evaluation
import Foundation
import Pages

/// A metric over the epochs: lines are means over the splits, bands mean ± SD, paler where only some
/// splits went on.
package struct EpochChart {
  /// As in `epochs.csv`.
  let metric: String
  /// True where the metric can't leave 0…1.
  let isShare: Bool
  var width = 340.0
  var height = 214.0
  /// Room for the labels at the lines' ends.
  var right = 74.0

  /// A chart of a metric, in units of its own box.
  package init(
    metric: String, isShare: Bool, width: Double = 340, height: Double = 214, right: Double = 74
  ) {
    (self.metric, self.isShare) = (metric, isShare)
    (self.width, self.height, self.right) = (width, height, right)
  }

  private let left = 42.0
  private let top = 10.0
  private let bottom = 38.0

  /// The vertical range that holds lines and bands, with a margin.
  package func range(_ curves: [EpochCurve]) -> ClosedRange<Double> {
    let points = curves.flatMap(\.points)
    let lows = points.map { $0.mean - ($0.deviation ?? 0) }
    let highs = points.map { $0.mean + ($0.deviation ?? 0) }
    guard let low = lows.min(), let high = highs.max() else { return 0...1 }
    let margin = max(0.03 * (high - low), 0.002)
    return isShare
      ? max(low - margin, 0)...min(high + margin, 1) : max(low - margin, 0)...(high + margin)
  }

  /// The chart as an SVG element.
  package func drawing(
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
        "\(curve.label) ends at \(NumberText.metric($0.mean)) after epoch \($0.epoch)"
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
      drawing.path(upper + lower, closed: true, style: "band \(curve.style)")
    }
  }

  private func drawLine(
    _ curve: EpochCurve, _ x: ChartScale, _ y: ChartScale, into drawing: inout SVGDrawing
  ) {
    let all = curve.points.map { (x: x(Double($0.epoch)), y: y($0.mean)) }
    if all.count == 1, let only = all.first {
      drawing.dot(only.x, only.y, radius: 3.6, style: "dot \(curve.style)")
      return
    }
    let complete = curve.points.prefix { $0.count == curve.splitCount }.count
    drawing.path(Array(all.prefix(complete)), style: "curve \(curve.style)")
    if complete < all.count {
      drawing.path(
        Array(all.suffix(from: max(complete - 1, 0))), style: "curve partial \(curve.style)")
    }
  }

  /// The names of the curves beside their ends, moved apart where they would touch.
  private func drawLabels(
    _ curves: [EpochCurve], _ y: ChartScale, into drawing: inout SVGDrawing
  ) {
    let spacing = 14.0
    var places = curves.compactMap { curve in
      curve.points.last.map { (y: y($0.mean), curve: curve) }
    }.sorted { $0.y < $1.y }
    for _ in 0..<50 {
      for (upper, lower) in zip(places.indices, places.indices.dropFirst()) {
        let overlap = spacing - (places[lower].y - places[upper].y)
        guard overlap > 0.01 else { continue }
        places[upper].y -= overlap / 2
        places[lower].y += overlap / 2
      }
    }
    for place in places {
      // Of several lines a dot tells which one a label belongs to; two are told by their ink.
      let isOneOfMany = place.curve.style.hasPrefix("weights")
      if isOneOfMany {
        drawing.dot(
          width - right + 10, place.y, radius: 4, style: "dot solid \(place.curve.style)")
      }
      drawing.text(
        width - right + (isOneOfMany ? 20 : 6), place.y + 4, place.curve.label,
        style: "curve-label \(place.curve.style)")
    }
  }
}
