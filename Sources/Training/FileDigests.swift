import Basics
import Downloads
import Foundation
import Synchronization

/// `digests.json` of a finished piece of work: the SHA-256 of each file it left, and of what it was
/// made from.
///
/// A piece that is read again is held against it: what is damaged, or belongs to another piece, is
/// not used.
package struct FileDigests: Sendable, Equatable {
  package static let fileName = "digests.json"

  /// By path below the folder.
  package var files: [String: String]
  /// What the piece was made from, by name.
  package var inputs: [String: String]

  /// The digests of files of a folder; with `isInterruptible` a signal stops here.
  ///
  /// - Throws: `ZooError` that names a file that can't be read; `Interrupted`.
  package init(
    of files: [String], in folder: String, inputs: [String: String], isInterruptible: Bool = true
  ) throws {
    self.files = Dictionary(
      uniqueKeysWithValues: try files.map {
        ($0, try FileDigests.digest("\(folder)/\($0)", isInterruptible: isInterruptible))
      })
    self.inputs = inputs
  }

  /// Which content a path had: another content has another time of change, or is another file.
  private struct Identity: Equatable {
    let device, node, size, seconds, nanoseconds: Int

    /// Seconds since the change.
    var age: Double {
      Date().timeIntervalSince1970 - Double(seconds) - Double(nanoseconds) * 1e-9
    }

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      device = Int(truncatingIfNeeded: status.st_dev)
      node = Int(truncatingIfNeeded: status.st_ino)
      size = Int(status.st_size)
      (seconds, nanoseconds) = (status.st_ctim.tv_sec, status.st_ctim.tv_nsec)
    }
  }

  /// What this process has read already: cells of a study start from the same ones again and again.
  private static let known = Mutex<[String: (identity: Identity, digest: String)]>([:])
  /// Files that are remembered.
  private static let limit = 10_000

  private static func digest(_ path: String, isInterruptible: Bool = true) throws -> String {
    let identity = Identity(path)
    if let identity, let known = known.withLock({ $0[path] }), known.identity == identity {
      return known.digest
    }
    let digest = try sha256(ofFile: path) { _ in if isInterruptible { try Interruption.check() } }
    // Of a file that changes meanwhile it would be neither's; times are those of a clock that ticks every few milliseconds.
    if let identity, Identity(path) == identity, identity.age > 0.05 {
      known.withLock {
        if $0.count >= limit { $0 = [:] }
        $0[path] = (identity, digest)
      }
    }
    return digest
  }

  /// Reads the digests of a folder; nil where there are none.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package static func read(folder: String) throws -> FileDigests? {
    let path = "\(folder)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try FileDigests(path: path)
  }

  private init(path: String) throws {
    var root = try JSONValue.parse(contentsOf: path).object()
    _ = try root.required("schema").integer(in: 1...1)
    files = try root.required("files").texts()
    inputs = try root.required("inputs").texts()
    try root.finish()
  }

  /// Writes the digests into a folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  package func write(to folder: String) throws {
    let value: JSONValue = [
      "schema": 1, "files": JSONValue(texts: files), "inputs": JSONValue(texts: inputs),
    ]
    try AtomicFile.write(value.text() + "\n", to: "\(folder)/\(FileDigests.fileName)")
  }

  /// What of a folder's files is not as it was written, in a sentence; nil where all is.
  ///
  /// With `isWanted` those alone are looked at whose names are wanted, and missed where they are not there.
  ///
  /// - Throws: `Interrupted`.
  package func damage(
    in folder: String, among isWanted: (String) -> Bool = { _ in true }
  ) throws -> String? {
    for (name, digest) in files.sorted(by: { $0.key < $1.key })
    where isWanted(name) {
      let found: String
      do { found = try FileDigests.digest("\(folder)/\(name)") } catch let error as ZooError {
        return "\(name): \(error.message)"
      }
      if found != digest { return "\(name) is not what was written: its SHA-256 differs" }
    }
    return nil
  }

  /// Sees that a finished piece is as it was left, where its version kept digests.
  ///
  /// - Throws: `ZooError` that names what is not; `Interrupted`.
  package static func check(
    folder: String, advice: String = "the command that made it makes it anew with --resume"
  ) throws {
    guard let fault = try read(folder: folder)?.damage(in: folder) else { return }
    throw ZooError(
      .badFormat, "was changed since it was finished: \(fault)", at: Place(path: folder),
      advice: advice)
  }

  /// Which input is another one, in a sentence; nil where all are the same.
  package func foreignInput(_ wanted: [String: String]) -> String? {
    guard inputs != wanted else { return nil }
    let names = Set(inputs.keys).union(wanted.keys).sorted().filter { inputs[$0] != wanted[$0] }
    return "it was made from other inputs: \(names.joined(separator: ", "))"
  }
}
