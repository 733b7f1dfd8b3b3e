import Basics
import EncoderKit
import Foundation
import WeightFiles

/// A training as it stands after an epoch, or a step of one, in one file, so that a stopped one goes on with the same
/// numbers.
///
/// Safetensors: `value.KEY` of every parameter that may change, `average.KEY`, `best.KEY` (the weights selected so far),
/// and the optimiser's `first.KEY` and `second.KEY`; the rest is in the metadata, with a digest of all
/// of it.
package struct TrainingCheckpoint: Sendable {
  package let path: String
  /// Whether it is written after every epoch, besides now and then, and when the training stops.
  let isKeptEachEpoch: Bool
  /// That of the work which the training is a part of.
  private let clock: WorkClock?

  package init(path: String, isKeptEachEpoch: Bool = true, clock: WorkClock? = nil) {
    (self.path, self.isKeptEachEpoch, self.clock) = (path, isKeptEachEpoch, clock)
  }

  /// What a training knows besides its tensors.
  struct State: Codable {
    var finished = 0
    var stale = 0
    var scores: [Trainer.EpochScore] = []
    var bestLoss: Double?
    var averageUpdates = 0
    var optimizerSteps: [String: Int] = [:]
    /// What the epoch behind the finished ones has come to; nil where none was begun.
    var begun: Trainer.EpochSums?
    /// What the work that the training is a part of had taken.
    var seconds: Double?

    /// Whether another state is of the same step.
    func isAt(_ other: State) -> Bool {
      finished == other.finished && begun?.steps ?? 0 == other.begun?.steps ?? 0
    }
  }

  /// What a training holds after a step.
  struct Content {
    var state = State()
    var best: [[Float]]?
  }

  /// Keeps a training; the file before it stays until this one is whole.
  ///
  /// - Throws: `ZooError` that names the path.
  func write(
    _ content: Content, _ parameters: [Parameter], optimizer: Optimizer, average: WeightAverage?
  ) throws {
    var state = content.state
    var tensors: [(name: String, shape: [Int], values: [Float])] = []
    let averages = average?.values
    state.averageUpdates = average?.updates ?? 0
    state.seconds = clock?.seconds
    for (index, parameter) in parameters.enumerated() {
      let (key, shape) = (parameter.key, parameter.value.shape)
      func add(_ kind: String, _ values: [Float]?) {
        if let values { tensors.append((name: "\(kind).\(key)", shape: shape, values: values)) }
      }
      add("value", parameter.value.values)
      add("average", averages?[index])
      add("best", content.best?[index])
      if let moments = optimizer.moments(of: parameter) {
        add("first", moments.first)
        add("second", moments.second)
        state.optimizerSteps[key] = moments.steps
      }
    }
    try AtomicFile.makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(state), as: UTF8.self)
    let digest = try ContentDigest(text: text, tensors: tensors).digits
    try TensorFile.write(
      tensors, metadata: ["training": text, ContentDigest.key: digest], to: path)
  }

  /// Brings a training to where it was kept; nil where nothing was.
  ///
  /// - Throws: `ZooError` when the file is damaged or of another model.
  func restore(
    _ parameters: [Parameter], optimizer: Optimizer, average: WeightAverage?
  ) throws -> Content? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let file = try TensorFile.read(path: path)
    guard let text = file.metadata["training"],
      let state = try? JSONDecoder().decode(State.self, from: Data(text.utf8))
    else { throw unfit("it does not tell how far the training went") }
    if let written = file.metadata[ContentDigest.key],
      try ContentDigest(text: text, file: file).digits != written
    {
      throw unfit("its content is not what was written: the digest differs")
    }
    func tensor(_ kind: String, _ parameter: Parameter) throws -> [Float] {
      let name = "\(kind).\(parameter.key)"
      guard file.entry(name)?.shape == parameter.value.shape else {
        throw unfit("\"\(name)\" is not there, or has another shape")
      }
      return try file.floats(name)
    }
    // All is read before anything is changed.
    let values = try parameters.map { try tensor("value", $0) }
    let averages = try average.map { _ in try parameters.map { try tensor("average", $0) } }
    let best = try state.bestLoss.map { _ in try parameters.map { try tensor("best", $0) } }
    for parameter in parameters {
      guard let steps = state.optimizerSteps[parameter.key] else { continue }
      optimizer.restore(
        parameter,
        (first: try tensor("first", parameter), second: try tensor("second", parameter), steps))
    }
    ParameterStore.restore(parameters, to: values)
    if let average, let averages { average.restore(averages, updates: state.averageUpdates) }
    if let seconds = state.seconds { clock?.goOn(from: seconds) }
    return Content(state: state, best: best)
  }

  /// Takes the file away.
  package func remove() { try? FileManager.default.removeItem(atPath: path) }

  private func unfit(_ what: String) -> ZooError {
    ZooError(
      .badFormat, "the training can't go on from here: \(what)", at: Place(path: path),
      advice: "remove the file to train from the start")
  }
}
