import Basics
import Foundation

/// The place of a file in the cache, and what lies there.
struct CachedFile {
  /// What lies there.
  enum State: Equatable {
    case absent
    /// The size is right; the hash was never computed, or the file was touched since.
    case unverified
    /// The hash was right, and the file was not touched since.
    case verified
    /// Something else, with what is wrong about it.
    case wrong(String)
  }

  let file: RemoteFile
  let path: String
  private let recordPath: String

  init(_ file: RemoteFile, in folder: String) {
    self.file = file
    path = "\(folder)/\(file.fileName)"
    recordPath = "\(folder)/.\(file.fileName).verified"
  }

  /// What lies there, without reading it.
  ///
  /// - Throws: `ZooError` of code `.conflict` when it is no file, `.system` when it can't be known.
  func state() throws -> State {
    guard let information = try information() else { return .absent }
    let size = Int(information.st_size)
    if let expected = file.size, size != expected {
      return .wrong("has \(size) bytes; expected \(expected)")
    }
    guard let record = VerifiedRecord(contentsOf: recordPath), record.describes(information) else {
      return .unverified
    }
    return file.hash.matches(record.sha256) ? .verified : .wrong(hashText(record.sha256))
  }

  /// What lies there, hashed if it is not known or if `verify` asks for it; never `.unverified`.
  ///
  /// - Throws: as `state`, and what `checkInterruption` throws.
  func check(
    verify: Bool, progress: ByteProgress, checkInterruption: () throws -> Void
  ) throws -> State {
    let state = try state()
    switch state {
    case .absent, .wrong: return state
    case .verified where !verify: return state
    case .verified, .unverified: break
    }
    guard let before = try information() else { return .absent }
    // A gigabyte takes about a second: less than that is not worth a line.
    let isShown = before.st_size >= 500_000_000
    if isShown { progress.begin("checking \(file.fileName)", total: Int(before.st_size)) }
    defer { if isShown { progress.end() } }
    let digest = try sha256(ofFile: path) { count in
      if isShown { progress.add(count) }
      try checkInterruption()
    }
    guard file.hash.matches(digest) else { return .wrong(hashText(digest)) }
    // A record that can't be written (a read-only cache) costs another hash next time.
    try? VerifiedRecord(sha256: digest, before).write(to: recordPath)
    return .verified
  }

  /// Notes the hash of what lies there.
  func record(_ digest: String) {
    guard let information = try? information() else { return }
    try? VerifiedRecord(sha256: digest, information).write(to: recordPath)
  }

  /// The hash that was found when the file was last looked at; nil where it was touched since.
  func knownDigest() throws -> String? {
    guard let information = try information(), let record = VerifiedRecord(contentsOf: recordPath),
      record.describes(information)
    else { return nil }
    return record.sha256
  }

  func remove() {
    unlink(path)
    unlink(recordPath)
  }

  private func hashText(_ digest: String) -> String {
    "has the SHA-256 \(digest); expected \(file.hash)"
  }

  /// Nil when nothing is there.
  private func information() throws -> stat? {
    var information = stat()
    guard stat(path, &information) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw systemError("can't be looked at", path)
    }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw ZooError(
        .conflict, "is a folder or no plain file; expected the downloaded file or nothing",
        at: Place(path: path), advice: "Move it elsewhere.")
    }
    return information
  }
}
