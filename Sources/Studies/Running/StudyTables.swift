import Basics
import Datasets
import Evaluation
import Foundation
import Pages
import Training

/// The tables and the report of a finished comparison.
package struct StudyTables {
  /// What baselines are called in tables: the commoner class, and a linear model of the words.
  package static let baselineNames = ["majority class", "TF-IDF + logistic regression"]

  let study: StudySpecification
  let cases: StudyCases
  /// Those of the first seed; the others divide the cases alike.
  let splits: [Split]
  let cells: [CellFile]
  /// Where branches are given something else than their weights were trained on, in sentences.
  let deviations: [String]
  /// What a reader must know before the scores.
  let warnings: [String]
  /// What else was told while the study was read and run.
  let notes: [String]
  /// The names of the heads that learn on the validation subset.
  let headsFittedOnValidation: Set<String>
  /// What the models are worth on other data.
  let external: [ReportExternal]
  /// Searches for the settings of the learned baseline; nil takes the usual ones.
  var tuner: CellTuner?

  /// Writes `results.csv`, `results.json`, `epochs.csv`, `timings.csv`, of a tuned study `trials.csv`, and `report.html`.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  /// - Returns: a line a combination, then where the report is.
  func write(to folder: String, command: String, environment: [(String, String)]) throws
    -> [String]
  {
    let names = study.combinations.map(\.name)
    let baselines = try baselineRows()
    let results = cells.flatMap(\.results) + baselines.rows
    let epochs = cells.flatMap(\.epochs).map { StudyTables.named($0, cases.task.kind) }
    let order = RowOrder(
      combinations: names + baselines.baselines.map(\.name),
      splits: splits.repeated(seeds: study.seeds).map(\.name))
    try ResultsFile.write(results, order: order, to: "\(folder)/results.csv")
    try EpochsFile.write(epochs, order: order, to: "\(folder)/epochs.csv")
    var timings = CSVWriter(columns: ["combination", "split", "seconds"])
    for cell in cells {
      timings.append([cell.combination, cell.split, String(format: "%.1f", cell.seconds)])
    }
    try timings.write(to: "\(folder)/timings.csv")

    let ratio =
      splits.reduce(0.0) { $0 + Double($1.test.count) / Double(max(1, $1.training.count)) }
      / Double(max(1, splits.count))
    var data = ReportData(
      title: study.name, dataDescription: "\(cases.set.name): \(cases.set.description)",
      foldsDescription: study.folds.sentence(seeds: study.seeds), splits: splits.map(\.name),
      combinations: study.combinations.map(reportCombination), results: results,
      comparisons: PairComparisons(
        names: names, references: baselines.baselines.map(\.name), rows: results, metric: metric,
        testToTrainingRatio: ratio),
      command: command)
    data.seeds = study.seeds
    data.validationCounts = splits.map(\.validation.count)
    data.metricReason = metricReason
    data.epochs = epochs
    data.baselines = baselines.baselines
    data.isSynthetic = study.data.isSynthetic
    data.task = cases.task.kind
    data.labels = cases.task.labels
    data.counts = caseCounts
    try addLabels(to: &data, folder: folder)
    data.leftOut = cases.set.leftOut.map {
      ReportLeftOutCase(identifier: $0.id, reason: $0.message)
    }
    data.settings = settings
    data.environment = environment.map { PageFact($0.0, $0.1) }
    data.limits = [
      "Splits of one data set overlap: the range over them is not the range over new data.",
      "Everything fitted (vocabulary, word vectors, pixel statistics, weights) is fitted on the "
        + "training subset of each split alone.",
    ]
    if study.tuning != nil {
      data.limits.append(
        "Settings were chosen by what they score inside the training and validation subsets, so validation scores are"
          + " optimistic; test scores are not.")
    }
    data.limits += deviations
    data.warnings = warnings + external.flatMap(\.warnings)
    data.external = external
    data.tuning = try reportTuning(baselines.tuning)
    if let tuning = data.tuning {
      try AtomicFile.write(trialRows(tuning), to: "\(folder)/trials.csv")
    }
    data.views = study.data.views?.names ?? []
    data.notes = notes + baselines.notes
    data.fittedOnValidation = study.combinations(of: headsFittedOnValidation)
    data.checklist = checklist(environment)
    try AtomicFile.write(
      ResultsDocument(data: data, seed: study.seed).json.text() + "\n",
      to: "\(folder)/results.json")
    let page = ReportPage(data)
    try page.write(to: "\(folder)/report.html")
    return summary(results, names + baselines.baselines.map(\.name))
      + external.flatMap(\.lines) + [
        "answer: \(page.headline.plainAnswer)", "report: \(folder)/report.html",
      ]
  }

  private func summary(_ results: [ResultRow], _ names: [String]) -> [String] {
    let summaries = ResultSummary.summaries(of: results, order: RowOrder(combinations: names))
    let views = (study.data.views?.names ?? []).map { ResultSubset.view($0) }
    let partial = MissingModalitySubset.allCases.map { ResultSubset.missingModality($0) } + views
    let rows = names.flatMap { name -> [(name: String, subset: ResultSubset, title: String)] in
      let scored = partial.filter { subset in
        summaries.contains { $0.combination == name && $0.subset == subset }
      }
      return [(name: name, subset: ResultSubset.test, title: name)]
        + scored.map { (name: name, subset: $0, title: name + $0.rawValue.dropFirst("test".count)) }
    }
    let width = rows.map(\.title.count).max() ?? 0
    let lines = rows.map { row in
      let cells = columns.map { metric -> String in
        let found = summaries.first {
          $0.combination == row.name && $0.subset == row.subset && $0.metric == .score(metric)
        }
        guard let mean = found?.mean else { return "      –     " }
        return found?.standardDeviation.map { String(format: "%.3f ± %.3f", mean, $0) }
          ?? String(format: "%.3f", mean)
      }
      let padded = row.title.padding(toLength: width, withPad: " ", startingAt: 0)
      return "\(padded)  \(cells.joined(separator: "  "))"
    }
    let head =
      ["test subset".padding(toLength: width, withPad: " ", startingAt: 0)]
      + columns.dropLast().map { $0.title.padding(toLength: 13, withPad: " ", startingAt: 0) }
      + columns.suffix(1).map(\.title)
    return ["\(head.joined(separator: "  ")) (mean ± SD over \(splits.count) splits\(ofSeeds))"]
      + lines
  }

  /// What tables add where a split was trained more than once.
  var ofSeeds: String {
    study.seeds == 1 ? "" : ", each the mean of \(study.seeds) seeds"
  }

  /// What the lines of a finished comparison tell.
  private var columns: [ScoreMetric] {
    let usual = cases.task.kind.chiefMetrics
    return usual.contains(metric) || cases.task.kind == .binary ? usual : usual + [metric]
  }

  /// What combinations are compared and chosen by.
  var metric: ScoreMetric { study.metric(for: cases.set) }

  private func reportCombination(_ combination: Combination) -> ReportCombination {
    let own = cells.filter { $0.combination == combination.name }
    return ReportCombination(
      name: combination.name, imageEncoder: combination.image?.encoder,
      weights: combination.image.map { $0.origin ?? "random" },
      textEncoder: combination.text?.encoder,
      fusionHead: combination.image == nil || combination.text == nil
        ? nil : combination.head.head, family: combination.image?.family,
      parameterCount: own.first?.parameterCount,
      multiplyAdds: mean(own.compactMap(\.multiplyAdds)), seconds: own.reduce(0) { $0 + $1.seconds }
    )
  }

  private var settings: [PageFact] {
    study.images.map { PageFact($0.name, $0.json.text(pretty: false)) }
      + study.texts.map { PageFact($0.name, $0.json.text(pretty: false)) }
      + study.heads.map { PageFact("fusion \($0.name)", $0.json.text(pretty: false)) }
      + [PageFact("seed", "\(study.seed)")]
      + (study.seeds == 1 ? [] : [PageFact("seeds of each split", "\(study.seeds)")])
  }
}
