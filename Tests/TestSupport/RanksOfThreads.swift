import Foundation
import Ranks
import Synchronization

/// Ranks that are threads of this process, for tests without MPI.
package final class RanksOfThreads: RankTransport {
  package let rank: Int
  package let count: Int
  private let shared: Shared

  /// What a rank has put down for all, and a place to meet.
  private final class Shared: @unchecked Sendable {
    let condition = NSCondition()
    var pieces: [[[UInt8]]]
    var (arrived, round) = (0, 0)
    let count: Int

    init(_ count: Int) {
      self.count = count
      pieces = Array(repeating: [], count: count)
    }

    /// Waits until all ranks are here.
    func meet() {
      condition.lock()
      defer { condition.unlock() }
      let now = round
      arrived += 1
      if arrived == count {
        (arrived, round) = (0, round + 1)
        condition.broadcast()
      }
      while round == now { condition.wait() }
    }
  }

  private init(rank: Int, _ shared: Shared) {
    (self.rank, count, self.shared) = (rank, shared.count, shared)
  }

  /// Runs `body` on as many threads, each of which is a rank, and returns what each gave.
  package static func run<Result: Sendable>(
    _ count: Int, messageFloats: Int = 1 << 28, bucketFloats: Int = 1 << 20,
    _ body: @escaping @Sendable (RankGroup) throws -> Result
  ) throws -> [Result] {
    let shared = Shared(count)
    let results = Mutex([Int: Swift.Result<Result, any Error>]())
    let threads = (0..<count).map { rank in
      let thread = Thread {
        let result = Swift.Result {
          try body(
            RankGroup(
              RanksOfThreads(rank: rank, shared), messageFloats: messageFloats,
              bucketFloats: bucketFloats))
        }
        results.withLock { $0[rank] = result }
      }
      thread.stackSize = 8 << 20
      thread.start()
      return thread
    }
    while threads.contains(where: { !$0.isFinished }) { usleep(1000) }
    return try (0..<count).compactMap { rank in try results.withLock { $0[rank] }?.get() }
  }

  /// Puts pieces for every rank down and picks up those for this one.
  private func exchange(
    _ pieces: [[UInt8]], _ target: UnsafeMutableRawBufferPointer, _ received: [Int]
  ) {
    shared.condition.withLock { shared.pieces[rank] = pieces }
    shared.meet()
    let own = shared.condition.withLock { shared.pieces.map { $0[rank] } }
    precondition(own.map(\.count) == received, "\(own.map(\.count)) bytes, not \(received)")
    target.copyBytes(from: own.joined())
    shared.meet()
  }

  package func allToAll(
    _ source: UnsafeRawBufferPointer, _ sent: [Int], _ target: UnsafeMutableRawBufferPointer,
    _ received: [Int]
  ) {
    var start = 0
    let pieces = sent.map { size -> [UInt8] in
      defer { start += size }
      return Array(source[start..<start + size])
    }
    exchange(pieces, target, received)
  }

  package func allGather(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ received: [Int]
  ) {
    exchange(Array(repeating: Array(source), count: count), target, received)
  }

  package func abort(status: Int32) -> Never { fatalError("rank \(rank) ended all: \(status)") }

  package func finish() {}
}
