import Basics
import Evaluation
import Pages
import Training

/// Subgroups, histograms, details.
extension EvaluationPage {
  var groupSection: String {
    guard !results.data.allSatisfy(\.groups.isEmpty) else { return "" }
    let tables = rows.flatMap { row in
      row.question.groups.map { attribute, analysis in
        groupTable("\(row.name): \(attribute)", analysis)
      }
    }
    let first = tables.prefix(8).joined()
    let rest = tables.dropFirst(8)
    return section(
      "groups", "Subgroups",
      first + (rest.isEmpty ? "" : fold("\(rest.count) more", rest.joined())))
  }

  private func groupTable(_ name: String, _ analysis: SubgroupAnalysis) -> String {
    let body = analysis.groups.map { group -> (name: String, cells: [String]) in
      (
        group.name + (group.isTooFew ? " (too few)" : ""),
        [
          "\(group.count)<span class=\"sd\">\(group.clusters) patients</span>",
          NumberText.percent(group.prevalence, digits: 1),
          cell(group.auroc, group.aurocInterval.map { .value($0) }),
          cell(group.truePositiveRate, nil), cell(group.falsePositiveRate, nil),
          NumberText.signed(group.meanDifference),
        ]
      )
    }
    let gaps = SubgroupMetric.allCases.map { metric -> String in
      switch analysis.gaps[metric] ?? .undefined(.oneGroup) {
      case .undefined(let reason):
        return "<li>\(metric.title): no gap, as \(htmlEscaped(reason.sentence)).</li>\n"
      case .value(let gap):
        let interval = gap.interval.map { " (\(range($0)))" } ?? ""
        return "<li>\(metric.title): worst in <b>\(htmlEscaped(gap.worst))</b>, "
          + "\(NumberText.metric(gap.gap))\(interval) behind \(htmlEscaped(gap.best)).</li>\n"
      }
    }
    let unknown =
      analysis.unknown > 0
      ? "<p class=\"aside\">Of \(analysis.unknown) cases the group is not known.</p>\n" : ""
    return table(
      "\(name). Rates are at the fixed threshold. Groups of fewer than \(SubgroupFigures.leastCases) positive or"
        + " negative cases are too few to say much, and in no gap.",
      [
        "Group", "Cases", "Positive", "AUROC", "True positive rate", "False positive rate",
        "Mean probability less share",
      ], body) + "<ul>\n\(gaps.joined())</ul>\n" + unknown
  }

  var histogramSection: String {
    let panels = rows.map { HistogramPanel(title: $0.name, histogram: $0.question.histogram).html }
    return section(
      "histograms", "Histograms",
      "<p>Cases by the probability that the model gives the label; those that have it upwards, those that have it"
        + " not downwards.</p>\n<div class=\"panels\">\(panels.joined())</div>\n")
  }

  var detailSection: String {
    let facts =
      results.data.map { set in
        PageFact(
          set.name,
          "\(set.path): \(set.cases.count) cases, \(set.patientCount) patients, \(set.leftOut.count) left out"
        )
      }
      + results.models.map {
        PageFact(
          $0.name,
          "\($0.folder): \($0.model.task.rawValue), \($0.model.labels.joined(separator: ", "))")
      }
      + [
        PageFact("Seed", "\(results.settings.seed)"),
        PageFact("Resamples", "\(results.settings.resamples)"),
        PageFact("Program", "EncoderZoo \(programVersion)"),
      ]
    let said = results.notes + results.overlaps.flatMap(\.notes)
    let notes = said.map { "<li>\(htmlEscaped($0))</li>\n" }.joined()
    return section(
      "details", "Details",
      PageParts.facts(facts) + (notes.isEmpty ? "" : "<h3>Notes</h3>\n<ul>\n\(notes)</ul>\n"))
  }
}
