import Basics
import Evaluation
import Foundation
import Pages

/// What each combination scores against what its answer to a case costs, in multiply-adds on a log axis.
///
/// Joined are those that nothing cheaper reaches. Counts, not times: they are the same on every machine and in every
/// run.
package struct CostPlot {
  /// A combination in the plot.
  struct Item: Equatable {
    let name: String
    /// Multiply-adds of one case, its encoders' included.
    let multiplyAdds: Double
    let mean: Double
    let interval: Interval?
  }

  let data: ReportData
  let scores: ReportScores

  /// The combinations whose cost and score are known, the cheapest first.
  var items: [Item] {
    let metric = data.comparisons.metric
    let rows = DotRow.rows(data, scores, .score(metric), bounds: metric.bounds, baselines: [])
    return data.combinations.compactMap { combination -> Item? in
      guard let cost = combination.multiplyAdds, cost >= 1,
        let row = rows.first(where: { $0.name == combination.name })
      else { return nil }
      return Item(
        name: row.name, multiplyAdds: cost, mean: row.mean, interval: row.interval)
    }.sorted { ($0.multiplyAdds, $0.name) < ($1.multiplyAdds, $1.name) }
  }

  /// Those of the items that score better than every one that costs no more.
  func front(_ items: [Item]) -> [Item] {
    let isHigherBetter = data.comparisons.metric.higherIsBetter
    var best: Double?
    return items.filter { item in
      let isBetter = best.map { isHigherBetter ? item.mean > $0 : item.mean < $0 } ?? true
      guard isBetter,
        !items.contains(where: {
          $0.multiplyAdds == item.multiplyAdds
            && (isHigherBetter ? $0.mean > item.mean : $0.mean < item.mean)
        })
      else { return false }
      best = item.mean
      return true
    }
  }

  /// The plot twice, wide and for a phone, with its caption; empty where fewer than two costs are known.
  var html: String {
    let items = self.items
    guard items.count > 1 else { return "" }
    let front = front(items)
    let unknown = data.combinations.count - items.count
    let note =
      unknown == 0
      ? ""
      : " Not drawn: \(counted(unknown, "combination")) whose cost is not known, such as one over vectors that were"
        + " computed elsewhere."
    return """
      <figure>
      <div class="plot">
      \(drawing(items, front, width: 1040, height: 380).html(label: label(front), style: "wide"))\
      \(drawing(items, front, width: 360, height: 330).html(label: label(front), style: "narrow"))</div>
      <figcaption>What an answer costs: multiply-adds of one case, the encoders’ included, against the mean \
      \(data.comparisons.subset) \(htmlEscaped(data.comparisons.metric.title)) with its corrected \
      95% interval. The line joins what nothing cheaper reaches; the others’ names show under the pointer.\(note)</figcaption>
      </figure>

      """
  }

  private func label(_ front: [Item]) -> String {
    let items = front.map {
      "\($0.name) \(NumberText.metric($0.mean)) at \(CostPlot.text($0.multiplyAdds))"
    }
    return
      "\(data.comparisons.subset) \(data.comparisons.metric.title) against multiply-adds of a case."
      + " What nothing cheaper reaches: \(items.joined(separator: ", "))."
  }

  /// Such as "1.8 G", "310 M".
  package static func text(_ multiplyAdds: Double) -> String {
    let (factor, unit): (Double, String) =
      multiplyAdds >= 1e12
      ? (1e12, "T")
      : multiplyAdds >= 1e9 ? (1e9, "G") : multiplyAdds >= 1e6 ? (1e6, "M") : (1e3, "k")
    let value = multiplyAdds / factor
    return "\(String(format: value < 9.95 ? "%.1f" : "%.0f", value))\u{a0}\(unit)"
  }

  private func drawing(_ items: [Item], _ front: [Item], width: Double, height: Double)
    -> SVGDrawing
  {
    let (left, top, bottom) = (52.0, 28.0, height - 46)
    var drawing = SVGDrawing(width: width, height: height)
    let costs = items.map { log10($0.multiplyAdds) }
    let x = ChartScale(
      ((costs.min() ?? 0) - 0.15)...((costs.max() ?? 1) + 0.15), start: left,
      end: width - 14, tickCount: 5, minimumStep: 1)
    let values = items.flatMap {
      [$0.mean, $0.interval?.lower, $0.interval?.upper].compactMap { $0 }
    }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let margin = max(0.06 * (high - low), 0.002)
    let y = ChartScale((low - margin)...(high + margin), start: bottom, end: top, tickCount: 6)
    for tick in y.ticks {
      drawing.line(left, y(tick), width - 14, y(tick), style: "grid")
      drawing.text(left - 7, y(tick) + 4, y.label(tick), style: "tick", anchor: "end")
    }
    for tick in x.ticks {
      drawing.line(x(tick), bottom, x(tick), bottom + 4, style: "axis")
      drawing.text(
        x(tick), bottom + 17, CostPlot.text(pow(10, tick)), style: "tick", anchor: "middle")
    }
    drawing.line(left, bottom, width - 14, bottom, style: "axis")
    drawing.text(
      (left + width - 14) / 2, height - 8, "multiply-adds of a case", style: "axis-title",
      anchor: "middle")
    drawing.path(
      front.map { (x(log10($0.multiplyAdds)), y($0.mean)) }, style: "curve series-a partial")
    for item in items {
      let (cx, cy) = (x(log10(item.multiplyAdds)), y(item.mean))
      let isFront = front.contains(item)
      if let interval = item.interval {
        drawing.line(
          cx, y(interval.lower), cx, y(interval.upper),
          style: "interval \(isFront ? "series-a" : "baseline")")
      }
      drawing.dot(
        cx, cy, radius: 4.4, style: "dot solid \(isFront ? "series-a" : "baseline")",
        title: "\(item.name): \(NumberText.metric(item.mean)) at "
          + "\(CostPlot.text(item.multiplyAdds)) multiply-adds")
    }
    let texts = front.map { shortened($0.name, to: width > 500 ? 40 : 22) }
    let labels = CostPlot.labels(
      zip(front, texts).map { item, text in
        (x(log10(item.multiplyAdds)), y(item.mean), Double(text.count) * 6.6)
      }, right: width - 14, top: top + 8, bottom: bottom - 4)
    for (text, label) in zip(texts, labels) {
      drawing.text(
        label.x, label.y, text, style: "row-label small", anchor: label.isLeft ? "end" : "start")
    }
    return drawing
  }

  /// Where the names of dots stand: beside and above them, line by line higher where they would lie on one another, and
  /// below where there is no room above.
  ///
  /// - Parameters:
  ///   - dots: where each is, and how long its name.
  ///   - right: where the drawing ends.
  ///   - top: the highest line of text.
  ///   - bottom: the lowest.
  /// - Returns: the place of each name, and whether it ends there.
  static func labels(
    _ dots: [(x: Double, y: Double, length: Double)], right: Double, top: Double, bottom: Double
  ) -> [(x: Double, y: Double, isLeft: Bool)] {
    var taken: [(x: ClosedRange<Double>, y: Double)] = []
    return dots.map { dot in
      let isLeft = dot.x + 9 + dot.length > right
      let extent =
        isLeft ? (dot.x - 9 - dot.length)...(dot.x - 9) : (dot.x + 9)...(dot.x + 9 + dot.length)
      func isFree(_ line: Double) -> Bool {
        !taken.contains { $0.x.overlaps(extent) && abs($0.y - line) < 13.5 }
      }
      let above = Array(stride(from: max(top, dot.y - 7), through: top, by: -14))
      let below = Array(stride(from: max(top, dot.y - 7) + 14, through: bottom, by: 14))
      let line = (above + below).first(where: isFree) ?? max(top, dot.y - 7)
      taken.append((extent, line))
      return (isLeft ? dot.x - 9 : dot.x + 9, line, isLeft)
    }
  }
}
