import Foundation

/// Where the trainings of one cell are kept while it is made: they are numbered in the order in which they begin, which is
/// the same whenever the cell is made again.
package final class TrainingCheckpoints {
  private let folder: String
  private var begun = 0

  /// Those of a cell's folder.
  package init(folder: String) { self.folder = folder }

  /// Of the training that begins now; it is kept when it stops, and now and then, but not after every epoch: small models
  /// have thousands of them.
  func next() -> TrainingCheckpoint {
    begun += 1
    return TrainingCheckpoint(path: "\(folder)/\(Self.name(begun))", isKeptEachEpoch: false)
  }

  /// Takes them away, once the cell is finished.
  package func remove() {
    for number in 0..<begun {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(Self.name(number + 1))")
    }
  }

  private static func name(_ number: Int) -> String { "training-\(number).safetensors" }
}
