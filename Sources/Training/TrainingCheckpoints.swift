import Foundation

/// Where the trainings of one cell, or of one trial, are kept while it is made: they are numbered in the order in which they
/// begin, which is the same whenever it is made again.
package final class TrainingCheckpoints {
  private let folder: String
  private var begun = 0
  private var mark = ""
  /// How long the work has taken that the trainings are of.
  let clock: WorkClock

  /// The seconds that processes before had worked until a training was last kept.
  package var secondsBefore: Double { clock.secondsBefore }

  /// Those in a folder, which is made when the first is kept; with `other` they are part of the same work.
  package init(folder: String, partOf other: TrainingCheckpoints? = nil) {
    self.folder = folder
    clock = other?.clock ?? WorkClock()
  }

  /// Begins the work that these are of, told by a mark from what else may have been kept in the folder; its time counts
  /// from now on.
  package func begin(_ mark: String) {
    self.mark = "\(mark)-"
    clock.begin()
  }

  /// Of the training that begins now; it is kept when it stops, and now and then, but not after every epoch: small models
  /// have thousands of them.
  func next() -> TrainingCheckpoint {
    begun += 1
    return TrainingCheckpoint(
      path: "\(folder)/\(name(begun))", isKeptEachEpoch: false, clock: clock)
  }

  /// Takes them away, once the cell is finished.
  package func remove() {
    for number in 0..<begun {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name(number + 1))")
    }
  }

  /// Takes away what was kept in a folder, whoever began it.
  package static func remove(from folder: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  private static let prefix = "training-"
  private static let suffix = ".safetensors"

  private func name(_ number: Int) -> String { "\(Self.prefix)\(mark)\(number)\(Self.suffix)" }
}
