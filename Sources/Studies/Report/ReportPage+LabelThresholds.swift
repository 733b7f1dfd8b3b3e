import Basics
import Evaluation
import Pages

/// The scores at thresholds that the validation subsets chose, one for each label.
extension ReportPage {
  private static let columns: [ScoreMetric] = [.macroF1, .microF1, .exactMatch, .hammingLoss]
  private static let labelColumns: [ScoreMetric] = [.sensitivity, .specificity, .f1]

  /// Two folded tables: of all combinations, and of the labels of the chosen one.
  var labelThresholdSection: String {
    fold(
      "At thresholds fitted on validation, one for each label",
      combinationThresholds
        + ((headline.selected ?? data.combinations.first?.name).map(labelThresholds) ?? ""))
  }

  private var combinationThresholds: String {
    let names = data.combinations.map(\.name) + data.baselines.map(\.name)
    let rows = names.compactMap { name -> String? in
      let cells = Self.columns.map { fittedCell(name, .score($0)) }
      guard cells.contains(where: { $0 != nil }) else { return nil }
      return "<tr><th scope=\"row\">\(ReportTables.shortName(name))</th>"
        + "\(cells.map { $0 ?? "<td>–</td>" }.joined())</tr>\n"
    }
    let heads = Self.columns.map { "<th scope=\"col\">\($0.columnHead)</th>" }
    let table = """
      <table>
      <caption><span>Test scores, means over \(counted(data.splits.count, "split")), where a label is \
      called positive from the threshold on that its split’s validation subset chose for it; below, \
      at 0.5.</span></caption>
      <thead><tr><th scope="col">Combination</th>\(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return PageParts.box("Scores at the fitted thresholds", table)
  }

  private func labelThresholds(of name: String) -> String {
    let rows = data.labels.indices.compactMap { labelRow($0, name) }
    guard !rows.isEmpty else { return "" }
    let heads = Self.labelColumns.map { "<th scope=\"col\">\($0.columnHead)</th>" }
    let table = """
      <table>
      <caption><span>The labels of <b>\(breakable(name))</b>, likewise. A threshold is a probability, \
      the least and the largest over the splits.</span></caption>
      <thead><tr><th scope="col">Label</th><th scope="col" class="apart">Threshold</th>\
      \(heads.joined())<th scope="col" class="words">Mind</th></tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    return PageParts.box("The fitted thresholds of each label", table)
  }

  private func labelRow(_ index: Int, _ name: String) -> String? {
    let label = data.labels[index]
    let thresholds = scores.values(
      name, of: .thresholdOf(label), subset: FittedThresholdSubset.test.rawValue)
    guard let range = thresholdRange(thresholds.values) else { return nil }
    let counts = data.ownLabelCounts[name] ?? data.labelCounts
    let absences = counts.absences(index, .validation, splits: data.splits)
    let places = data.splits.filter { absences[$0] != nil }
    let reasons = Set(absences.values.map(\.sentence)).sorted().joined(separator: ", or ")
    let note =
      places.isEmpty
      ? ""
      : "0.5 by default in \(places.joined(separator: ", ")) (\(reasons) in the validation subset)"
    let cells = Self.labelColumns.map { fittedCell(name, .label($0, label)) ?? "<td>–</td>" }
    return "<tr><th scope=\"row\">\(breakable(label))</th><td class=\"apart\">\(range)</td>"
      + "\(cells.joined())<td class=\"words\">\(htmlEscaped(note))</td></tr>\n"
  }

  /// A mean at the fitted threshold and, below, the same at 0.5; nil where it was not scored there.
  private func fittedCell(_ name: String, _ metric: ResultMetric) -> String? {
    guard
      let fitted = scores.summary(name, of: metric, subset: FittedThresholdSubset.test.rawValue)
    else { return nil }
    let plain = scores.summary(name, of: metric, subset: ResultSubset.test.rawValue)?.mean
    return "<td>\(NumberText.metric(fitted.mean))"
      + "<span class=\"sd\">at 0.5: \(NumberText.metric(plain))</span></td>"
  }
}
