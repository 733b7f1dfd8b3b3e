import Basics
import Foundation

extension DownloadCache {
  /// The bytes at an address of which neither size nor hash is known; the caller has to check them.
  ///
  /// For small files that change, such as a catalogue and its signature: nothing is kept, nothing is
  /// resumed. A path that the server has not gives nil.
  ///
  /// - Throws: as `fetch`; `.wrongContent` for more than `limit` bytes.
  package func bytes(
    at url: String, limit: Int, progress reporter: ProgressReporter,
    policy: DownloadPolicy = DownloadPolicy()
  ) throws -> Data? {
    var bounded = policy
    bounded.maximumSize = limit
    let name = String(url.split(separator: "/").last ?? "file")
    let file = try RemoteFile(url: url, size: nil, hash: .unknown, fileName: name)
    try refuseIfOffline(.absent, file, policy)
    try Address(url).check(policy)
    try AtomicFile.makeFolder(folder)
    let partial = try PartialFile(
      path: "\(folder)/.bytes-\(UUID().uuidString).partial", url: url, limit: limit
    ) { _ in try Interruption.check() }
    defer { partial.discard() }
    do {
      _ = try Download(
        file, into: partial, policy: bounded, progress: ByteProgress(reporter),
        checkInterruption: { try Interruption.check() }
      ).run()
    } catch let error as ZooError where error.code == .absent {
      return nil
    }
    return try readFile(partial.path)
  }
}
