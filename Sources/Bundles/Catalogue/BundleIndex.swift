import Basics
import Foundation

/// The part of `registry.json` that tells published bundles: which there are, by the hash of their
/// manifests, and which of them must not be used any more.
///
/// The same file may hold encoders, fusion heads and sets of weights and vectors; those are read by
/// the program's own catalogue.
package struct BundleIndex: Sendable, Equatable {
  /// A published version of a bundle; it never changes.
  package struct Entry: Sendable, Equatable {
    package let id: String
    package let version: BundleVersion
    /// A sentence.
    package let summary: String
    /// Of the weights, an SPDX identifier.
    package let licence: String
    /// SHA-256 of the manifest.
    package let sha256: String
    /// Bytes of the manifest.
    package let size: Int
    /// Bytes of all files.
    package let totalSize: Int
    /// SHA-256 and bytes of the author's signature of the manifest; nil where there is none.
    package let signature: Signature?
    package let status: Status

    /// Where an author's signature is.
    package struct Signature: Sendable, Equatable {
      package let sha256: String
      package let size: Int
    }

    /// `NAME@VERSION`.
    package var name: String { "\(id)@\(version)" }
  }

  /// What a publisher says of a version.
  package enum Status: String, Sendable, CaseIterable {
    case active
    /// Another one is to be preferred; it is installed only when its version is named.
    case deprecated
  }

  /// A bundle that must not be used any more.
  package struct Revocation: Sendable, Equatable {
    /// SHA-256 of its manifest.
    package let sha256: String
    package let reason: String
  }

  /// Rises with every change.
  package var version: Int
  package var generated: Timestamp
  /// After this moment the file counts as stale.
  package var expires: Timestamp
  /// The oldest version of the program that may read it.
  package var minimumClient: BundleVersion
  package var entries: [Entry]
  package var revoked: [Revocation]

  package static let fileName = "registry.json"
  package static let signatureName = "registry.json.minisig"
  /// Most bytes of the file.
  package static let maximumSize = 16 << 20

  package init(
    version: Int, generated: Timestamp, expires: Timestamp, minimumClient: BundleVersion,
    entries: [Entry], revoked: [Revocation]
  ) {
    self.version = version
    self.generated = generated
    self.expires = expires
    self.minimumClient = minimumClient
    self.entries = entries
    self.revoked = revoked
  }

  /// The revocation of a bundle; nil where there is none.
  package func revocation(of sha256: String) -> Revocation? {
    revoked.first { $0.sha256 == sha256 }
  }

  /// The entry of a name: of its version, or the newest that is neither deprecated nor revoked.
  ///
  /// - Throws: `ZooError` of code `.notFound` that names the nearest name.
  package func entry(_ name: BundleName) throws -> Entry {
    let versions = entries.filter { $0.id == name.id }
    guard !versions.isEmpty else {
      let names = Array(Set(entries.map(\.id))).sorted()
      throw ZooError(
        .notFound,
        "no bundle is called \"\(name.id)\"; "
          + (names.isEmpty ? "none is published there" : suggestion(for: name.id, among: names)))
    }
    if let version = name.version {
      guard let entry = versions.first(where: { $0.version == version }) else {
        let known = versions.map(\.version).sorted().map(\.description)
        throw ZooError(
          .notFound,
          "\(name.id) has no version \(version); published: "
            + known.joined(separator: ", "))
      }
      return entry
    }
    let usable = versions.filter { $0.status == .active && revocation(of: $0.sha256) == nil }
    guard let newest = usable.max(by: { $0.version < $1.version }) else {
      throw ZooError(
        .stale, "every version of \(name.id) is deprecated or revoked",
        advice: "name a version to have a deprecated one: \(name.id)@VERSION")
    }
    return newest
  }
}
