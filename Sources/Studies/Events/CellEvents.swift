import Basics
import Evaluation
import Foundation
import Training

/// The scalars of one cell for TensorBoard: epoch by epoch while it trains, with the test scores at the end.
///
/// One file in `tensorboard/SPLIT/COMBINATION`, written whole after each epoch.
final class CellEvents {
  private let folder: String
  private let task: TaskKind
  private let path: String
  private var scalars: [EventFile.Scalar] = []

  /// The folder in a run's.
  static let folderName = "tensorboard"

  /// Begins the file of a cell; what an earlier try left is taken away.
  ///
  /// - Throws: `ZooError` of code `.system`.
  init(_ combination: String, split: String, run: String, task: TaskKind) throws {
    folder = try "\(run)/\(Self.folderName)/\(split)/\(FolderName.ofCombination(combination))"
    self.task = task
    try? FileManager.default.removeItem(atPath: folder)
    try AtomicFile.makeFolder(folder)
    path = "\(folder)/events.out.tfevents.\(Int(Date().timeIntervalSince1970)).encoderzoo"
  }

  /// Adds the scores after an epoch.
  ///
  /// - Throws: `ZooError` of code `.system`.
  func see(_ score: Trainer.EpochScore) throws {
    scalars += Self.scalars(
      EpochRow.rows(of: [score], task, combination: "", split: ""))
    try write()
  }

  /// Writes all that a finished cell tells in place of what was written while it ran.
  ///
  /// - Throws: `ZooError` of code `.system`.
  func finish(_ file: CellFile) throws {
    let last = file.epochs.map(\.epoch).max() ?? 0
    scalars = Self.scalars(file.epochs)
    for row in file.results {
      guard let value = row.value, !(row.subset == .training || row.subset == .validation) else {
        continue
      }
      scalars.append(
        .init(tag: "\(row.subset.rawValue)/\(row.metric.rawValue)", step: last, value: value))
    }
    try write()
  }

  private static func scalars(_ rows: [EpochRow]) -> [EventFile.Scalar] {
    rows.compactMap { row in
      row.value.map {
        .init(tag: "\(row.subset.rawValue)/\(row.metric.rawValue)", step: row.epoch, value: $0)
      }
    }
  }

  private func write() throws {
    try AtomicFile.write(
      EventFile(scalars, time: Date().timeIntervalSince1970).data, to: path)
  }
}
