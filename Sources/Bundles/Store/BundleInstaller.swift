import Basics
import Downloads
import Foundation

/// Brings a published bundle into the store: whole and verified, or not at all.
package struct BundleInstaller {
  package let client: CatalogueClient
  /// Most bytes of a bundle's files.
  package let maximumSize: Int
  /// Hears of the licences before anything is downloaded.
  private let show: ([String]) -> Void

  private var store: BundleStore { client.store }
  private var source: BundleSource { client.source }

  package init(client: CatalogueClient, maximumSize: Int, show: @escaping ([String]) -> Void) {
    self.client = client
    self.maximumSize = maximumSize
    self.show = show
  }

  /// What became of an installation.
  package struct Outcome {
    package let bundle: BundleStore.Installed
    /// False where it was there already.
    package let isNew: Bool
  }

  /// Installs a bundle: the newest version, or the one that is named.
  ///
  /// Files that an earlier try has left half downloaded are gone on with.
  ///
  /// - Throws: `ZooError` of code `.stale` when it is revoked, `.wrongContent` for files that are not
  ///   the published ones, what loading the catalogue and fetching throw; `Interrupted`. The store is
  ///   then as it was.
  package func install(_ name: BundleName) throws -> Outcome {
    let index = try client.load()
    let entry = try index.entry(name)
    if let revocation = index.revocation(of: entry.sha256) {
      throw ZooError(
        .stale, "\(entry.name) was revoked by its publisher: \(revocation.reason)",
        at: Place(path: source.name))
    }
    if let there = try present(entry) { return Outcome(bundle: there, isNew: false) }
    let manifestData = try source.blobData(
      entry.sha256, size: entry.size, progress: client.progress)
    let manifest = try BundleManifest.parse(
      manifestData, path: "\(source.name)/\(PublishedTree.blobPath(entry.sha256))")
    try check(manifest, entry)
    show(["\(manifest.name): \(manifest.summary)"] + manifest.licences.lines)
    let signature = try authorSignature(entry, manifestData)
    for file in manifest.files {
      _ = try source.blob(file.sha256, size: file.size, progress: client.progress)
    }
    let outcome = try store.locked {
      if let there = try present(entry) { return Outcome(bundle: there, isNew: false) }
      try place(manifest, manifestData, signature, entry)
      guard let bundle = try present(entry) else {
        throw ZooError(.system, "\(entry.name) is not there after it was put in place")
      }
      // Under the lock: another installation may still need a blob of the same content, and fetches
      // it again where it is gone.
      for blob in manifest.files.map(\.sha256) + [entry.sha256] { source.release(blob) }
      return Outcome(bundle: bundle, isNew: true)
    }
    return outcome
  }

  /// The version where it is installed.
  private func present(_ entry: BundleIndex.Entry) throws -> BundleStore.Installed? {
    guard let there = try store.installed(entry.id).first(where: { $0.version == entry.version })
    else { return nil }
    guard there.record.sha256 == entry.sha256 else {
      throw ZooError(
        .conflict,
        "\(entry.name) is installed from \(there.record.source), and is another bundle there",
        at: Place(path: source.name),
        advice: "remove that one first: zoo bundle remove \(entry.name)")
    }
    return there
  }

  private func check(_ manifest: BundleManifest, _ entry: BundleIndex.Entry) throws {
    guard manifest.id == entry.id, manifest.version == entry.version else {
      throw ZooError(
        .wrongContent, "the catalogue's \(entry.name) is the manifest of \(manifest.name)",
        at: Place(path: source.name))
    }
    guard manifest.totalSize <= maximumSize else {
      throw ZooError(
        .refused,
        "\(entry.name) has \(manifest.totalSize) bytes; expected at most \(maximumSize)",
        at: Place(path: source.name), advice: "allow more by --max-size MB")
    }
  }

  /// The author's signature of the manifest; where it is of the catalogue's key it must hold.
  private func authorSignature(_ entry: BundleIndex.Entry, _ manifest: Data) throws -> Data? {
    guard let blob = entry.signature else { return nil }
    let data = try source.blobData(blob.sha256, size: blob.size, progress: client.progress)
    let signature = try MinisignSignature(
      data, path: "\(source.name)/\(PublishedTree.blobPath(blob.sha256))")
    if let key = try store.trust(source.name)?.key, key.id == signature.keyID {
      try signature.verify(manifest, key: key)
    }
    return data
  }

  private func place(
    _ manifest: BundleManifest, _ manifestData: Data, _ signature: Data?,
    _ entry: BundleIndex.Entry
  ) throws {
    let target = store.place(entry.id, entry.version)
    let staged = "\(store.bundles)/\(StagedFolder.prefix)\(entry.name)"
    try StagedFolder.remove(staged)
    do {
      let bundle = "\(staged)/bundle"
      try AtomicFile.makeFolder(bundle)
      for file in manifest.files { try copy(file, to: "\(bundle)/\(file.path)") }
      try AtomicFile.write(manifestData, to: "\(bundle)/\(BundleManifest.fileName)")
      if let signature {
        try AtomicFile.write(signature, to: "\(bundle)/\(BundleManifest.signatureName)")
      }
      try InstallRecord(
        source: source.name, key: store.trust(source.name).map { "\($0.key)" } ?? "",
        sha256: entry.sha256, licences: manifest.licences, installed: client.now
      ).write(to: staged)
      try AtomicFile.makeFolder(parentFolder(of: target))
      try StagedFolder.place(staged, at: target)
    } catch {
      try? StagedFolder.remove(staged)
      throw error
    }
  }

  /// Copies a blob; what is written is hashed on its way.
  private func copy(_ file: BundleFile, to path: String) throws {
    let source = try source.blob(file.sha256, size: file.size, progress: client.progress)
    try AtomicFile.makeFolder(parentFolder(of: path))
    let digest = try CopiedFile.copy(source, to: path, limit: file.size)
    guard digest == file.sha256 else {
      throw ZooError(
        .wrongContent, "has the SHA-256 \(digest); expected \(file.sha256)",
        at: Place(path: source))
    }
  }
}
