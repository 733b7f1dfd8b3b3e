import Basics
import Foundation

/// How far a planned cell is.
package enum CellState: Sendable, Equatable {
  case finished
  /// Somebody makes it.
  case running(host: String, process: Int32)
  /// It starts from cells that are not finished.
  case waiting
  case free

  /// The state of every cell of a plan, in its order.
  ///
  /// Finished cells are not held against their digests.
  ///
  /// - Throws: `ZooError` of code `.system`.
  package static func all(
    of plan: StudyPlan, run folder: String, lease: Double = CellClaims.usualLease
  ) throws -> [(cell: StudyPlan.Cell, state: CellState)] {
    let claims = CellClaims(run: folder, lease: lease)
    let finished = Set(
      try plan.cells.filter { try isThere($0, in: folder) }.map(\.name))
    return try plan.cells.map { cell in
      if finished.contains(cell.name) { return (cell, .finished) }
      let name = try CellClaims.name(cell.combination, split: cell.split)
      if let holder = try claims.holder(of: name) {
        return (cell, .running(host: holder.host, process: holder.process))
      }
      let lacks = cell.needs.contains { !finished.contains("\(cell.split)/\($0)") }
      return (cell, lacks ? .waiting : .free)
    }
  }

  /// Whether a cell has scores.
  static func isThere(_ cell: StudyPlan.Cell, in folder: String) throws -> Bool {
    try FinishedCells.isThere(cell.combination, split: cell.split, in: folder)
  }

  /// For a list: one word, and for a running one where.
  package var text: String {
    switch self {
    case .finished: "finished"
    case .running(let host, let process): "running (\(host), process \(process))"
    case .waiting: "waiting"
    case .free: "free"
    }
  }
}
