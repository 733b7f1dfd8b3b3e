import Basics
import Foundation

/// A folder of downloaded files, each checked by its hash before it gets its name.
///
/// Beside a file `NAME` may lie: `.NAME.partial` and `.NAME.partial.json` (the beginning of a
/// download and what is needed to resume it), `.NAME.lock` (while a download runs) and
/// `.NAME.verified` (the hash that was found, with the size and time of change of that moment). A
/// file out of a downloaded zip lies there under its own name.
///
/// ```swift
/// let path = try DownloadCache.standard().fetch(file, progress: progress)
/// ```
package struct DownloadCache: Sendable {
  /// The folder; made when the first file is fetched.
  package let folder: String

  /// A cache in a folder of one's own.
  package init(folder: String) { self.folder = folder }

  /// The user's cache: `encoderzoo/weights` in `XDG_CACHE_HOME`, else in `~/.cache`.
  ///
  /// Paths that are not absolute are passed over, as the XDG base directory specification demands.
  ///
  /// - Throws: `ZooError` of code `.notFound` when neither is known.
  package static func standard() throws -> DownloadCache {
    try standard(environment: ProcessInfo.processInfo.environment)
  }

  static func standard(environment: [String: String]) throws -> DownloadCache {
    guard let folder = folder("weights", environment: environment) else {
      throw ZooError(
        .notFound,
        "no folder for downloaded files: neither XDG_CACHE_HOME nor HOME is an absolute path",
        advice: "Set XDG_CACHE_HOME to a folder that can be written.")
    }
    return DownloadCache(folder: folder)
  }

  /// A folder of the user's cache: `encoderzoo/NAME` in `XDG_CACHE_HOME`, else in `~/.cache`; nil where
  /// neither is an absolute path.
  package static func folder(
    _ name: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    [("XDG_CACHE_HOME", ""), ("HOME", "/.cache")].compactMap { variable, tail in
      environment[variable].flatMap {
        $0.hasPrefix("/")
          ? ($0 + tail as NSString).appendingPathComponent("encoderzoo/\(name)") : nil
      }
    }.first
  }

  /// The path of a file that is at hand, else nil.
  ///
  /// Its size is right, and its hash was right when it was last looked at. A file that was put
  /// there by hand is taken by its size alone: `fetch` is what hashes it.
  package func path(for file: RemoteFile) -> String? {
    switch try? CachedFile(pinned(file), in: folder).state() {
    case .verified, .unverified: CachedFile(file, in: folder).path
    case .absent, .wrong, nil: nil
    }
  }

  /// The path of the file, downloaded unless it is there.
  ///
  /// A file that is there is checked by its size. Its hash is computed if `verify` asks for it, or
  /// if it was never computed or the file was touched since; a file that fails is replaced.
  ///
  /// A download resumes what an earlier one left, hashes the whole and puts it in place at once.
  /// What has the wrong size or hash is removed; what was cut or interrupted stays for the next try
  /// if the server sent an entity tag or a date to resume by. Of several processes that fetch the
  /// same file, one downloads and the others wait.
  ///
  /// - Throws: `ZooError` of code `.wrongContent` (size or hash), `.download` (network, server),
  ///   `.refused` (offline, plain http, a redirect away from https), `.badValue` (no address) or
  ///   `.system`; `Interrupted` when a signal asks to stop.
  package func fetch(
    _ file: RemoteFile, progress: ProgressReporter, policy: DownloadPolicy = DownloadPolicy(),
    verify: Bool = false
  ) throws -> String {
    try fetch(file, progress: progress, policy: policy, verify: verify) {
      try Interruption.check()
    }
  }

  func fetch(
    _ file: RemoteFile, progress reporter: ProgressReporter, policy: DownloadPolicy, verify: Bool,
    checkInterruption: @escaping () throws -> Void
  ) throws -> String {
    let known = try pinned(file)
    let path = try fetch(known, reporter, policy, verify: verify, checkInterruption)
    try pin(known, reporter)
    return path
  }

  private func fetch(
    _ file: RemoteFile, _ reporter: ProgressReporter, _ policy: DownloadPolicy, verify: Bool,
    _ checkInterruption: @escaping () throws -> Void
  ) throws -> String {
    let cached = CachedFile(file, in: folder)
    let progress = ByteProgress(reporter)
    // Without the lock: files get their names at once and whole, and the folder may be read-only.
    var finding = try cached.check(
      verify: verify, progress: progress, checkInterruption: checkInterruption)
    if finding == .verified { return cached.path }
    try refuseIfOffline(finding, file, policy)
    try Address(file.url).check(policy)
    do { try AtomicFile.makeFolder(folder) } catch let error as ZooError {
      throw advised(error)
    }
    var hasWaited = false
    let lock = try makeLock(file.fileName) {
      if !hasWaited { progress.line("\(file.fileName): waiting for another download of it") }
      hasWaited = true
      try checkInterruption()
    }
    // Somebody else may have brought it meanwhile.
    finding = try cached.check(
      verify: verify, progress: progress, checkInterruption: checkInterruption)
    if finding != .verified {
      if case .wrong(let reason) = finding {
        progress.line("\(file.fileName): \(reason); downloading it again")
        cached.remove()
      }
      try download(cached, policy, progress, checkInterruption)
    }
    _ = consume lock
    return cached.path
  }

  func refuseIfOffline(
    _ finding: CachedFile.State, _ file: RemoteFile, _ policy: DownloadPolicy
  )
    throws
  {
    guard policy.isOffline, !(policy.allowsFileURLs && file.url.hasPrefix("file:")) else { return }
    var found = "it is not in \(folder)"
    if case .wrong(let reason) = finding { found = "in \(folder) \(reason)" }
    throw ZooError(
      .refused, "not downloaded: ENCODERZOO_OFFLINE forbids it, and \(found)",
      at: Place(path: file.url),
      advice: "Unset ENCODERZOO_OFFLINE, or put the file there as \(file.fileName).")
  }

  func makeLock(_ fileName: String, onWait: () throws -> Void) throws -> FileLock {
    do {
      return try FileLock("\(folder)/.\(fileName).lock", onWait: onWait)
    } catch let error as ZooError { throw advised(error) }
  }

  private func advised(_ error: ZooError) -> ZooError {
    ZooError(
      error.code, error.message, at: error.place,
      advice: "Set XDG_CACHE_HOME to a folder that can be written.")
  }

  private func download(
    _ cached: CachedFile, _ policy: DownloadPolicy, _ progress: ByteProgress,
    _ checkInterruption: @escaping () throws -> Void
  ) throws {
    let file = cached.file
    let partial = try PartialFile(
      path: "\(folder)/.\(file.fileName).partial", url: file.url,
      limit: file.size ?? policy.maximumSize
    ) { _ in try checkInterruption() }
    do {
      let digest = try Download(
        file, into: partial, policy: policy, progress: progress,
        checkInterruption: checkInterruption
      ).run()
      try partial.move(to: cached.path)
      cached.record(digest)
    } catch {
      if (error as? ZooError)?.code == .wrongContent {
        partial.discard()
      } else {
        partial.keepIfUseful()
      }
      throw error
    }
  }
}
