import Basics
import Dispatch
import Foundation
import Synchronization

/// The processes that train one model together, as one of them sees the others.
///
/// Messages go out one at a time and in order, from a queue of their own, so that gradients travel while others are
/// still computed. Every rank makes the same calls in the same order.
package final class RankGroup: Sendable {
  private let transport: any RankTransport
  private let queue = DispatchQueue(label: "ranks")
  private let stop = Mutex(false)
  private let messageFloats: Int
  /// The floats at least that gradients are sent in while others are computed; 4 MB.
  package let bucketFloats: Int
  /// Whether gradients are sent as bf16, half the bytes with three digits of each number; sums are made in single
  /// precision and rounded once more on their way back.
  package let halvesGradients: Bool
  /// For the queue alone.
  private let scratch = Scratch()

  /// The number of this process, 0..<count.
  package var rank: Int { transport.rank }
  /// How many processes there are.
  package var count: Int { transport.count }
  /// Whether this is the one that writes and speaks.
  package var isFirst: Bool { rank == 0 }
  /// This rank and its machine, for a person.
  package var name: String { "rank \(rank) on \(ProcessInfo.processInfo.hostName)" }
  /// Whether all ranks have agreed to stop here, so that each may end by itself.
  package var stopsTogether: Bool { stop.withLock { $0 } }

  /// A group over a transport whose messages have at most so many floats: MPI counts bytes with 32 bits.
  package init(
    _ transport: any RankTransport, messageFloats: Int = 1 << 28, bucketFloats: Int = 1 << 20,
    halvesGradients: Bool = false
  ) {
    self.transport = transport
    (self.messageFloats, self.bucketFloats) = (messageFloats, bucketFloats)
    self.halvesGradients = halvesGradients
  }

  /// Joins the other ranks.
  ///
  /// - Throws: `ZooError` where there is no MPI, or it sees other ranks than the launcher started.
  package convenience init(_ launcher: RankLauncher, halvesGradients: Bool = false) throws {
    let library = try MPILibrary(launcher.family)
    self.init(library, halvesGradients: halvesGradients)
    guard library.count == launcher.count else {
      throw ZooError(
        .conflict,
        "the launcher started \(launcher.count) ranks, but \(launcher.family.title)'s library sees"
          + " \(library.count): it belongs to another MPI",
        advice: "start them with the mpirun of the library, or name its library in ENCODERZOO_MPI")
    }
  }

  /// What every rank gives, in the order of the ranks.
  package func gather(_ bytes: [UInt8]) -> [[UInt8]] {
    queue.sync {
      let width = MemoryLayout<Int64>.size
      var counts = [Int64](repeating: 0, count: count)
      gather([Int64(bytes.count)], into: &counts, Array(repeating: width, count: count))
      let sizes = counts.map(Int.init)
      var all = sizes.map { size -> [UInt8] in
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        return bytes
      }
      let step = max(1, messageFloats / count * MemoryLayout<Float>.size)
      for start in stride(from: 0, to: sizes.max() ?? 0, by: step) {
        let pieces = sizes.map { max(0, min($0 - start, step)) }
        var piece = [UInt8](repeating: 0, count: pieces.reduce(0, +))
        gather(
          Array(bytes.dropFirst(start).prefix(step)), into: &piece, pieces)
        var place = 0
        for (rank, size) in pieces.enumerated() {
          all[rank] += piece[place..<place + size]
          place += size
        }
      }
      return all
    }
  }

  /// The numbers that every rank gives, as many of each, in the order of the ranks.
  package func gather(numbers values: [Double]) -> [[Double]] {
    queue.sync {
      var all = [Double](repeating: 0, count: values.count * count)
      let size = values.count * MemoryLayout<Double>.size
      gather(values, into: &all, Array(repeating: size, count: count))
      return (0..<count).map { Array(all[$0 * values.count..<($0 + 1) * values.count]) }
    }
  }

  /// The text that every rank gives, in the order of the ranks.
  package func gather(_ text: String) -> [String] {
    gather(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// What the first rank gives; the others' is passed over.
  package func fromFirst(_ bytes: [UInt8]) -> [UInt8] { gather(isFirst ? bytes : [])[0] }

  /// The floats of the first rank, as many as every rank gives.
  package func fromFirst(_ values: [Float]) -> [Float] {
    queue.sync {
      // By pieces: MPI counts bytes with 32 bits.
      stride(from: 0, to: values.count, by: 1 << 26).flatMap { start -> [Float] in
        var piece = Array(values[start..<min(start + 1 << 26, values.count)])
        let sizes = (0..<count).map { $0 == 0 ? piece.count * MemoryLayout<Float>.size : 0 }
        gather(isFirst ? piece : [], into: &piece, sizes)
        return piece
      }
    }
  }

  /// Keeps that all ranks stop here, if so.
  package func agree(_ stops: Bool) -> Bool {
    if stops { stop.withLock { $0 = true } }
    return stops
  }

  /// Sums vectors of `width` floats over the shards of a tree, in the background.
  ///
  /// `fill` writes this rank's sum over each of the parts of the tree that its shards make, by their place; `then` gets
  /// the sum of all. Both are called on the queue. With `halved` what is sent is bf16.
  package func sum(
    of tree: ShardTree, width: Int, halved: Bool = false,
    fill: @escaping @Sendable (Int, UnsafeMutableBufferPointer<Float>) -> Void,
    then: @escaping @Sendable (UnsafeBufferPointer<Float>) -> Void
  ) {
    queue.async { [self] in summed(tree, width, halved, fill, then) }
  }

  /// Returns when all that was sent so far has arrived.
  package func wait() { queue.sync {} }

  /// Ends all ranks, this one, too.
  package func abort(status: Int32) -> Never { transport.abort(status: status) }

  /// Says goodbye, once every rank does.
  package func finish() { queue.sync { transport.finish() } }

  /// Memory that one sum after another uses.
  private final class Scratch: @unchecked Sendable {
    var parts: [Float] = []
    var outgoing: [Float] = []
    var incoming: [Float] = []
    var result: [Float] = []
    var outgoingHalves: [UInt16] = []
    var incomingHalves: [UInt16] = []

    /// Makes an array at least as long as is needed.
    static func prepare<Number: BinaryInteger>(_ array: inout [Number], _ count: Int) {
      if array.count < count { array = [Number](repeating: 0, count: count) }
    }

    /// Makes an array at least as long as is needed.
    static func prepare(_ array: inout [Float], _ count: Int) {
      if array.count < count { array = [Float](repeating: 0, count: count) }
    }
  }

  /// Adds up the ranks' parts, as many columns at a time as a message takes.
  private func summed(
    _ tree: ShardTree, _ width: Int, _ halved: Bool,
    _ fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void,
    _ then: (UnsafeBufferPointer<Float>) -> Void
  ) {
    let owned = (0..<count).map { tree.parts(of: tree.shards(of: $0, ranks: count)) }
    let parts = owned[rank].count
    Scratch.prepare(&scratch.parts, parts * width)
    Scratch.prepare(&scratch.result, width)
    scratch.parts.withUnsafeMutableBufferPointer { all in
      for part in 0..<parts {
        fill(part, UnsafeMutableBufferPointer(rebasing: all[part * width..<(part + 1) * width]))
      }
    }
    let most = owned.map(\.count).max() ?? 1
    let step = max(count, messageFloats / max(1, most * count))
    for start in stride(from: 0, to: width, by: step) {
      add(tree, owned, columns: start..<min(start + step, width), of: width, halved: halved)
    }
    scratch.result.withUnsafeBufferPointer { then(UnsafeBufferPointer(rebasing: $0[..<width])) }
  }

  /// Every rank adds up a slice of some columns, in the order of the tree, and sends it to all.
  private func add(
    _ tree: ShardTree, _ owned: [[Range<Int>]], columns: Range<Int>, of width: Int, halved: Bool
  ) {
    let parts = owned[rank].count
    let slices = (0..<count).map { rank in
      rank * columns.count / count..<(rank + 1) * columns.count / count
    }
    let mine = slices[rank].count
    let size = MemoryLayout<Float>.size
    let received = owned.map { $0.count * mine }
    Scratch.prepare(&scratch.incoming, received.reduce(0, +))
    // To each rank its slice of every part; the slices of a single part lie that way already.
    if parts > 1 {
      Scratch.prepare(&scratch.outgoing, parts * columns.count)
      scratch.outgoing.withUnsafeMutableBufferPointer { outgoing in
        scratch.parts.withUnsafeBufferPointer { all in
          var place = 0
          for slice in slices {
            for part in 0..<parts {
              let start = part * width + columns.lowerBound + slice.lowerBound
              for i in 0..<slice.count { outgoing[place + i] = all[start + i] }
              place += slice.count
            }
          }
        }
      }
      send(scratch.outgoing, 0, slices.map { $0.count * parts }, received, halved)
    } else {
      send(
        scratch.parts, parts == 0 ? 0 : columns.lowerBound, slices.map { $0.count * parts },
        received, halved)
    }
    let places = owned.flatMap { $0 }.enumerated().map { ($1, $0 * mine) }
    let first = scratch.incoming.withUnsafeMutableBufferPointer { incoming in
      tree.sum(places) { left, right in
        for i in 0..<mine { incoming[left + i] += incoming[right + i] }
      }
    }
    let sizes = slices.map(\.count)
    if halved {
      Scratch.prepare(&scratch.outgoingHalves, mine)
      Scratch.prepare(&scratch.incomingHalves, columns.count)
      BrainFloat.round(scratch.incoming, first, &scratch.outgoingHalves, mine)
      scratch.incomingHalves.withUnsafeMutableBytes { incoming in
        scratch.outgoingHalves.withUnsafeBytes {
          transport.allGather(
            UnsafeRawBufferPointer(rebasing: $0[..<(mine * BrainFloat.size)]), incoming,
            sizes.map { $0 * BrainFloat.size })
        }
      }
      BrainFloat.widen(
        scratch.incomingHalves, &scratch.result, columns.lowerBound, columns.count)
      return
    }
    scratch.incoming.withUnsafeBytes { incoming in
      scratch.result.withUnsafeMutableBytes { result in
        transport.allGather(
          UnsafeRawBufferPointer(rebasing: incoming[first * size..<(first + mine) * size]),
          UnsafeMutableRawBufferPointer(rebasing: result[(columns.lowerBound * size)...]),
          sizes.map { $0 * size })
      }
    }
  }

  /// Sends pieces of floats that lie one after another from `start`, and receives as many as are told into
  /// `scratch.incoming`.
  private func send(
    _ source: [Float], _ start: Int, _ sent: [Int], _ received: [Int], _ halved: Bool
  ) {
    let (out, back) = (sent.reduce(0, +), received.reduce(0, +))
    if halved {
      Scratch.prepare(&scratch.outgoingHalves, out)
      Scratch.prepare(&scratch.incomingHalves, back)
      BrainFloat.round(source, start, &scratch.outgoingHalves, out)
      scratch.incomingHalves.withUnsafeMutableBytes { incoming in
        scratch.outgoingHalves.withUnsafeBytes {
          transport.allToAll(
            $0, sent.map { $0 * BrainFloat.size }, incoming, received.map { $0 * BrainFloat.size })
        }
      }
      BrainFloat.widen(scratch.incomingHalves, &scratch.incoming, 0, back)
      return
    }
    let size = MemoryLayout<Float>.size
    scratch.incoming.withUnsafeMutableBytes { incoming in
      source.withUnsafeBytes {
        transport.allToAll(
          UnsafeRawBufferPointer(rebasing: $0[(start * size)...]), sent.map { $0 * size }, incoming,
          received.map { $0 * size })
      }
    }
  }

  /// Receives from every rank what it gives, on the queue; sizes are in bytes.
  private func gather<Value>(_ own: [Value], into all: inout [Value], _ sizes: [Int]) {
    all.withUnsafeMutableBytes { all in
      own.withUnsafeBytes { transport.allGather($0, all, sizes) }
    }
  }
}
