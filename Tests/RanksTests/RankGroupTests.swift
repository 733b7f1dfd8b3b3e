import Synchronization
import TestSupport
import Testing

@testable import Ranks

@Suite("What ranks send each other")
struct RankGroupTests {
  @Test("Every rank gets what each has given, empty or not")
  func gather() throws {
    let all = try RanksOfThreads.run(3) { ranks in
      ranks.gather([[], [7], [1, 2, 3]][ranks.rank])
    }
    #expect(all == Array(repeating: [[], [7], [1, 2, 3]], count: 3))
    let texts = try RanksOfThreads.run(2) { ranks in
      let own = ranks.fromFirst(ranks.isFirst ? [1.5, -2] : [0, 0])
      return "\(own) \(ranks.fromFirst(ranks.isFirst ? [9] as [UInt8] : [1, 2]))"
    }
    #expect(texts == Array(repeating: "[1.5, -2.0] [9]", count: 2))
  }

  @Test("What is sent as bf16 is rounded to the nearest, and the sum the same on all ranks")
  func halves() throws {
    let tree = ShardTree(count: 4)
    // Exact in bf16; between two of its numbers, the even one, and the nearer; what is no number.
    let leaves: [[Float]] = [
      [1, 1 + 1 / 256, 1 + 3 / 256, 1.001, .infinity, .nan, -0.0, Float.leastNonzeroMagnitude],
      [2, 0, 0, 0, 1, 1, -0.0, 0], [4, 0, 0, 0, 1, 1, -0.0, 0], [8, 0, 0, 0, 1, 1, -0.0, 0],
    ]
    let width = leaves[0].count
    for (count, floats) in [(4, 1 << 28), (3, 1 << 28), (4, 5)] {
      let all = try RanksOfThreads.run(count, messageFloats: floats) { ranks -> [Float] in
        let owned = tree.shards(of: ranks.rank, ranks: ranks.count)
        let parts = tree.parts(of: owned)
        let found = Mutex<[Float]>([])
        ranks.sum(of: tree, width: width, halved: true) { part, values in
          for place in 0..<width {
            values[place] = parts[part].map { leaves[$0][place] }.reduce(-0.0, +)
          }
        } then: { sum in
          let sum = Array(sum)
          found.withLock { $0 = sum }
        }
        ranks.wait()
        return found.withLock { $0 }
      }
      for one in all { #expect(one.map(\.bitPattern) == all[0].map(\.bitPattern)) }
      #expect(Array(all[0][..<5]) == [15, 1, 1 + 1 / 64, 1, .infinity], "\(all[0])")
      #expect(all[0][5].isNaN && all[0][6].sign == .minus && all[0][7] == 0)
    }
  }

  @Test("One that is asked to stop stops all")
  func stops() throws {
    let stopped = try RanksOfThreads.run(3) { ranks in
      func anyStops(_ own: Bool) -> Bool { ranks.agree(ranks.gather([own ? 1 : 0]).contains([1])) }
      let (before, now) = (anyStops(false), anyStops(ranks.rank == 2))
      return [before, now, ranks.stopsTogether]
    }
    #expect(stopped == Array(repeating: [false, true, true], count: 3))
  }

  @Test(
    "Sums over shards have the same bits for any number of ranks", arguments: [1, 2, 4, 5, 7, 8])
  func sums(shards: Int) throws {
    let (tree, width) = (ShardTree(count: shards), 11)
    // Numbers of many sizes: another order of adding gives other bits.
    let leaves = (0..<shards).map { shard -> [Float] in
      let size: Float = 1.1e-3 * Float(1 << (shard * 2))
      return (0..<width).map { place -> Float in
        let number = (shard * 37 + place * 11) % 17 - 8
        return Float(number) * size
      }
    }
    @Sendable func added(_ ranks: RankGroup) -> [Float] {
      let owned = tree.shards(of: ranks.rank, ranks: ranks.count)
      var sums: [[Float]] = []
      for shard in owned {
        sums.append(leaves[shard])
        for _ in 0..<tree.additions(after: shard, of: owned) {
          let right = sums.removeLast()
          sums.append(zip(sums.removeLast(), right).map { $0 + $1 })
        }
      }
      let found = Mutex<[Float]>([])
      let own = sums
      ranks.sum(of: tree, width: width) { part, values in
        _ = values.update(from: own[part])
      } then: { sum in
        let sum = Array(sum)
        found.withLock { $0 = sum }
      }
      ranks.wait()
      return found.withLock { $0 }
    }
    let alone = try RanksOfThreads.run(1, added)[0]
    let exact = (0..<width).map { place -> Double in
      leaves.reduce(0.0) { sum, leaf in sum + Double(leaf[place]) }
    }
    for (one, other) in zip(alone, exact) {
      #expect(abs(Double(one) - other) <= 1e-5 * max(1, abs(other)))
    }
    for ranks in 2...9 {
      // In one message, and in many.
      for floats in [1 << 28, 3] {
        for sum in try RanksOfThreads.run(ranks, messageFloats: floats, added) {
          #expect(sum.map(\.bitPattern) == alone.map(\.bitPattern), "\(ranks) ranks")
        }
      }
    }
  }
}
