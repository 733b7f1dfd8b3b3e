import CKernels
import Foundation
import Synchronization
import Testing

@testable import Tensors

/// How often each chunk ran, and how many have.
private final class Visits: Sendable {
  let counts = Mutex([Int](repeating: 0, count: 40))
  let done = Atomic(0)
}

extension TensorsSuite {
  @Suite("Results do not depend on the number of threads", .serialized)
  struct ThreadCountTests {
    /// Runs `body` on `count` threads and goes back to as many as there were.
    private func with<Result>(threads count: Int, _ body: () -> Result) -> Result {
      let before = Compute.threads
      Compute.setThreads(count)
      defer { Compute.setThreads(before) }
      #expect(Compute.threads == count)
      return body()
    }

    @Test("The same bits with one, two and three threads", arguments: ThreadCase.all)
    func bits(_ c: ThreadCase) {
      let results = [1, 2, 3].map { count in
        with(threads: count) { c.run().map(\.bitPattern) }
      }
      #expect(!results[0].isEmpty)
      #expect(results[0] == results[1], "two threads")
      #expect(results[0] == results[2], "three threads")
    }

    @Test("Every chunk runs once, and those of a thread that is held up are taken by another")
    func heldUp() {
      let visits = Visits()
      with(threads: 2) {
        ez_parallel(
          40, 1,
          { context, begin, end in
            guard let context else { return }
            let visits = Unmanaged<Visits>.fromOpaque(context).takeUnretainedValue()
            // The first chunk ends when all others have, or when nobody has taken them for long.
            let limit = Date(timeIntervalSinceNow: 30)
            while begin == 0, visits.done.load(ordering: .relaxed) < 39, Date() < limit {
              usleep(100)
            }
            if begin == 0 { #expect(visits.done.load(ordering: .relaxed) == 39) }
            for chunk in begin..<end { visits.counts.withLock { $0[chunk] += 1 } }
            visits.done.add(1, ordering: .relaxed)
          }, Unmanaged.passUnretained(visits).toOpaque())
      }
      #expect(visits.counts.withLock { $0 } == Array(repeating: 1, count: 40))
    }

    @Test("The same mask, and the same statistics of a normalisation")
    func operations() {
      let results = [1, 2, 3].map { count in
        with(threads: count) { () -> [[UInt32]] in
          var forward = makePass(.training)
          let (norm, _, running) = normalization(24)
          let x = randomTensor([4, 30, 30, 24], "x")
          let y = forward.dropout(forward.batchNormalization([x], norm, relu: true), rate: 0.4)
          return [y.values, running[0].value.values, running[1].value.values]
            .map { $0.map(\.bitPattern) }
        }
      }
      #expect(results[0] == results[1] && results[0] == results[2])
    }

    @Test("Every place is visited once, in chunks of the grain", arguments: [1, 2, 3])
    func chunks(threads: Int) {
      for (count, grain) in [(0, 4), (1, 4), (10, 4), (1000, 7), (5, 0)] {
        var visits = [Int32](repeating: 0, count: count + 1)
        with(threads: threads) {
          visits.withUnsafeMutableBufferPointer { buffer in
            ez_parallel(
              count, grain,
              { context, begin, end in
                let visits = context?.assumingMemoryBound(to: Int32.self)
                for place in begin..<end { visits?[place] += 1 }
              }, buffer.baseAddress)
          }
        }
        #expect(visits == [Int32](repeating: 1, count: count) + [0])
      }
    }

    @Test("There is at least one thread and one processor")
    func limits() {
      with(threads: 1) { Compute.setThreads(-3) }
      #expect(Compute.threads >= 1 && Compute.processors >= 1)
      #expect(!Compute.blasCore.isEmpty && !Compute.blasConfiguration.isEmpty)
    }
  }
}
