import Basics
import Datasets
import Evaluation
import Tuning

extension StudyTables {
  /// What the searches of the study tried; nil without any.
  ///
  /// - Throws: `ZooError` for a space that is none.
  func reportTuning(_ baseline: [String: CellTuning]) throws -> ReportTuning? {
    guard let tuning = study.tuning else { return nil }
    func search(_ name: String, _ space: SearchSpace, _ found: [String: CellTuning])
      -> ReportTuning.Search?
    {
      guard let first = found.values.first else { return nil }
      return ReportTuning.Search(
        name: name, space: space, own: first.own, trials: found.mapValues(\.trials),
        chosen: found.mapValues(\.chosen))
    }
    let combinations = try study.combinations.compactMap { combination in
      let own = cells.filter { $0.combination == combination.name }
      return search(
        combination.name, try tuning.space(of: combination),
        Dictionary(
          own.compactMap { cell in cell.tuning.map { (cell.split, $0) } },
          uniquingKeysWith: { first, _ in first }))
    }
    let words = search(StudyTables.baselineNames[1], try tuning.baselineSpace(), baseline)
    return ReportTuning(
      sentence: tuning.sentence(metric), metric: tuning.metric ?? metric,
      isIndependent: tuning.sampler == .random, searches: combinations + [words].compactMap { $0 })
  }

  /// The trials of all searches, for `trials.csv`.
  func trialRows(_ tuning: ReportTuning) -> String {
    var table = CSVWriter(
      columns: ["combination", "split", "trial", "chosen", "value", "outcome", "settings"])
    for search in tuning.searches {
      for split in splits.repeated(seeds: study.seeds).map(\.name) {
        for trial in search.trials[split] ?? [] {
          let isChosen = search.chosen[split] == trial.number
          table.append(
            [search.name, split, "\(trial.number)", isChosen ? "yes" : "no"] + trial.fields
              + [search.settings(of: trial).text(pretty: false)])
        }
      }
    }
    return table.text
  }
}
