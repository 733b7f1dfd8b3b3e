import Basics
import Foundation

/// `record.json` beside an installed bundle: where it came from, and the licences that were shown.
package struct InstallRecord: Sendable, Equatable {
  /// The address or folder of the catalogue.
  package let source: String
  /// The key that signed the catalogue.
  package let key: String
  /// SHA-256 of the manifest.
  package let sha256: String
  /// The licences as they were shown before the download.
  package let licences: BundleLicences
  package let installed: Timestamp

  static let fileName = "record.json"

  init(
    source: String, key: String, sha256: String, licences: BundleLicences, installed: Timestamp
  ) {
    self.source = source
    self.key = key
    self.sha256 = sha256
    self.licences = licences
    self.installed = installed
  }

  init(folder: String) throws {
    var root = try JSONValue.parse(contentsOf: "\(folder)/\(Self.fileName)").object()
    try BundleManifest.checkSchema(&root)
    source = try root.string("source")
    key = try root.string("key")
    sha256 = try checkedDigest(root.required("sha256"))
    licences = try BundleLicences(root.required("licences"))
    let time = try root.required("installed")
    installed = try Timestamp(time.string(), at: time.place)
    try root.finish()
  }

  func write(to folder: String) throws {
    let value: JSONValue = [
      "schema": 1, "source": source.json, "key": key.json,
      "sha256": sha256.json, "licences": licences.json, "installed": "\(installed)".json,
    ]
    try AtomicFile.write(value.text() + "\n", to: "\(folder)/\(Self.fileName)")
  }
}
