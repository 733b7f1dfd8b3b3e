import Basics
import Evaluation
import Pages

/// What the models are worth on data that are not the study's.
extension ReportPage {
  /// A table for each external data set; empty without any.
  var externalSection: String {
    guard !data.external.isEmpty else { return "" }
    return """
      <section id="external" aria-labelledby="external-head">
      <h2 id="external-head">Elsewhere</h2>
      <p>The same models on data that the study names as external. \
      Each figure is the mean over the splits’ models. The drop is internal less external; its 95% interval \
      draws patients of both sides with all their cases, and takes the models as they are.</p>
      \(data.external.map(table).joined())</section>

      """
  }

  private func table(_ external: ReportExternal) -> String {
    let titles = external.rows.first?.figures.map(\.title) ?? []
    let groups = titles.map {
      "<th scope=\"colgroup\" colspan=\"3\" class=\"apart\">\(htmlEscaped($0))</th>"
    }
    let columns = titles.map { _ in
      "<th scope=\"col\">internal</th><th scope=\"col\">external</th>"
        + "<th scope=\"col\" class=\"apart\">drop</th>"
    }
    let rows = external.rows.map { row in
      "<tr><th scope=\"row\">\(ReportTables.shortName(row.combination))</th>"
        + row.figures.map(cells).joined() + "</tr>\n"
    }
    let pages = external.pages.map {
      "<a href=\"\(htmlEscaped($0.path))\">\(htmlEscaped($0.split))</a>"
    }
    let size =
      "\(counted(external.cases, "case")) of \(counted(external.patients, "patient"))"
    let decisions =
      data.task == .binary
      ? " Decisions are those at the threshold that each split’s validation subset chose." : ""
    let table = """
      <table>
      <caption><span>\(size), \(htmlEscaped(external.description)).\(decisions)</span></caption>
      <thead><tr><td></td>\(groups.joined())</tr>
      <tr><th scope="col">Combination</th>\(columns.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody>
      </table>

      """
    let synthetic =
      external.isSynthetic
      ? PageParts.notice("A program made these cases: the drop says nothing about patients.") : ""
    return "<h3>\(htmlEscaped(external.name))</h3>\n" + synthetic
      + PageParts.box("Figures on \(external.name)", table)
      + mindful(external)
      + "<p>All figures, calibration, conformal sets and groups, by split: "
      + "\(pages.joined(separator: ", ")).</p>\n"
  }

  /// What a reader must know of single rows: figures that are no mean of all, thresholds that a head had learnt from.
  private func mindful(_ external: ReportExternal) -> String {
    let few = external.rows.flatMap { row in
      row.figures.filter { $0.leftOut > 0 }.map { figure in
        "\(figure.title) of \(row.combination) is the mean of \(figure.averaged) of"
          + " \(figure.averaged + figure.leftOut): on one side or the other the rest is undefined, and left out on both."
      }
    }
    let learnt = external.rows.map(\.combination).filter(data.fittedOnValidation.contains).map {
      "The head of \($0) learnt from the validation cases that its thresholds were fitted on; no calibrator and no"
        + " conformal set is made of them."
    }
    return (few + learnt).map { "<p>\(htmlEscaped($0))</p>\n" }.joined()
  }

  private func cells(_ figure: ReportExternal.Figure) -> String {
    func interval(_ found: Determined<ClusterBootstrap>, _ text: (Double) -> String) -> String {
      switch found {
      case .undefined(let reason): "–<span class=\"sd\">\(htmlEscaped(reason.sentence))</span>"
      case .value(let value):
        "\(text(value.estimate))<span class=\"sd\">\(text(value.interval.lower)) to "
          + "\(text(value.interval.upper))</span>"
      }
    }
    return "<td>\(NumberText.metric(figure.inside.value))</td>"
      + "<td>\(interval(figure.outside) { NumberText.metric($0) })</td>"
      + "<td class=\"apart\">\(interval(figure.drop) { NumberText.signed($0) })</td>"
  }
}
