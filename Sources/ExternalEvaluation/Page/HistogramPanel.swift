import Basics
import Pages

/// Cases by their probability: positive ones upwards, negative ones downwards.
struct HistogramPanel {
  let title: String
  let histogram: ProbabilityHistogram

  private let width = 400.0
  private let height = 220.0

  /// The drawing with its title, as a panel.
  var html: String {
    let most = Double(max(histogram.positives.max() ?? 0, histogram.negatives.max() ?? 0, 1))
    let x = ChartScale(0...1, start: 42, end: width - 12, tickCount: 6)
    let y = ChartScale(-most...most, start: height - 38, end: 10, tickCount: 5, minimumStep: 1)
    var drawing = SVGDrawing(width: width, height: height)
    for tick in y.ticks {
      drawing.line(42, y(tick), width - 12, y(tick), style: "grid")
      drawing.text(36, y(tick) + 4, y.label(abs(tick)), style: "tick", anchor: "end")
    }
    for tick in x.ticks {
      drawing.text(x(tick), height - 22, x.label(tick), style: "tick", anchor: "middle")
    }
    let step = 1 / Double(ProbabilityHistogram.binCount)
    for (bin, counts) in zip(histogram.positives, histogram.negatives).enumerated() {
      let left = x(Double(bin) * step)
      let extent = x(Double(bin + 1) * step) - left
      drawing.rectangle(
        left, y(Double(counts.0)), width: extent, height: y(0) - y(Double(counts.0)),
        style: "bar series-b")
      drawing.rectangle(
        left, y(0), width: extent, height: y(-Double(counts.1)) - y(0), style: "bar series-a")
    }
    drawing.line(42, y(0), width - 12, y(0), style: "axis")
    drawing.text(
      (42 + width - 12) / 2, height - 5, "probability", style: "axis-title", anchor: "middle")
    let (positives, negatives) = (
      histogram.positives.reduce(0, +), histogram.negatives.reduce(0, +)
    )
    let label = "\(title): \(positives) positive and \(negatives) negative cases by probability."
    return """
      <figure class="panel"><figcaption>\(htmlEscaped(title))</figcaption>
      \(drawing.html(label: label))<ul class="legend">\(Self.key("series-b"))\(positives) positive</li>\
      \(Self.key("series-a"))\(negatives) negative</li></ul></figure>

      """
  }

  private static func key(_ style: String) -> String {
    var square = SVGDrawing(width: 34, height: 14)
    square.rectangle(10, 1, width: 12, height: 12, style: "bar \(style)")
    return "<li>\(square.html(label: nil).dropLast())"
  }
}
