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
    // Looked at once: one that ends between two looks would never be told.
    let found = try missing.filter { try CellState.isThere($0, in: folder) }
    for cell in found {
      let place = try FolderName.cell(cell.combination, split: cell.split, in: folder)
      let file = try CellFile.read("\(place)/\(FinishedCells.scoresName)")
      let score = plan.metric.flatMap { metric in
        file.results.first { $0.subset == .test && $0.metric == .score(metric) }?.value
          .map { String(format: "test %@ %.3f ", metric.title, $0) }
      }
      lines.append(
        String(format: "%@ %@: %@(%.0f s)", cell.split, cell.combination, score ?? "", file.seconds)
      )
    }
    missing.removeAll { found.contains($0) }
    return lines
  }
}
