import Basics

/// Curves over a common axis, each with a legend's line; a paler curve of the same colour is its
/// control.
package struct LineChart {
  /// One line.
  package struct Curve {
    let label: String
    let points: [(x: Double, y: Double)]
    /// A second curve that the first is compared with.
    var control: [(x: Double, y: Double)] = []
    /// The interval around each point; empty where there is none.
    var band: [(x: Double, lower: Double, upper: Double)] = []

    package init(
      label: String, points: [(x: Double, y: Double)], control: [(x: Double, y: Double)] = [],
      band: [(x: Double, lower: Double, upper: Double)] = []
    ) {
      self.label = label
      self.points = points
      self.control = control
      self.band = band
    }
  }

  let title: String
  let xTitle: String
  /// Names of places on the axis; nil draws numbers.
  var xLabels: [String]?
  /// The range that must be seen; data widen it.
  var range: ClosedRange<Double> = 0...1
  let curves: [Curve]

  private let width = 400.0
  private let height = 236.0
  private let left = 42.0
  private let right = 12.0
  private let top = 10.0
  private var bottom: Double { xLabels == nil ? 38 : 92 }

  package init(
    title: String, xTitle: String, xLabels: [String]? = nil, range: ClosedRange<Double> = 0...1,
    curves: [Curve]
  ) {
    self.title = title
    self.xTitle = xTitle
    self.xLabels = xLabels
    self.range = range
    self.curves = curves
  }

  /// The chart with its title and a dot for each point, as a panel.
  package var panel: String { panel(hasDots: true) }

  /// The same without dots, for curves of many points.
  package var plainPanel: String { panel(hasDots: false) }

  private func panel(hasDots: Bool) -> String {
    let all = curves.flatMap { $0.points + $0.control }
    let values = all.map(\.y) + curves.flatMap { $0.band.flatMap { [$0.lower, $0.upper] } }
    let low = min(range.lowerBound, values.min() ?? 0)
    let high = max(range.upperBound, values.max() ?? 1)
    let x = ChartScale(
      (all.map(\.x).min() ?? 0)...(all.map(\.x).max() ?? 1), start: left, end: width - right,
      tickCount: 6)
    let y = ChartScale(low...high, start: height - bottom, end: top, tickCount: 5)
    var drawing = SVGDrawing(width: width, height: height)
    axes(x, y, into: &drawing)
    for (index, curve) in curves.enumerated() {
      let style = LineChart.style(index)
      drawing.path(
        (curve.band.map { (x: x($0.x), y: y($0.upper)) })
          + curve.band.reversed().map { (x: x($0.x), y: y($0.lower)) }, closed: true,
        style: "band \(style)")
    }
    for (index, curve) in curves.enumerated() {
      let style = LineChart.style(index)
      drawing.path(curve.control.map { (x($0.x), y($0.y)) }, style: "curve \(style) partial")
      drawing.path(curve.points.map { (x($0.x), y($0.y)) }, style: "curve \(style)")
      for point in hasDots ? curve.points : [] {
        drawing.dot(
          x(point.x), y(point.y), radius: 2.6, style: "dot solid \(style)",
          title: "\(curve.label): \(NumberText.metric(point.y))")
      }
    }
    let ends = curves.compactMap { curve in
      curve.points.last.map { "\(curve.label) ends at \(NumberText.metric($0.y))" }
    }
    return """
      <figure class="panel"><figcaption>\(htmlEscaped(title))</figcaption>
      \(drawing.html(label: "\(title), by \(xTitle): \(ends.joined(separator: "; ")).").dropLast())
      </figure>

      """
  }

  /// The lines' names, for several charts of the same curves.
  package var legend: String {
    let items = curves.enumerated().map { index, curve in
      var line = SVGDrawing(width: 34, height: 14)
      line.line(1, 7, 33, 7, style: "curve \(LineChart.style(index))")
      return "<li>\(line.html(label: nil).dropLast())\(htmlEscaped(curve.label))</li>"
    }
    return "<ul class=\"legend\">\(items.joined())</ul>\n"
  }

  private static func style(_ index: Int) -> String { "weights-\(index % 6 + 1)" }

  private func axes(_ x: ChartScale, _ y: ChartScale, into drawing: inout SVGDrawing) {
    let base = height - bottom
    for tick in y.ticks {
      drawing.line(left, y(tick), width - right, y(tick), style: "grid")
      drawing.text(left - 6, y(tick) + 4, y.label(tick), style: "tick", anchor: "end")
    }
    drawing.line(left, base, width - right, base, style: "axis")
    if let xLabels {
      for (index, label) in xLabels.enumerated() {
        drawing.line(x(Double(index)), base, x(Double(index)), base + 4, style: "axis")
        drawing.slanted(x(Double(index)) + 3, base + 13, label, style: "tick")
      }
    } else {
      for tick in x.ticks {
        drawing.line(x(tick), base, x(tick), base + 4, style: "axis")
        drawing.text(x(tick), base + 16, x.label(tick), style: "tick", anchor: "middle")
      }
    }
    drawing.text(
      (left + width - right) / 2, height - 5, xTitle, style: "axis-title", anchor: "middle")
  }
}
