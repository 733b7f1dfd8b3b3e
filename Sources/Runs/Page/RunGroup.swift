import Basics
import Evaluation
import Foundation
import Studies

/// Runs over the same cases and splits, whose scores may stand in one table.
struct RunGroup {
  /// What a combination costs.
  struct Cost {
    let multiplyAdds: Double?
    let parameters: Int?
    let seconds: Double?
  }

  /// In the order given.
  let runs: [RunRecord]
  /// Nil where no run has tables, or none has the metric.
  let table: ScoreTable?
  /// By the names of the table's rows.
  let costs: [String: Cost]
  /// What is left out of the table and why, in sentences.
  let notes: [String]
  /// The SHA-256 of data and splits.
  var digests: [String] { [runs[0].dataDigest, runs[0].foldsDigest] }

  /// Groups of runs, in the order in which their first ones come.
  static func groups(_ runs: [RunRecord], metric: ScoreMetric?) throws -> [RunGroup] {
    var keys: [[String]] = []
    var groups: [[String]: [RunRecord]] = [:]
    for run in runs where run.state != .broken {
      // Without a digest of the data nothing says that two runs are over the same.
      let key = [run.dataDigest, run.foldsDigest, run.dataDigest.isEmpty ? run.path : ""]
      if groups[key] == nil { keys.append(key) }
      groups[key, default: []].append(run)
    }
    return try keys.compactMap { groups[$0] }.map { try RunGroup($0, metric: metric) }
  }

  private init(_ runs: [RunRecord], metric: ScoreMetric?) throws {
    self.runs = runs
    let ready = runs.filter { FileManager.default.fileExists(atPath: "\($0.path)/results.csv") }
    var notes = runs.filter { run in !ready.contains { $0.path == run.path } }.map {
      "\($0.name) has no tables yet: \($0.finishedCells) of \($0.cells) cells are finished"
    }
    for run in ready where run.state == .begun {
      notes.append(
        "\(run.name): its tables are not of all \(run.cells) cells; means are over those they have")
    }
    do {
      table = ready.isEmpty ? nil : try ScoreTable(ready.map(\.path), metric: metric)
    } catch let error as ZooError {
      table = nil
      notes.append(errorSentence(error))
    }
    self.notes = notes + (table?.notes ?? [])
    var costs: [String: Cost] = [:]
    for run in ready {
      for (name, cost) in try Self.costs(run.path) {
        costs[ScoreTable.name(name, of: run.path, among: ready.map(\.path))] = cost
      }
    }
    self.costs = costs
  }

  /// From `results.json`; runs of earlier versions have none.
  private static func costs(_ folder: String) throws -> [String: Cost] {
    let path = "\(folder)/results.json"
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    var root = try JSONValue.parse(contentsOf: path).object()
    return Dictionary(
      try root.required("combinations").array().map { value in
        var one = try value.object()
        return (
          try one.string("name"),
          Cost(
            multiplyAdds: try one.value("multiplyAdds")?.number(),
            parameters: try one.value("parameters")?.integer(),
            seconds: try one.value("seconds")?.number())
        )
      }, uniquingKeysWith: { first, _ in first })
  }
}
