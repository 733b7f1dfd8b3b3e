import Basics
import Downloads
import Foundation
import Synchronization
import TestSupport

@testable import Downloads

/// The bytes of the published file: 300 000 at random.
let payload: [UInt8] = {
  var stream = RandomStream(seed: 7)
  return (0..<300_000).map { _ in UInt8(truncatingIfNeeded: stream.next()) }
}()

/// The hash of bytes, by the module under test; `SHA256Tests` compares it with published ones.
func digest(_ bytes: [UInt8]) throws -> String {
  let stream = try SHA256Stream()
  try bytes.withUnsafeBytes { try stream.update($0) }
  return try stream.finish()
}

/// No waiting between tries, and a second of patience.
let quickPolicy: DownloadPolicy = {
  var policy = DownloadPolicy()
  policy.isOffline = false
  policy.retries = 2
  policy.backOff = 0
  policy.maximumBackOff = 0
  policy.connectTimeout = 5
  policy.slowSeconds = 1
  return policy
}()

/// A cache in a fresh folder, a server, and the file it publishes.
struct Scene {
  let cache: DownloadCache
  let server: TestServer
  var file: RemoteFile
  let log = Log()

  /// The lines of progress.
  final class Log: Sendable {
    private let texts = Mutex<[String]>([])
    func add(_ text: String) { texts.withLock { $0.append(text) } }
    var text: String { texts.withLock { $0.joined() } }
  }

  var finalPath: String { "\(cache.folder)/\(file.fileName)" }
  var partialPath: String { "\(cache.folder)/.\(file.fileName).partial" }

  /// The names in the cache folder, hidden ones too.
  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: cache.folder)) ?? []).sorted()
  }

  /// What lies under the final name.
  var content: [UInt8]? { FileManager.default.contents(atPath: finalPath).map { [UInt8]($0) } }

  @discardableResult
  func fetch(
    _ policy: DownloadPolicy = quickPolicy, verify: Bool = false,
    checkInterruption: @escaping () throws -> Void = {}
  ) throws -> String {
    let log = log
    let progress = ProgressReporter(mode: .plain) { log.add($0) }
    return try cache.fetch(
      file, progress: progress, policy: policy, verify: verify,
      checkInterruption: checkInterruption)
  }

  /// The text of the error that fetching throws; empty when it throws none.
  func failure(_ policy: DownloadPolicy = quickPolicy, verify: Bool = false) -> String {
    errorText { try fetch(policy, verify: verify) }
  }

  /// Leaves the first bytes of a file as an earlier, cut download would.
  func leavePartial(_ bytes: ArraySlice<UInt8>, tag: String = "\"v1\"", url: String? = nil) throws {
    try AtomicFile.makeFolder(cache.folder)
    try Data(bytes).write(to: URL(fileURLWithPath: partialPath))
    guard let validator = Validator(entityTag: tag) else { return }
    try PartialNote(url: url ?? file.url, validator: validator, total: nil)
      .write(to: "\(partialPath).json")
  }
}

/// Runs `body` with a server that answers so and a file of that size and hash.
func withScene<Result>(
  size: Int? = payload.count, of bytes: [UInt8] = payload, path: String = "/file.bin",
  _ answer: @escaping TestServer.Answer, _ body: (Scene) throws -> Result
) throws -> Result {
  try withTemporaryFolder { folder in
    let server = try TestServer(answer)
    let file = try RemoteFile(
      url: server.url(path), size: size, hash: .sha256(digest(bytes)), fileName: "file.bin")
    return try body(
      Scene(cache: DownloadCache(folder: "\(folder)/weights"), server: server, file: file))
  }
}
