import Basics
import Evaluation
import Foundation
import Studies

/// Combinations of the same names over several data sets.
struct DataSetComparison {
  let metric: ScoreMetric
  let ranks: RankComparison
  /// A row for each data set, a mean for each combination.
  let scores: [[Double]]
  /// What a reader must know of it, in sentences: runs passed over, settings that differ.
  let notes: [String]

  /// Compares runs over several data sets; of several over the same cases the first that is given counts.
  ///
  /// - Throws: `ZooError` for a study that can't be read.
  /// - Returns: nil where fewer than two data sets share two combinations, with what was passed over on the way.
  static func made(_ groups: [RunGroup]) throws -> (found: DataSetComparison?, notes: [String]) {
    var seen: Set<String> = []
    var (sets, notes): ([(run: RunRecord, table: ScoreTable)], [String]) = ([], [])
    for group in groups {
      guard let run = group.runs.first(where: { $0.state == .finished }) else {
        notes.append("\(group.runs[0].name) is passed over: it is not finished")
        continue
      }
      guard !run.dataDigest.isEmpty else {
        notes.append("\(run.name) is passed over: it keeps no digest of its data")
        continue
      }
      guard seen.insert(run.dataDigest).inserted else {
        notes.append("\(run.name) is passed over: its data stand here already, in other splits")
        continue
      }
      let passed = group.runs.filter { $0.path != run.path }
      if !passed.isEmpty {
        notes.append(
          "\(passed.map(\.name).joined(separator: ", ")) passed over: of runs over the same cases the first given counts"
        )
      }
      do {
        sets.append((run, try ScoreTable([run.path], metric: group.table?.metric)))
      } catch let error as ZooError {
        notes.append("\(run.name) is passed over: \(errorSentence(error))")
      }
    }
    guard seen.count > 1, let first = sets.first else { return (nil, []) }
    let metric = first.table.metric
    for other in sets where other.table.metric != metric {
      notes.append(
        "\(other.run.name) is passed over: it is compared by \(other.table.metric.rawValue); --metric chooses one for all"
      )
    }
    sets.removeAll { $0.table.metric != metric }
    // Who looks at nothing is no rival.
    let rivals = first.table.rows.map(\.name).filter { $0 != StudyTables.baselineNames[0] }
    let names = rivals.filter { name in
      sets.allSatisfy { set in set.table.rows.contains { $0.name == name } }
    }
    guard sets.count > 1, names.count > 1, !Set(names).isSubset(of: StudyTables.baselineNames)
    else {
      return (nil, notes + ["two combinations of the same names on two data sets are the least"])
    }
    let others = Set(sets.flatMap { $0.table.rows.map(\.name) })
      .subtracting(names + [StudyTables.baselineNames[0]])
    if !others.isEmpty {
      notes.append(
        "not on every data set, so left out: \(others.sorted().joined(separator: ", "))")
    }
    for other in sets.dropFirst() {
      let keys = try RunDifference.lines(first.run.path, other.run.path).map(\.key).filter { key in
        !["name", "data", "folds", "external", "seed"].contains {
          key == $0 || key.hasPrefix("\($0).")
        }
      }
      if !keys.isEmpty {
        notes.append(
          "\(other.run.name) sets otherwise than \(first.run.name): \(keys.prefix(6).joined(separator: ", "))"
            + (keys.count > 6 ? " and \(keys.count - 6) more" : ""))
      }
    }
    let scores = sets.map { set in
      names.map { name in set.table.rows.first { $0.name == name }?.mean ?? .nan }
    }
    let ranks = RankComparison(
      names: names,
      dataSets: sets.map { set in ScoreTable.short(set.run.path, among: sets.map(\.run.path)) },
      scores: scores, higherIsBetter: metric.higherIsBetter)
    return (DataSetComparison(metric: metric, ranks: ranks, scores: scores, notes: notes), notes)
  }

  /// What the tests say, a sentence each.
  var sentences: [String] {
    let count = ranks.dataSets.count
    let least = SignedRankTest.leastP(count: count)
    let pairs = ranks.pairs.count
    let friedman =
      ranks.friedmanP.map {
        "Friedman's test (Iman and Davenport): \(NumberText.p($0)) that all are alike."
      }
      ?? "Friedman's test has no value: the ranks are the same on every data set, or all are tied."
    let reach =
      least * Double(pairs) >= 0.05
      ? " With \(count) data sets no pair can be significant: the smallest p of a signed-rank test is"
        + " \(NumberText.probability(least)), times \(pairs) by Holm. Read the scores and the probabilities."
      : ""
    return [friedman + reach]
  }
}
