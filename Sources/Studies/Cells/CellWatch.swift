import Basics
import Evaluation
import Foundation

/// Tells which cells of a planned run were finished since the last look.
package struct CellWatch {
  /// What came of a finished cell.
  package struct Outcome: Sendable, Equatable {
    /// By the study's metric on test; nil where it is undefined.
    package let score: Double?
    package let seconds: Double
    /// When its file was written: a cell that was made anew is read anew.
    fileprivate let written: Int
  }

  private let plan: StudyPlan
  private let folder: String
  private var missing: [StudyPlan.Cell]
  /// Of finished cells that were read, by their names.
  package private(set) var outcomes: [String: Outcome] = [:]

  /// - Throws: `ZooError` where a cell's name is none for a folder.
  package init(_ plan: StudyPlan, run folder: String) throws {
    (self.plan, self.folder) = (plan, folder)
    missing = try plan.cells.filter { try !CellState.isThere($0, in: folder) }
  }

  /// How many cells are not finished.
  package var left: Int { missing.count }

  /// How many were finished at the last look.
  package var done: Int { plan.cells.count - missing.count }

  /// A line for each cell that was finished since the last look.
  ///
  /// - Throws: `ZooError` for scores that can't be read.
  package mutating func finished() throws -> [String] {
    // Looked at once: one that ends between two looks would never be told.
    let found = try missing.filter { try CellState.isThere($0, in: folder) }
    let lines = try found.map { cell in
      let outcome = try outcome(of: cell)
      outcomes[cell.name] = outcome
      let score = plan.metric.flatMap { metric in
        outcome.score.map { String(format: "test %@ %.3f ", metric.title, $0) }
      }
      return String(
        format: "%@ %@: %@(%.0f s)", cell.split, cell.combination, score ?? "", outcome.seconds)
    }
    missing.removeAll { found.contains($0) }
    return lines
  }

  /// Reads what came of every finished cell, those that were finished before the first look, too.
  ///
  /// - Throws: `ZooError` for scores that can't be read.
  package mutating func learn() throws {
    missing = []
    for cell in plan.cells {
      guard let written = try written(cell) else {
        missing.append(cell)
        outcomes[cell.name] = nil
        continue
      }
      if outcomes[cell.name]?.written != written { outcomes[cell.name] = try outcome(of: cell) }
    }
  }

  private func scores(_ cell: StudyPlan.Cell) throws -> String {
    try FolderName.cell(cell.combination, split: cell.split, in: folder)
      + "/\(FinishedCells.scoresName)"
  }

  /// When a cell was finished, in nanoseconds since 1970; nil while it is not.
  private func written(_ cell: StudyPlan.Cell) throws -> Int? {
    var status = stat()
    guard stat(try scores(cell), &status) == 0 else { return nil }
    return status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }

  /// How long the missing cells take so many workers, by what cells of each combination took; nil before one is read.
  package func secondsLeft(workers: Int) -> Double? {
    guard !outcomes.isEmpty else { return nil }
    var known: [String: [Double]] = [:]
    for cell in plan.cells {
      guard let outcome = outcomes[cell.name] else { continue }
      known[cell.combination, default: []].append(outcome.seconds)
    }
    let usual = mean(outcomes.values.map(\.seconds)) ?? 0
    let means = known.mapValues { mean($0) ?? usual }
    let work = missing.reduce(0) { $0 + (means[$1.combination] ?? usual) }
    return work / Double(max(1, workers))
  }

  private func outcome(of cell: StudyPlan.Cell) throws -> Outcome {
    let written = try written(cell) ?? 0
    let file = try CellFile.read(scores(cell))
    let score = plan.metric.flatMap { metric in
      file.results.first { $0.subset == .test && $0.metric == .score(metric) }?.value
    }
    return Outcome(score: score, seconds: file.seconds, written: written)
  }
}
