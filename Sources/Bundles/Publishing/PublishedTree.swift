import Basics
import Downloads
import Foundation

/// A folder that any web server can serve: `registry.json` with its signature, the public key, and
/// blobs named by their SHA-256.
///
/// A blob is never overwritten and a version is final. `registry.json` is replaced by one renaming,
/// and its signature lies under the hash of its bytes before that, so that at every moment, a crash
/// included, a reader finds the old state or the new one. `registry.json.minisig` is the same
/// signature under the name that people look for.
package struct PublishedTree {
  package let folder: String
  /// The version of this program.
  let client: BundleVersion
  var now = Timestamp.now

  static let keyName = "minisign.pub"

  /// Where a blob lies.
  static func blobPath(_ sha256: String) -> String {
    "blobs/sha256/\(sha256.prefix(2))/\(sha256)"
  }

  /// Where the signature of a catalogue of that hash lies.
  static func signaturePath(_ sha256: String) -> String { "signatures/\(sha256).minisig" }

  /// Where the key is that another one has passed the catalogue on to.
  static func successorPath(_ id: KeyID) -> String { "keys/\(id).pub" }

  /// A folder to publish to; made when something is.
  package init(folder: String, client: BundleVersion) {
    self.folder = URL(fileURLWithPath: folder).standardizedFileURL.path
    self.client = client
  }

  /// Publishes bundles whose files are as their manifests list them; without any, the catalogue is
  /// signed anew with a later expiry.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a version that is published with other content,
  ///   `.untrusted` for a tree of another key, or what is wrong with a bundle; `Interrupted`.
  /// - Returns: lines for a reader.
  package func publish(_ bundles: [BundleFolder], key: MinisignSecretKey, days: Int) throws
    -> [String]
  {
    for bundle in bundles { try bundle.verify() }
    return try changed(key: key, days: days) { index in
      let before = index
      let lines = try bundles.map { try add($0, to: &index) }
      return Change(lines: lines, isNew: bundles.isEmpty || index != before)
    }
  }

  /// Tells readers that a bundle must not be used any more.
  ///
  /// - Throws: `ZooError` of code `.notFound` or `.untrusted`; `Interrupted`.
  package func revoke(_ name: BundleName, reason: String, key: MinisignSecretKey, days: Int) throws
    -> [String]
  {
    try changed(key: key, days: days) { index in
      guard name.version != nil else {
        throw ZooError(.usage, "\(name) names no version; expected NAME@VERSION")
      }
      let entry = try index.entry(name)
      guard index.revocation(of: entry.sha256) == nil else {
        throw ZooError(.conflict, "\(entry.name) is revoked already", at: Place(path: folder))
      }
      index.revoked.append(.init(sha256: entry.sha256, reason: reason))
      return Change(lines: ["revoked \(entry.name)"], isNew: true)
    }
  }

  /// Passes the tree on to another key: the old one signs the new.
  ///
  /// - Throws: `ZooError` of code `.untrusted` for a tree of another key; `Interrupted`.
  package func rotate(from old: MinisignSecretKey, to new: MinisignSecretKey, days: Int) throws
    -> [String]
  {
    guard old.publicKey.id != new.publicKey.id else {
      throw ZooError(.usage, "the new key is the old one")
    }
    return try locked {
      var index = try current(old.publicKey)
      let text = Data(new.publicKey.fileText.utf8)
      let path = "\(folder)/\(PublishedTree.successorPath(old.publicKey.id))"
      try AtomicFile.makeFolder(parentFolder(of: path))
      try AtomicFile.write(text, to: path)
      try AtomicFile.write(
        old.sign(text, trustedComment: "passed on to \(new.publicKey.id)"), to: "\(path).minisig")
      try write(&index, key: new, days: days)
      try AtomicFile.write(text, to: "\(folder)/\(PublishedTree.keyName)")
      return ["\(folder): passed on from \(old.publicKey.id) to \(new.publicKey.id)"]
    }
  }

  private struct Change {
    let lines: [String]
    /// Whether there is anything to publish.
    let isNew: Bool
  }

  private func changed(
    key: MinisignSecretKey, days: Int, _ change: (inout BundleIndex) throws -> Change
  ) throws -> [String] {
    try locked {
      var index = try current(key.publicKey)
      let change = try change(&index)
      guard change.isNew else { return change.lines }
      try write(&index, key: key, days: days)
      return change.lines + ["\(folder): version \(index.version), until \(index.expires)"]
    }
  }

  private func add(_ bundle: BundleFolder, to index: inout BundleIndex) throws -> String {
    let entry = try BundleIndex.Entry(bundle)
    if let there = index.entries.first(where: { $0.name == entry.name }) {
      guard there.sha256 == entry.sha256 else {
        throw ZooError(
          .conflict, "\(entry.name) is published with other content; a version is final",
          at: Place(path: folder), advice: "make the bundle with a new --version")
      }
      return "\(entry.name) is published already"
    }
    if let revocation = index.revocation(of: entry.sha256) {
      throw ZooError(.stale, "\(entry.name) was revoked: \(revocation.reason)")
    }
    for file in bundle.manifest.files {
      try put("\(bundle.path)/\(file.path)", sha256: file.sha256, size: file.size)
    }
    if let signature = entry.signature {
      try put(
        "\(bundle.path)/\(BundleManifest.signatureName)", sha256: signature.sha256,
        size: signature.size)
    }
    try put("\(bundle.path)/\(BundleManifest.fileName)", sha256: entry.sha256, size: entry.size)
    index.entries.append(entry)
    index.entries.sort { ($0.id, $0.version) < ($1.id, $1.version) }
    return "published \(entry.name)"
  }

  /// Puts a file among the blobs, unless it is there.
  private func put(_ source: String, sha256: String, size: Int) throws {
    let path = "\(folder)/\(PublishedTree.blobPath(sha256))"
    let blob = BundleFile(path: sha256, size: size, sha256: sha256, mediaType: "", role: .model)
    if FileManager.default.fileExists(atPath: path) {
      do { return try BundleFolder.check(blob, at: path) } catch let error as ZooError {
        throw ZooError(
          error.code, "a blob is damaged: \(error.message)", at: error.place,
          advice: "remove it, and publish again")
      }
    }
    try AtomicFile.makeFolder(parentFolder(of: path))
    let digest = try CopiedFile.copy(source, to: "\(path).new", limit: size)
    guard digest == sha256 else {
      unlink("\(path).new")
      throw ZooError(
        .wrongContent, "has changed while it was published", at: Place(path: source))
    }
    guard rename("\(path).new", path) == 0 else { throw systemError("can't be put in place", path) }
    StagedFolder.flushFolder(parentFolder(of: path))
  }
}
