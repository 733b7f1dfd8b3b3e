import Basics
import EncoderKit
import Foundation
import Ranks

extension RankGroup {
  /// Which of items a rank computes.
  package func share(of items: Int, groupsOf size: Int, rank: Int) -> [Int] {
    stride(from: rank * size, to: items, by: count * size).flatMap {
      $0..<min($0 + size, items)
    }
  }

  /// The rows of items, each rank's part of them computed by `body`, in the order of the items.
  ///
  /// Ranks take turns in groups of `size`, which are those that one process alone would make. What is sent at a time are `rowBytes` and the next row of each rank at most.
  ///
  /// - Throws: what `body` throws; `Interrupted` on all ranks where one is asked to stop.
  package func rows<Item, Value: BitwiseCopyable>(
    _ items: [Item], groupsOf size: Int, rowBytes: Int = 64 << 20,
    _ body: ([Item]) throws -> [[Value]]
  ) throws -> [[Value]] {
    func places(_ rank: Int) -> [Int] { share(of: items.count, groupsOf: size, rank: rank) }
    var (own, stops): ([[Value]], Bool) = ([], false)
    do { own = try body(places(rank).map { items[$0] }) } catch is Interrupted { stops = true }
    guard !agree(gather([stops ? 1 : 0]).contains([1])) else { throw Interrupted() }
    let lengths = gather(own.map { Int64($0.count) }.withUnsafeBytes { Array($0) }).map { bytes in
      bytes.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: MemoryLayout<Int64>.size).map {
          Int(bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self))
        }
      }
    }
    let places = (0..<count).map(places)
    let most = lengths.map(\.count).max() ?? 0
    var rows = [[Value]](repeating: [], count: items.count)
    var start = 0
    while start < most {
      // So many of each rank's rows at a time as take little memory.
      var (end, size) = (start, 0)
      while end < most, size < rowBytes {
        size += lengths.reduce(0) { $0 + (end < $1.count ? $1[end] : 0) } * MemoryLayout<Value>.size
        end += 1
      }
      let sent = own[min(start, own.count)..<min(end, own.count)]
      let received = gather(sent.flatMap { $0 }.withUnsafeBytes { Array($0) })
      for rank in 0..<count {
        let owned = min(start, lengths[rank].count)..<min(end, lengths[rank].count)
        received[rank].split(lengths[rank][owned]) {
          rows[places[rank][owned.lowerBound + $0]] = $1
        }
      }
      start = end
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

extension [UInt8] {
  /// Hands over rows of so many values each that these bytes hold one behind another, with their numbers.
  fileprivate func split<Value: BitwiseCopyable>(
    _ lengths: ArraySlice<Int>, _ body: (Int, [Value]) -> Void
  ) {
    withUnsafeBytes { bytes in
      var place = 0
      for (index, length) in lengths.enumerated() {
        let size = length * MemoryLayout<Value>.size
        let row = UnsafeRawBufferPointer(rebasing: bytes[place..<place + size])
        body(
          index,
          [Value](unsafeUninitializedCapacity: length) { target, count in
            UnsafeMutableRawBufferPointer(target).copyMemory(from: row)
            count = length
          })
        place += size
      }
    }
  }
}
