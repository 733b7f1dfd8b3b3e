import Basics
import Downloads
import Foundation

/// Reads a catalogue and believes it only when all of this holds, in this order: its bytes are signed
/// by the key that is trusted for its source, or by one that it was passed on to; they are a catalogue
/// that this version of the program may read; it is not older than one seen before, nor another one of
/// the same version; it has not expired.
package struct CatalogueClient {
  package let store: BundleStore
  package let source: BundleSource
  /// The key a person has given; nil trusts on first use.
  package let key: MinisignPublicKey?
  /// The version of this program.
  package let client: BundleVersion
  package let progress: ProgressReporter
  var now = Timestamp.now

  package init(
    store: BundleStore, source: BundleSource, key: MinisignPublicKey?, client: BundleVersion,
    progress: ProgressReporter
  ) {
    self.store = store
    self.source = source
    self.key = key
    self.client = client
    self.progress = progress
  }

  /// Most keys that a catalogue may have been passed on to since it was last seen.
  private static let maximumRotations = 8

  /// The catalogue, verified; the store remembers it as the newest seen.
  ///
  /// - Throws: `ZooError` of code `.untrusted`, `.stale`, `.badFormat`, `.badValue`, `.unsupported`, or
  ///   what fetching throws; `Interrupted`. The store is then as it was.
  package func load() throws -> BundleIndex {
    var trust = try trusted()
    let (data, key) = try signed(trust.key)
    let index = try BundleIndex.parse(data, path: place(BundleIndex.fileName).path ?? "")
    let digest = try sha256(of: data)
    try checkAge(index, digest, trust)
    if key != trust.key {
      progress.line("\(source.name): the key \(trust.key.id) has passed it on to \(key.id)")
    }
    let before = try store.trust(source.name)
    if before == nil, self.key == nil {
      progress.line(
        "\(source.name): trusting the key \(key) from now on (first use; --key names another)")
    }
    trust.key = key
    (trust.version, trust.sha256, trust.revoked) = (index.version, digest, index.revoked)
    if trust != before { try store.remember(trust) }
    return index
  }

  private func place(_ path: String) -> Place { Place(path: "\(source.name)/\(path)") }

  /// What is known of the source; at the first time the key given, or the one it offers.
  private func trusted() throws -> TrustRecord {
    if let known = try store.trust(source.name) {
      guard key == nil || key == known.key else {
        throw ZooError(
          .untrusted,
          "the key \(known.key.id) is trusted for \(source.name), and --key names \(key?.id.description ?? "")",
          advice:
            "if the publisher told you of a new key, remove \(try store.trustPath(source.name))")
      }
      return known
    }
    if let key { return TrustRecord(source: source.name, key: key) }
    let file = PublishedTree.keyName
    guard let data = try source.bytes(file, limit: 4096, progress: progress) else {
      throw ZooError(
        .notFound, "no catalogue is published there: it has no \(file)",
        at: Place(path: source.name))
    }
    let offered = try MinisignPublicKey(file: data, path: place(file).path ?? "")
    return TrustRecord(source: source.name, key: offered)
  }

  /// The bytes of the catalogue with the key that signed them.
  ///
  /// Catalogue and signature are two files, and a publication may come in between: then the signature
  /// is found by the hash of the bytes.
  private func signed(_ trusted: MinisignPublicKey) throws -> (Data, MinisignPublicKey) {
    let name = BundleIndex.fileName
    guard let data = try source.bytes(name, limit: BundleIndex.maximumSize, progress: progress)
    else {
      throw ZooError(.notFound, "no catalogue is published there", at: place(name))
    }
    var failure: ZooError?
    for file in [BundleIndex.signatureName, PublishedTree.signaturePath(try sha256(of: data))] {
      guard
        let bytes = try source.bytes(
          file, limit: MinisignSignature.maximumSize, progress: progress)
      else { continue }
      do {
        let signature = try MinisignSignature(bytes, path: place(file).path ?? "")
        let key = try successor(of: trusted, to: signature.keyID)
        try signature.verify(data, key: key)
        return (data, key)
      } catch let error as ZooError
        where [.untrusted, .badFormat, .unsupported].contains(error.code)
      {
        failure = failure ?? error
      }
    }
    throw failure ?? ZooError(.untrusted, "the catalogue is not signed", at: place(name))
  }

  /// The key of that number, if the trusted one has passed the catalogue on to it.
  private func successor(of trusted: MinisignPublicKey, to id: KeyID) throws -> MinisignPublicKey {
    var key = trusted
    for _ in 0..<Self.maximumRotations where key.id != id {
      let file = PublishedTree.successorPath(key.id)
      guard let data = try source.bytes(file, limit: 4096, progress: progress),
        let bytes = try source.bytes(
          "\(file).minisig", limit: MinisignSignature.maximumSize, progress: progress)
      else { break }
      try MinisignSignature(bytes, path: place("\(file).minisig").path ?? "").verify(data, key: key)
      key = try MinisignPublicKey(file: data, path: place(file).path ?? "")
    }
    guard key.id == id else {
      throw ZooError(
        .untrusted,
        "the catalogue is signed by the key \(id); trusted is \(trusted.id), which has not passed it on",
        at: Place(path: source.name),
        advice: "ask the publisher; somebody else may have put files there")
    }
    return key
  }

  private func checkAge(_ index: BundleIndex, _ digest: String, _ trust: TrustRecord) throws {
    let place = place(BundleIndex.fileName)
    guard index.minimumClient <= client else {
      throw ZooError(
        .unsupported, "needs version \(index.minimumClient) of the program; this is \(client)",
        at: place, advice: "install a newer version of the program")
    }
    guard index.version >= trust.version else {
      throw ZooError(
        .stale, "is version \(index.version); version \(trust.version) was seen before", at: place,
        advice: "an old copy is being served: try later, or ask the publisher")
    }
    guard index.version > trust.version || digest == trust.sha256 else {
      throw ZooError(
        .stale, "is version \(index.version), as one seen before, but has other content",
        at: place, advice: "ask the publisher: a version never changes")
    }
    guard now < index.expires else {
      throw ZooError(
        .stale, "expired on \(index.expires)", at: place,
        advice: "its publisher has to renew it (zoo bundle publish --to DIR --key KEY); what is "
          + "installed goes on working")
    }
  }
}
