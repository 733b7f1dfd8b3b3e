import Basics
import EncoderKit
import Foundation
import Ranks

extension RankGroup {
  /// Which of items a rank computes.
  func share(of items: Int, groupsOf size: Int, rank: Int) -> [Int] {
    stride(from: rank * size, to: items, by: count * size).flatMap {
      $0..<min($0 + size, items)
    }
  }

  /// The rows of items, each rank's part of them computed by `body`, in the order of the items.
  ///
  /// Ranks take turns in groups of `size`, which are those that one process alone would make.
  ///
  /// - Throws: what `body` throws; `Interrupted` on all ranks where one is asked to stop.
  func rows<Item>(_ items: [Item], groupsOf size: Int, _ body: ([Item]) throws -> [[Float]]) throws
    -> [[Float]]
  {
    func places(_ rank: Int) -> [Int] { share(of: items.count, groupsOf: size, rank: rank) }
    var (own, stops): ([[Float]], Bool) = ([], false)
    do { own = try body(places(rank).map { items[$0] }) } catch is Interrupted { stops = true }
    guard !agree(gather([stops ? 1 : 0]).contains([1])) else { throw Interrupted() }
    // The lengths of the rows, and behind them what they hold.
    let lengths = gather(own.map { Int64($0.count) }.withUnsafeBytes { Array($0) })
    let values = gather(own.flatMap { $0 }.withUnsafeBytes { Array($0) })
    var rows = [[Float]](repeating: [], count: items.count)
    for rank in 0..<count {
      values[rank].withUnsafeBytes { values in
        lengths[rank].withUnsafeBytes { lengths in
          var start = 0
          for (index, place) in places(rank).enumerated() {
            let length = Int(
              lengths.loadUnaligned(
                fromByteOffset: index * MemoryLayout<Int64>.size, as: Int64.self))
            rows[place] = (start..<start + length).map {
              values.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Float>.size, as: Float.self)
            }
            start += length
          }
        }
      }
    }
    return rows
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
