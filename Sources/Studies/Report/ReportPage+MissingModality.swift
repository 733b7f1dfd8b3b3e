import Basics
import Evaluation
import Pages

/// What is left of the scores when one side, or all views but one, of every case are hidden.
extension ReportPage {
  /// Whether a combination was scored with one side alone.
  var hasMissingModality: Bool { !missingModalityNames.isEmpty }

  private var missingModalityNames: [String] {
    names(scoredOn: MissingModalitySubset.allCases.map(\.rawValue))
  }

  /// Whether a combination was scored with one view alone.
  var hasMissingViews: Bool { !names(scoredOn: viewSubsets.map(\.subset)).isEmpty }

  /// The subsets of one view alone, in the order of the data's views.
  private var viewSubsets: [(subset: String, title: String)] {
    data.views.map { (ResultSubset.view($0).rawValue, "\($0) only") }
  }

  private func names(scoredOn subsets: [String]) -> [String] {
    data.combinations.map(\.name).filter { name in
      subsets.contains { scores.summary(name, data.comparisons.metric, subset: $0) != nil }
    }
  }

  /// A row for each combination that has missing-modality embeddings; empty where none has.
  var missingModalitySection: String {
    guard hasMissingModality else { return "" }
    let subsets = MissingModalitySubset.allCases.map {
      (subset: $0.rawValue, title: $0 == .image ? "image only" : "text only")
    }
    return """
      <section id="one-sided" aria-labelledby="one-sided-head">
      <h2 id="one-sided-head">When one side is missing</h2>
      <p>The same trained models, shown the image or the text of every test case alone; a learned \
      vector stands for the other.</p>
      \(PageParts.box(
        "Scores with one side alone", table(missingModalityNames, "both", subsets)))</section>

      """
  }

  /// A row for each combination that reads several views; empty where none does.
  var missingViewsSection: String {
    guard hasMissingViews else { return "" }
    let names = names(scoredOn: viewSubsets.map(\.subset))
    return """
      <section id="one-view" aria-labelledby="one-view-head">
      <h2 id="one-view-head">When views are missing</h2>
      <p>The same trained models, shown the picture of one view of every test case that has it; a learned \
      vector stands for each other view. Cases without the view are not among these, so a change also \
      comes of other cases.</p>
      \(PageParts.box(
        "Scores with one view alone", table(names, "all", viewSubsets)))</section>

      """
  }

  /// The scores of combinations as they are, and on subsets where something is hidden.
  private func table(
    _ names: [String], _ whole: String, _ hidden: [(subset: String, title: String)]
  ) -> String {
    let metrics = data.task.chiefMetrics
    let subsets: [(subset: String, title: String)] = [(data.comparisons.subset, whole)] + hidden
    let rows = names.map { name in
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
        "<th scope=\"col\"\(style(metric, isLast: index + 1 == subsets.count))>"
          + "\(htmlEscaped(subset.title))</th>"
      }
    }
    return """
      <table>
      <caption><span>Means over \(counted(data.splits.count, "split")) of the \
      \(htmlEscaped(data.comparisons.subset)) subset; below the change from \(whole), split by \
      split, ± its standard deviation.</span></caption>
      <thead>
      <tr><td></td>\(heads.joined())</tr>
      <tr><th scope="col">Combination</th>\(columns.joined())</tr>
      </thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

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
