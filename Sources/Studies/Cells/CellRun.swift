import Basics
import Datasets
import Foundation
import Training

/// Cells of a planned run, made by this process beside any number of others.
package struct CellRun {
  /// Which cells are wanted.
  package enum Choice: Sendable, Equatable {
    /// By its name, such as `r1f1/net + words`, or its number in the plan, from 1; and what it starts from.
    case one(String)
    /// The first that nobody has; none where others have all that are left.
    case next
    /// Whatever is left, until all are finished.
    case all
    /// Whatever nobody has, until others have all that is left.
    case free
  }

  private let run: StudyRun
  private let plan: StudyPlan
  private let claims: CellClaims

  /// - Parameters:
  ///   - run: the run as its plan names it.
  ///   - plan: the run's plan.
  ///   - lease: seconds after which a cell that a process does not answer for is given up.
  package init(run: StudyRun, plan: StudyPlan, lease: Double = CellClaims.usualLease) {
    (self.run, self.plan) = (run, plan)
    claims = CellClaims(run: run.folder, lease: lease)
  }

  /// Makes cells.
  ///
  /// - Throws: `ZooError` where the run is of other data, kernels or threads, or a name is no cell's; `Interrupted`.
  /// - Returns: a line that says what was made, and what is left.
  package func make(_ choice: Choice) throws -> String {
    let progress = run.session.progress
    let wanted = try plan.wanted(choice, in: run.folder)
    if case .one = choice, try wanted.allSatisfy({ try isThere($0) }) {
      return "\(wanted.last?.name ?? "the cell") is finished already"
    }
    let place = try run.runFolder(skipsBad: plan.skipsBad)
    try place.check(resumes: true)
    let (cases, _, finished) = try run.loaded(
      for: place, skipsBad: plan.skipsBad, wanted: Set(wanted.map(\.combination)))
    try place.check(DataDigest(cases.set), of: cases.set, progress: progress)
    let splits = try place.keptSplits(of: cases.set)
    let combinations = run.study.combinations
    let work = wanted.compactMap { cell -> StudyCells.Item? in
      guard let split = splits.first(where: { $0.name == cell.split }),
        let combination = combinations.first(where: { $0.name == cell.combination })
      else { return nil }
      return StudyCells.Item(combination: combination, split: split)
    }
    guard work.count == wanted.count else {
      throw ZooError(
        .badFormat, "names cells that the study does not have",
        at: Place(path: "\(run.folder)/\(StudyPlan.fileName)"),
        advice: "zoo compare with --plan --resume writes it anew")
    }
    var cells = try run.cells(cases, splits, place)
    cells.claims = claims
    cells.writesEvents = plan.writesEvents
    cells.advice = "the same command goes on"
    let limit = choice == .next ? 1 : choice == .free ? Int.max : nil
    let outcome = try cells.run(work, known: finished, limit: limit)
    let left = try plan.cells.count { try !isThere($0) }
    return
      "made \(outcome.made == 1 ? "1 cell" : "\(outcome.made) cells"); \(plan.cells.count - left) of"
      + " \(plan.cells.count) are finished"
      + (left == 0 ? ": zoo merge \(run.folder) makes tables and report" : "")
  }

  private func isThere(_ cell: StudyPlan.Cell) throws -> Bool {
    try CellState.isThere(cell, in: run.folder)
  }
}
