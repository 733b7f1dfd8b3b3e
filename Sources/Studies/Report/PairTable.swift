import Basics
import Evaluation
import Pages

/// Comparisons pair by pair, with a small drawing of each interval.
struct PairTable {
  let comparisons: PairComparisons
  /// Those of them that are shown.
  let pairs: [PairComparison]

  private var metric: ScoreMetric { comparisons.metric }

  /// The table, or a sentence where no pair is compared.
  var html: String {
    guard !pairs.isEmpty else { return "<p>No two combinations are compared.</p>\n" }
    let range = self.range
    let rows = pairs.map { row($0, range: range) }
    let region = pairs[0].bayesian.region
    let above = "&gt; \(NumberText.short(region))"
    let below = "&lt; −\(NumberText.short(region))"
    let (first, second) = metric.higherIsBetter ? (above, below) : (below, above)
    let table = """
      <table class="pairs">
      <caption><span>Difference of \(htmlEscaped(comparisons.subset)) \(metric.title), A − B, with the corrected \
      resampled t-test (\(counted(pairs[0].test.count - 1, "degree")) of freedom, \
      two-sided).\(metric.higherIsBetter ? "" : " Lower is better.")</span></caption>
      <thead>
      <tr><td></td><td class="apart"></td><th scope="colgroup" colspan="2" class="apart">difference</th>\
      <th scope="colgroup" colspan="3" class="apart">t-test</th>\
      <th scope="colgroup" colspan="3">Bayesian probability</th></tr>
      <tr><th scope="col">A − B</th><th scope="col" class="words apart">Outcome</th>\
      <th scope="col">A − B<br><small>95% interval</small></th>\
      <th scope="col" class="apart"><span class="unseen">Drawing</span></th>\
      <th scope="col">t</th><th scope="col">p</th><th scope="col" class="apart">Holm p</th>\
      <th scope="col">A better<br><small>\(first)</small></th>\
      <th scope="col">equal<br><small>± \(NumberText.short(region))</small></th>\
      <th scope="col">B better<br><small>\(second)</small></th></tr>
      </thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return PageParts.box("Paired comparisons", table)
  }

  /// What the drawings show: every interval and the region.
  private var range: ClosedRange<Double> {
    let lows = pairs.map { min($0.interval.lower, -1.5 * $0.bayesian.region) }
    let highs = pairs.map { max($0.interval.upper, 1.5 * $0.bayesian.region) }
    return (lows.min() ?? -1)...(highs.max() ?? 1)
  }

  private func row(_ pair: PairComparison, range: ClosedRange<Double>) -> String {
    let isBetterAbove = metric.higherIsBetter
    let firstBetter =
      isBetterAbove ? pair.bayesian.firstGreater : pair.bayesian.secondGreater
    let secondBetter =
      isBetterAbove ? pair.bayesian.secondGreater : pair.bayesian.firstGreater
    let interval = pair.interval
    let outcome =
      pair.better.map { $0 == pair.first ? "A is better" : "B is better" } ?? pair.verdict
    let style = pair.isSignificant == true ? "words apart holds" : "words apart"
    return "<tr><th scope=\"row\">\(breakable(pair.first))<br>−&nbsp;\(breakable(pair.second))</th>"
      + "<td class=\"\(style)\">\(htmlEscaped(outcome))</td>"
      + "<td>\(NumberText.signed(pair.test.meanDifference)) <span class=\"sd\">"
      + "\(NumberText.signed(interval.lower)) to \(NumberText.signed(interval.upper))</span></td>"
      + "<td class=\"mini apart\">\(drawing(pair, range: range))</td>"
      + "<td>\(pair.test.t.map { NumberText.signed($0, digits: 2) } ?? "–")</td>"
      + "<td>\(htmlEscaped(NumberText.probability(pair.test.p)))</td>"
      + "<td class=\"apart\">\(htmlEscaped(NumberText.probability(pair.holmP)))</td>"
      + "<td>\(htmlEscaped(NumberText.probability(firstBetter)))</td>"
      + "<td>\(htmlEscaped(NumberText.probability(pair.bayesian.equivalent)))</td>"
      + "<td>\(htmlEscaped(NumberText.probability(secondBetter)))</td></tr>\n"
  }

  /// Zero, the region of practical equivalence around it, the interval and the mean.
  private func drawing(_ pair: PairComparison, range: ClosedRange<Double>) -> String {
    var drawing = SVGDrawing(width: 150, height: 24)
    let scale = ChartScale(range, start: 5, end: 145, tickCount: 2)
    let region = pair.bayesian.region
    drawing.rectangle(
      scale(-region), 1, width: scale(region) - scale(-region), height: 22, style: "region")
    drawing.line(scale(0), 1, scale(0), 23, style: "axis")
    let style = pair.isSignificant == true ? "series-a" : "baseline"
    drawing.line(
      scale(pair.interval.lower), 12, scale(pair.interval.upper), 12,
      style: "interval \(style)")
    drawing.dot(scale(pair.test.meanDifference), 12, radius: 4, style: "dot solid \(style)")
    return drawing.html(label: nil)
  }
}
