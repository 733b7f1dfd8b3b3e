import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Ranks

@Suite("Ranks that are gone")
struct RankWatchTests {
  private final class Losses: Sendable { let list = Mutex<[RankWatch.Loss]>([]) }

  /// What each of three ranks on two hosts is told of the others when one of them ends, with a word or without.
  private func told(rank leaving: Int, says: Bool) throws -> [[RankWatch.Loss]] {
    try RanksOfThreads.run(3) { ranks -> [RankWatch.Loss] in
      let losses = Losses()
      let watch = RankWatch.start(ranks, host: ["a", "a", "b"][ranks.rank], grace: 0.1) { loss in
        losses.list.withLock { $0.append(loss) }
      }
      #expect(watch.unwatched == [])
      _ = ranks.gather([])
      if ranks.rank == leaving {
        if says { watch.end() }
        watch.closeAll()
      }
      _ = ranks.gather([])
      usleep(400_000)
      _ = ranks.gather([])
      if ranks.rank != leaving { watch.end() }
      return losses.list.withLock { $0 }
    }
  }

  @Test(
    "A rank of another host that ends without a word is told to the first, and the first to the others"
  )
  func ends() throws {
    let host = try told(rank: 2, says: false)
    #expect(host[0] == [RankWatch.Loss(rank: 2, host: "b", isClosed: true)])
    #expect(host[1] == [])
    let first = try told(rank: 0, says: false)
    #expect(first[2] == [RankWatch.Loss(rank: 0, host: "a", isClosed: true)])
    #expect(first[1] == [])
  }

  @Test("Machines of one name are told apart by what they were started as")
  func sameNames() throws {
    let losses = try RanksOfThreads.run(2) { ranks -> Int in
      let watch = RankWatch.start(ranks, host: "node", boot: "\(ranks.rank)", grace: 0.1) { _ in }
      defer { watch.end() }
      return watch.peerCount
    }
    #expect(losses == [1, 1])
  }

  @Test("One that ends as it should is not", arguments: [0, 2])
  func goodbye(rank: Int) throws {
    #expect(try told(rank: rank, says: true) == [[], [], []])
  }

  @Test(
    "Connections without the word of the invitation are not taken; without an answer there is no watch"
  )
  func strangers() throws {
    let listener = try #require(RankListener())
    defer { listener.close() }
    var lines = listener.invitation.split(separator: "\n").map(String.init)
    #expect(lines.count > 2)
    lines[1] = "another"
    #expect(RankListener.connected(by: lines.joined(separator: "\n"), rank: 1) != nil)
    #expect(listener.accepted(1).isEmpty)
    let own = try #require(RankListener.connected(by: listener.invitation, rank: 7))
    #expect(listener.accepted(1).values.sorted() == [7])
    close(own)
    #expect(RankListener.connected(by: "", rank: 1) == nil)
    #expect(RankListener.connected(by: "1\nword\n127.0.0.1", rank: 1) == nil)
  }

  @Test("What a person is told names rank and host")
  func sentences() {
    #expect(
      RankWatch.Loss(rank: 3, host: "node7", isClosed: false).sentence
        == "rank 3 on node7 has not answered for 17 s: its host or the network is gone")
    #expect(
      RankWatch.Loss(rank: 0, host: "a", isClosed: true).sentence
        == "rank 0 on a has ended without a word")
  }
}
