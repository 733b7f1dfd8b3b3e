import Basics
import Foundation
import TestSupport
import Testing

@testable import Downloads

@Suite("Interrupted downloads")
struct DownloadInterruptionTests {
  @Test("An interruption keeps the partial file, and the next fetch goes on from it")
  func keeps() throws {
    try withScene(Answers.inTurn([Answers.trickle, Answers.file()])) { scene in
      #expect(throws: Interrupted()) {
        try scene.fetch {
          var information = stat()
          if stat(scene.partialPath, &information) == 0, information.st_size > 0 {
            throw Interrupted()
          }
        }
      }
      #expect(scene.names == [".file.bin.partial", ".file.bin.partial.json"])
      try scene.fetch()
      #expect(scene.content == payload)
      #expect((scene.server.requests[1].offset ?? 0) > 0)
    }
  }

  @Test("An interruption before the first byte leaves nothing")
  func nothing() throws {
    try withScene(Answers.file()) { scene in
      #expect(throws: Interrupted()) { try scene.fetch { throw Interrupted() } }
      #expect(scene.names == [])
    }
  }

  @Test("A server that drips for ever ends with a sentence, and what came is kept")
  func drips() throws {
    try withScene(Answers.trickle) { scene in
      var policy = quickPolicy
      (policy.slowestRate, policy.slowSeconds) = (1, 60)
      (policy.patience, policy.averageRate) = (1, 1_000_000)
      let start = ContinuousClock.now
      let text = scene.failure(policy)
      #expect(text.contains("the server is too slow: "), "\(text)")
      #expect(text.contains("what came is kept"), "\(text)")
      #expect(ContinuousClock.now - start < .seconds(20))
      #expect(scene.names == [".file.bin.partial", ".file.bin.partial.json"])
    }
  }

  @Test("A large file may take as long as a slow line needs")
  func slowLine() {
    let policy = DownloadPolicy()
    // 30 MB at 10 kB a second take 50 minutes; 8 GB at the slowest rate that is let pass, 92 days.
    #expect(policy.limit(having: 30_000_000) > 3000)
    #expect(policy.limit(having: 8 * 86_400 * 1001) < 8 * 86_400)
  }

  @Test("Ctrl-C ends a running download")
  func signal() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interruption.install()
      let text = try withScene(Answers.trickle) { scene in
        Thread.detachNewThread {
          usleep(300_000)
          kill(getpid(), SIGINT)
        }
        var policy = quickPolicy
        policy.slowSeconds = 60
        let start = ContinuousClock.now
        let text = errorText {
          _ = try scene.cache.fetch(
            scene.file, progress: ProgressReporter(mode: .quiet), policy: policy)
        }
        let isKept = scene.names == [".file.bin.partial", ".file.bin.partial.json"]
        return isKept && ContinuousClock.now - start < .seconds(30) ? text : "kept: \(scene.names)"
      }
      exit(text == "interrupted" ? 7 : 1)
    }
  }
}
