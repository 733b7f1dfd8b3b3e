import Basics
import Evaluation
import Pages

/// What is left of the scores when one side of every case is hidden.
extension ReportPage {
  /// Whether a combination was scored with one side alone.
  var hasMissingModality: Bool { !missingModalityNames.isEmpty }

  private var missingModalityNames: [String] {
    data.combinations.map(\.name).filter { name in
      MissingModalitySubset.allCases.contains {
        scores.summary(name, data.comparisons.metric, subset: $0.rawValue) != nil
      }
    }
  }

  /// A row for each combination that has missing-modality embeddings; empty where none has.
  var missingModalitySection: String {
    guard hasMissingModality else { return "" }
    let metrics = data.task.chiefMetrics
    let subsets: [(subset: String, title: String)] =
      [(data.comparisons.subset, "both")]
      + MissingModalitySubset.allCases.map {
        ($0.rawValue, $0 == .image ? "image only" : "text only")
      }
    let rows = missingModalityNames.map { name in
      let cells = metrics.flatMap { metric in
        subsets.enumerated().map { index, subset in
          "<td\(style(metric, isLast: index + 1 == subsets.count))>\(score(name, metric, subset.subset))</td>"
        }
      }
      return "<tr><th scope=\"row\">\(breakable(name))</th>\(cells.joined())</tr>\n"
    }
    let heads = metrics.map { metric in
      "<th scope=\"colgroup\"\(style(metric, isLast: true)) colspan=\"\(subsets.count)\">"
        + "\(htmlEscaped(metric.title))</th>"
    }
    let columns = metrics.flatMap { metric in
      subsets.enumerated().map { index, subset in
        "<th scope=\"col\"\(style(metric, isLast: index + 1 == subsets.count))>\(subset.title)</th>"
      }
    }
    let table = """
      <table>
      <caption><span>Means over \(counted(data.splits.count, "split")) of the \
      \(htmlEscaped(data.comparisons.subset)) subset; below the change from both, split by \
      split, ± its standard deviation.</span></caption>
      <thead>
      <tr><td></td>\(heads.joined())</tr>
      <tr><th scope="col">Combination</th>\(columns.joined())</tr>
      </thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return """
      <section id="one-sided" aria-labelledby="one-sided-head">
      <h2 id="one-sided-head">When one side is missing</h2>
      <p>The same trained models, shown the image or the text of every test case alone; a learned \
      vector stands for the other.</p>
      \(PageParts.box("Scores with one side alone", table))</section>

      """
  }

  /// The rule between the columns of the first metric and those of the second.
  private func style(_ metric: ScoreMetric, isLast: Bool) -> String {
    metric == data.task.chiefMetrics[0] && isLast ? " class=\"apart\"" : ""
  }

  private func score(_ name: String, _ metric: ScoreMetric, _ subset: String) -> String {
    guard let mean = scores.summary(name, metric, subset: subset)?.mean else {
      return "<span class=\"none\" title=\"undefined\">–</span>"
    }
    let number = NumberText.metric(mean)
    guard subset != data.comparisons.subset else { return number }
    let whole = scores.values(name, metric, subset: data.comparisons.subset)
    let changes = scores.values(name, metric, subset: subset).sorted { $0.key < $1.key }
      .compactMap { split, value in whole[split].map { value - $0 } }
    guard let change = Evaluation.mean(changes) else { return number }
    let spread =
      Evaluation.standardDeviation(changes).map { " ±\u{a0}\(NumberText.metric($0))" } ?? ""
    return "\(number)<br><small class=\"sd\">\(NumberText.signed(change))\(spread)</small>"
  }
}
