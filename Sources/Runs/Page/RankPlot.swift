import Basics
import Evaluation
import Pages

/// Mean ranks on a line, best to the left, joined where pairs do not differ significantly (Demšar 2006, figure 1).
struct RankPlot {
  let ranks: RankComparison

  /// The drawing, wide and for a phone.
  var html: String {
    drawing(width: 1040).html(label: label, style: "wide")
      + drawing(width: 360).html(label: label, style: "narrow")
  }

  private var order: [Int] {
    ranks.names.indices.sorted { ranks.meanRanks[$0] < ranks.meanRanks[$1] }
  }

  private var label: String {
    "Mean ranks over \(ranks.dataSets.count) data sets, 1 is best: "
      + order.map { "\(ranks.names[$0]) \(NumberText.fixed(ranks.meanRanks[$0], digits: 2))" }
      .joined(separator: ", ")
  }

  private func drawing(width: Double) -> SVGDrawing {
    let groups = ranks.groups()
    let (left, right) = (16.0, width - 16)
    let step = 22.0
    let axis = 34.0
    let first = axis + 22 + 12 * Double(groups.count)
    var drawing = SVGDrawing(width: width, height: first + step * Double(order.count) + 8)
    let scale = ChartScale(
      1...Double(ranks.names.count), start: left, end: right, tickCount: width > 500 ? 10 : 5,
      minimumStep: 1)
    drawing.line(left, axis, right, axis, style: "axis")
    for tick in scale.ticks {
      drawing.line(scale(tick), axis - 5, scale(tick), axis, style: "axis")
      drawing.text(scale(tick), axis - 10, scale.label(tick), style: "tick", anchor: "middle")
    }
    for (row, group) in groups.enumerated() {
      let values = group.map { ranks.meanRanks[$0] }
      let y = axis + 12 + 12 * Double(row)
      drawing.line(
        scale(values.min() ?? 1) - 4, y, scale(values.max() ?? 1) + 4, y, style: "tie series-a")
    }
    for (row, index) in order.enumerated() {
      let x = scale(ranks.meanRanks[index])
      let y = first + step * Double(row)
      drawing.line(x, axis, x, y, style: "grid")
      drawing.dot(x, axis, radius: 4, style: "dot solid series-a")
      let text =
        shortened(ranks.names[index], to: width > 500 ? 60 : 34)
        + "  \(NumberText.fixed(ranks.meanRanks[index], digits: 2))"
      let isLeft = x > (left + right) / 2
      drawing.dot(x, y, radius: 2.5, style: "dot solid baseline")
      drawing.text(
        isLeft ? x - 8 : x + 8, y + 4, text, style: "row-label small",
        anchor: isLeft ? "end" : "start")
    }
    return drawing
  }
}
