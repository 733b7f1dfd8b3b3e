import Basics
import Evaluation
import Foundation
import Studies

/// The combinations of one run, or of several over the same cases and splits, by one metric on test.
package struct ScoreTable: Sendable {
  /// A combination.
  package struct Row: Sendable, Equatable {
    package let name: String
    /// One a split, where the metric is defined.
    package let values: [Double]
    package let mean: Double
    /// With n − 1; nil below two values.
    package let deviation: Double?
    /// The corrected 95 % interval of the mean; nil below two values.
    package let interval: Interval?
    package let isBaseline: Bool
    /// Whether nothing shows that it is worse than the best: Holm-adjusted p of the pair of 0.05 or more.
    ///
    /// True of the best itself; nil where the pair could not be tested.
    package var tiesWithBest: Bool?
  }

  package let metric: ScoreMetric
  /// The best first.
  package let rows: [Row]
  /// Pairs that could not be tested, in sentences.
  package let notes: [String]

  /// Reads the tables of runs.
  ///
  /// - Parameters:
  ///   - folders: of runs with tables; several must be over the same cases and splits.
  ///   - asked: the metric; nil takes what the first run compares by.
  /// - Throws: `ZooError` of code `.conflict` that says what differs between the runs, or for a metric that a run lacks.
  /// - Precondition: there is a folder.
  package init(_ folders: [String], metric asked: ScoreMetric? = nil) throws {
    try ScoreTable.checkSame(folders)
    var rows: [ResultRow] = []
    var (baselines, others): ([String: [ResultRow]], [String]) = ([:], [])
    for folder in folders {
      let own = Dictionary(
        grouping: try ResultsFile.read("\(folder)/results.csv")
      ) { Self.isBaseline($0.combination) }
      rows += (own[false] ?? []).map { row in
        var row = row
        row.combination = Self.name(row.combination, of: folder, among: folders)
        return row
      }
      for (name, found) in Dictionary(grouping: own[true] ?? [], by: \.combination) {
        if let kept = baselines[name] {
          if kept != found { others.append("\(Self.short(folder, among: folders)): \(name)") }
        } else {
          baselines[name] = found
        }
      }
    }
    rows += StudyTables.baselineNames.flatMap { baselines[$0] ?? [] }
    let ratio =
      mean(
        try DataNote(folder: folders[0]).splits.map {
          Double($0.counts[2]) / Double(max(1, $0.counts[0]))
        }) ?? 0
    metric = try ScoreTable.metric(asked, rows, folders[0])
    let found = ResultSummary.summaries(
      of: rows.filter { [metric] in $0.subset == .test && $0.metric == .score(metric) })
    let isHigherBetter = metric.higherIsBetter
    let bounds = metric.bounds
    var table = found.compactMap { summary -> Row? in
      guard let mean = summary.mean else { return nil }
      return Row(
        name: summary.combination, values: summary.values, mean: mean,
        deviation: summary.standardDeviation,
        interval: correctedInterval(
          summary.values, testToTrainingRatio: ratio, within: bounds),
        isBaseline: Self.isBaseline(summary.combination))
    }.sorted { isHigherBetter ? $0.mean > $1.mean : $0.mean < $1.mean }
    // All pairs are adjusted together, as a report does; a baseline may be the best.
    let pairs = PairComparisons(
      names: table.map(\.name), rows: rows, metric: metric, testToTrainingRatio: ratio)
    if let best = table.first?.name {
      for index in table.indices {
        let name = table[index].name
        let pair = pairs.pairs.first {
          [$0.first, $0.second].contains(name) && [$0.first, $0.second].contains(best)
        }
        table[index].tiesWithBest = name == best ? true : pair?.isSignificant.map { !$0 }
      }
    }
    self.rows = table
    notes =
      others.map {
        "\($0) has other scores than in the run before, where words are read or settings chosen otherwise; it is left out"
      }
      + pairs.skipped.map { "\($0.first) and \($0.second) were not tested: \($0.reason)" }
  }

  /// What a combination of a run is called in the table of some runs.
  static func name(_ combination: String, of folder: String, among folders: [String]) -> String {
    folders.count == 1 || isBaseline(combination)
      ? combination : "\(short(folder, among: folders)): \(combination)"
  }

  private static func isBaseline(_ name: String) -> Bool {
    StudyTables.baselineNames.contains(name)
  }

  /// The last part of a folder's path, or the whole where another run's ends alike.
  static func short(_ folder: String, among folders: [String]) -> String {
    let name = URL(fileURLWithPath: folder).lastPathComponent
    let isUnique = folders.count { URL(fileURLWithPath: $0).lastPathComponent == name } == 1
    return isUnique ? name : folder
  }

  private static func checkSame(_ folders: [String]) throws {
    if let twice = folders.first(where: { folder in folders.count { $0 == folder } > 1 }) {
      throw ZooError(.usage, "the run is given twice", at: Place(path: twice))
    }
    for folder in folders where !FileManager.default.fileExists(atPath: "\(folder)/results.csv") {
      throw ZooError(
        .notFound, "holds no tables yet", at: Place(path: folder),
        advice: "zoo compare with --resume, or zoo merge, writes them")
    }
    guard let first = folders.first else { return }
    let kinds = [("data-digest.csv", "the cases"), ("folds.csv", "the splits")]
    for folder in folders.dropFirst() {
      for (file, what) in kinds {
        guard
          try readFile("\(first)/\(file)") == readFile("\(folder)/\(file)")
        else {
          throw ZooError(
            .conflict, "\(what) are not those of \(first)", at: Place(path: "\(folder)/\(file)"),
            advice: "scores are compared over the same cases and splits only")
        }
      }
    }
  }

  private static func metric(_ asked: ScoreMetric?, _ rows: [ResultRow], _ folder: String) throws
    -> ScoreMetric
  {
    let known = Set(rows.filter { $0.subset == .test }.map(\.metric))
    if let asked {
      guard known.contains(.score(asked)) else {
        let names = ScoreMetric.allCases.filter { known.contains(.score($0)) }.map(\.rawValue)
        throw ZooError(
          .badValue, "the run has no \(asked.rawValue); it has \(names.joined(separator: ", "))",
          at: Place(path: folder))
      }
      return asked
    }
    let plan = try? StudyPlan(run: folder)
    guard let metric = try ScoreMetric.chief(of: folder, plan, among: known) else {
      throw ZooError(.badValue, "the run has no scores on test", at: Place(path: folder))
    }
    return metric
  }
}
