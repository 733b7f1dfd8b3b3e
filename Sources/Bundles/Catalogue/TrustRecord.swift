import Basics
import Foundation

/// What a store knows of a catalogue: the key that is trusted, and the newest state that was seen.
///
/// Written only after everything about a newer state has been verified.
package struct TrustRecord: Sendable, Equatable {
  /// The address or folder.
  package var source: String
  /// The pinned key.
  package var key: MinisignPublicKey
  /// The highest version seen; 0 before the first.
  package var version: Int
  /// SHA-256 of the file of that version.
  package var sha256: String?
  /// What it had revoked.
  package var revoked: [BundleIndex.Revocation]

  private static let fileName = "trust.json"

  package init(source: String, key: MinisignPublicKey) {
    self.source = source
    self.key = key
    version = 0
    sha256 = nil
    revoked = []
  }

  init(path: String) throws {
    var root = try JSONValue.parse(contentsOf: path).object()
    try BundleManifest.checkSchema(&root)
    source = try root.string("source")
    let pinned = try root.required("key")
    key = try MinisignPublicKey(pinned.string(), at: pinned.place)
    version = try root.required("version").integer(in: 0...Int.max)
    sha256 = try root.value("sha256").map(checkedDigest)
    revoked = try root.required("revoked").array().map { try BundleIndex.Revocation($0) }
    try root.finish()
  }

  func write(to path: String) throws {
    let value: JSONValue = [
      "schema": 1, "source": source.json, "key": "\(key)".json, "version": version.json,
      "sha256": sha256.json, "revoked": revoked.map(\.json).json,
    ]
    try AtomicFile.makeFolder(parentFolder(of: path))
    try AtomicFile.write(value.text() + "\n", to: path)
  }
}

extension BundleStore {
  /// The catalogues that are trusted, by their source.
  ///
  /// - Throws: `ZooError` that names a record that can't be read.
  package func trusted() throws -> [TrustRecord] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/catalogues")) ?? []
    return try names.filter { $0.hasSuffix(".json") }.sorted().map {
      try TrustRecord(path: "\(folder)/catalogues/\($0)")
    }
  }

  /// The record of a source's catalogue; nil where it was never seen.
  ///
  /// - Throws: `ZooError` that names a record that can't be read.
  func trust(_ source: String) throws -> TrustRecord? {
    let path = try trustPath(source)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try TrustRecord(path: path)
  }

  /// Notes the newest state of a catalogue; one that is newer than this stays.
  func remember(_ trust: TrustRecord) throws {
    try locked {
      if let other = try self.trust(trust.source), other.version > trust.version { return }
      try trust.write(to: trustPath(trust.source))
    }
  }

  /// The file of a source's record.
  package func trustPath(_ source: String) throws -> String {
    "\(folder)/catalogues/\(try sha256(of: Data(source.utf8)).prefix(16)).json"
  }

  /// Why a bundle must not be used any more, as far as is known here; nil where nothing speaks
  /// against it.
  ///
  /// - Throws: `ZooError` that names a record that can't be read.
  package func revocation(of sha256: String) throws -> BundleIndex.Revocation? {
    try trusted().flatMap(\.revoked).first { $0.sha256 == sha256 }
  }
}
