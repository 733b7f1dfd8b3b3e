import Basics
import EncoderKit
import Foundation
import Ranks

extension RankGroup {
  /// The logits of cases, each rank's part computed by `body`, joined in order.
  ///
  /// - Throws: what `body` throws; `Interrupted` on all ranks where one is asked to stop.
  func joined(_ indices: [Int], _ body: ([Int]) throws -> [Float]) throws -> [Float] {
    // Whole batches of an evaluation, so that every rank computes as one alone would.
    let groups = (indices.count + 63) / 64
    let own = rank * groups / count * 64..<min((rank + 1) * groups / count * 64, indices.count)
    var (values, stops) = ([Float](), false)
    do { values = try body(Array(indices[own])) } catch is Interrupted { stops = true }
    let all = gather([stops ? 1 : 0] + values.withUnsafeBytes { Array($0) })
    guard !agree(all.contains { $0[0] == 1 }) else { throw Interrupted() }
    return all.flatMap { bytes in
      bytes.withUnsafeBytes { bytes in
        stride(from: 1, to: bytes.count, by: MemoryLayout<Float>.size).map {
          bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
        }
      }
    }
  }

  /// Brings all ranks to the weights of the first, frozen ones too, and to what it has kept of the training; nil where
  /// it has nothing.
  ///
  /// - Throws: `ZooError` where a rank's model has other parameters.
  func shared(
    _ kept: TrainingCheckpoint.Content?, _ parameters: [Parameter], all: [Parameter],
    _ optimizer: Optimizer, _ average: WeightAverage?
  ) throws -> TrainingCheckpoint.Content? {
    let shapes = gather(all.map { "\($0.key) \($0.value.shape)" }.joined(separator: "\n"))
    guard shapes.allSatisfy({ $0 == shapes[0] }) else {
      throw ZooError(.conflict, "\(name): the model has other parameters than rank 0's")
    }
    for parameter in all {
      ParameterStore.restore([parameter], to: [fromFirst(parameter.value.values)])
    }
    func each(_ values: (Int) -> [Float]?) -> [[Float]] {
      parameters.enumerated().map { index, parameter in
        let own = isFirst ? values(index) : nil
        return fromFirst(own ?? Array(repeating: 0, count: parameter.value.count))
      }
    }
    // Its updates come with the rest, if there is any.
    if let average {
      let averages = isFirst ? average.values : []
      average.restore(each { averages[$0] }, updates: average.updates)
    }
    var state = kept?.state
    if isFirst {
      state?.optimizerSteps = Dictionary(
        uniqueKeysWithValues: parameters.compactMap { parameter in
          optimizer.moments(of: parameter).map { (parameter.key, $0.steps) }
        })
      state?.averageUpdates = average?.updates ?? 0
    }
    let text = fromFirst(try state.map { Array(try JSONEncoder().encode($0)) } ?? [])
    guard !text.isEmpty else { return nil }
    let shared = try JSONDecoder().decode(TrainingCheckpoint.State.self, from: Data(text))
    average?.restore(average?.values ?? [], updates: shared.averageUpdates)
    for parameter in parameters {
      guard let steps = shared.optimizerSteps[parameter.key] else { continue }
      let own = optimizer.moments(of: parameter)
      let zeros = [Float](repeating: 0, count: parameter.value.count)
      let (first, second) = (
        fromFirst(own?.first ?? zeros), fromFirst(own?.second ?? zeros)
      )
      optimizer.restore(parameter, (first, second, steps))
    }
    return TrainingCheckpoint.Content(
      state: shared, best: shared.bestLoss == nil ? nil : each { kept?.best?[$0] })
  }
}
