import Basics
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Downloads

@Suite("At the same time")
struct ConcurrencyTests {
  /// Serves slowly, so that others come meanwhile.
  static let slowly: TestServer.Answer = { _, connection in
    connection.head("200 OK", [("Content-Length", "\(payload.count)"), ("ETag", "\"v1\"")])
    for offset in stride(from: 0, to: payload.count, by: 30_000) {
      guard connection.send(payload[offset..<offset + 30_000]) else { return }
      usleep(50_000)
    }
  }

  @Test("Four fetchers of one file send one request, and all have it")
  func threads() throws {
    try withScene(Self.slowly) { scene in
      let errors = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        let text = errorText { try scene.fetch() }
        errors.withLock { $0.append(text) }
      }
      #expect(errors.withLock { $0 } == ["", "", "", ""])
      #expect(scene.content == payload)
      #expect(scene.server.requests.count == 1)
      #expect(scene.names == [".file.bin.verified", "file.bin"])
    }
  }

  @Test("Another process that fetches the same file waits, too")
  func processes() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("encoderzoo-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let server = try TestServer(Self.slowly)
    let url = server.url()
    let scene = Scene(
      cache: DownloadCache(folder: folder), server: server,
      file: try RemoteFile(
        url: url, size: nil, hash: .sha256(digest(payload)), fileName: "file.bin")
    )
    async let own = inThread { errorText { try scene.fetch() } }
    await #expect(processExitsWith: .exitCode(7)) {
      [url = url as String, folder = folder as String] in
      let file = try RemoteFile(
        url: url, size: nil, hash: .sha256(digest(payload)), fileName: "file.bin")
      let path = try DownloadCache(folder: folder).fetch(
        file, progress: ProgressReporter(mode: .quiet), policy: quickPolicy)
      exit(FileManager.default.contents(atPath: path).map { [UInt8]($0) } == payload ? 7 : 1)
    }
    #expect(await own == "")
    #expect(scene.content == payload)
    #expect(server.requests.count == 1)
  }

  @Test("A lock's waiter takes over, and the lock's file goes with the last")
  func lock() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/lock"
      let order = Mutex<[Int]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { index in
        _ = errorText {
          let lock = try FileLock(path) {}
          order.withLock { $0.append(index) }
          usleep(2000)
          order.withLock { $0.append(index) }
          _ = consume lock
        }
      }
      let seen = order.withLock { $0 }
      #expect(seen.count == 16)
      #expect(stride(from: 0, to: 16, by: 2).allSatisfy { seen[$0] == seen[$0 + 1] })
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }
}

/// Runs `body` on a thread of its own: it blocks.
func inThread<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
  await withCheckedContinuation { continuation in
    Thread.detachNewThread { continuation.resume(returning: body()) }
  }
}
