import Basics
import Evaluation
import Pages

/// How much of what scores differ by is chance of the seed.
extension ReportPage {
  /// The table; empty where each split was trained once.
  var seedTable: String {
    let metric = data.comparisons.metric
    let found = data.combinations.compactMap { combination in
      SeedVariance(data.results, combination: combination.name, metric: .score(metric)).map {
        (name: combination.name, variance: $0)
      }
    }
    guard data.seeds > 1 else { return "" }
    let missing = data.combinations.map(\.name).filter { name in
      !found.contains { $0.name == name }
    }
    let absent =
      missing.isEmpty
      ? ""
      : " Left out, since a score is undefined or a training is missing: \(missing.joined(separator: ", "))."
    guard !found.isEmpty else { return "<p>\(htmlEscaped("Seeds and splits." + absent))</p>\n" }
    let rows = found.map { name, variance in
      let share = variance.seedShare.map { "\(Int((100 * $0).rounded())) %" } ?? "–"
      return "<tr><th scope=\"row\">\(breakable(name))</th>"
        + "<td>\(NumberText.metric(variance.mean))</td>"
        + "<td>\(NumberText.metric(variance.splitDeviation))</td>"
        + "<td>\(NumberText.metric(variance.seedDeviation))</td><td>\(share)</td></tr>\n"
    }
    let table = """
      <table>
      <caption><span>Test \(htmlEscaped(metric.title)): what one training is off by. Each split was trained from \
      \(data.seeds) seeds; in the tables of scores a split has their mean.\(htmlEscaped(absent))</span></caption>
      <thead>
      <tr><th scope="col">Combination</th><th scope="col">mean</th><th scope="col">SD between splits</th>\
      <th scope="col">SD between seeds</th><th scope="col">share of the seed in the variance</th></tr>
      </thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return PageParts.box("Seeds and splits", table)
  }
}
