import Basics
import Evaluation
import Foundation

/// Tells which cells of a planned run were finished since the last look.
package struct CellWatch {
  private let plan: StudyPlan
  private let folder: String
  private var missing: [StudyPlan.Cell]

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
    var lines: [String] = []
    for cell in missing where try CellState.isThere(cell, in: folder) {
      let place = try FolderName.cell(cell.combination, split: cell.split, in: folder)
      let file = try CellFile.read("\(place)/\(FinishedCells.scoresName)")
      let test = file.results.filter { $0.subset == .test }
      let metrics = [ScoreMetric.accuracy, .macroAveragePrecision, .macroAUROC]
      let shown = metrics.lazy.compactMap { metric in
        test.first { $0.metric == .score(metric) }.flatMap(\.value).map { (metric, $0) }
      }.first
      let score = shown.map { String(format: "test %@ %.3f ", $0.0.title, $0.1) } ?? ""
      lines.append(
        String(format: "%@ %@: %@(%.0f s)", cell.split, cell.combination, score, file.seconds))
    }
    if !lines.isEmpty { missing = try missing.filter { try !CellState.isThere($0, in: folder) } }
    return lines
  }
}
