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

  package init(_ transport: any RankTransport) { self.transport = transport }

  /// Joins the other ranks.
  ///
  /// - Throws: `ZooError` where there is no MPI, or it sees other ranks than the launcher started.
  package convenience init(_ launcher: RankLauncher) throws {
    let library = try MPILibrary(launcher.family)
    self.init(library)
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
      var all = [UInt8](repeating: 0, count: sizes.reduce(0, +))
      gather(bytes, into: &all, sizes)
      var start = 0
      return sizes.map { size in
        defer { start += size }
        return Array(all[start..<start + size])
      }
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

  /// Whether any rank is asked to stop; then all are, and know it.
  package func anyStops(_ stops: Bool) -> Bool {
    agree(gather([stops ? 1 : 0]).contains([1]))
  }

  /// Keeps that all ranks stop here, if so.
  package func agree(_ stops: Bool) -> Bool {
    if stops { stop.withLock { $0 = true } }
    return stops
  }

  /// Sums vectors over the shards of a tree, in the background; `then` gets the sum, on the queue.
  ///
  /// `parts` are this rank's sums over the parts of the tree that its shards make, each of `width` floats.
  package func sum(
    _ parts: [[Float]], of tree: ShardTree, width: Int, then: @escaping @Sendable ([Float]) -> Void
  ) {
    queue.async { [self] in then(summed(parts, of: tree, width: width)) }
  }

  /// Returns when all that was sent so far has arrived.
  package func wait() { queue.sync {} }

  /// Ends all ranks, this one, too.
  package func abort(status: Int32) -> Never { transport.abort(status: status) }

  /// Says goodbye, once every rank does.
  package func finish() { queue.sync { transport.finish() } }

  /// Every rank adds up a slice of the vectors, in the order of the tree, and sends it to all.
  private func summed(_ parts: [[Float]], of tree: ShardTree, width: Int) -> [Float] {
    let owned = (0..<count).map { tree.parts(of: tree.shards(of: $0, ranks: count)) }
    precondition(parts.count == owned[rank].count && parts.allSatisfy { $0.count == width })
    let slices = (0..<count).map { $0 * width / count..<($0 + 1) * width / count }
    let mine = slices[rank].count
    let size = MemoryLayout<Float>.size
    // To each rank its slice of every part.
    var outgoing: [Float] = []
    outgoing.reserveCapacity(parts.count * width)
    for slice in slices { for part in parts { outgoing += part[slice] } }
    var incoming = [Float](repeating: 0, count: owned.reduce(0) { $0 + $1.count } * mine)
    incoming.withUnsafeMutableBytes { incoming in
      outgoing.withUnsafeBytes { outgoing in
        transport.allToAll(
          outgoing, slices.map { $0.count * parts.count * size }, incoming,
          owned.map { $0.count * mine * size })
      }
    }
    let places = owned.flatMap { $0 }.enumerated().map { ($1, $0 * mine) }
    let first = tree.sum(places) { left, right in
      incoming.withUnsafeMutableBufferPointer { incoming in
        for i in 0..<mine { incoming[left + i] += incoming[right + i] }
      }
    }
    var result = [Float](repeating: 0, count: width)
    gather(Array(incoming[first..<first + mine]), into: &result, slices.map { $0.count * size })
    return result
  }

  /// Receives from every rank what it gives, on the queue; sizes are in bytes.
  private func gather<Value>(_ own: [Value], into all: inout [Value], _ sizes: [Int]) {
    all.withUnsafeMutableBytes { all in
      own.withUnsafeBytes { transport.allGather($0, all, sizes) }
    }
  }
}
