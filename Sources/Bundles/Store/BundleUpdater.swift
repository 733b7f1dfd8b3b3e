import Basics

/// Brings installed bundles to their newest published versions, and tells which were revoked.
package struct BundleUpdater {
  private let store: BundleStore
  private let installer: (BundleSource) throws -> BundleInstaller

  /// An updater; `installer` makes the installer of a source.
  package init(store: BundleStore, installer: @escaping (BundleSource) throws -> BundleInstaller) {
    self.store = store
    self.installer = installer
  }

  /// Updates a bundle, or all; older versions stay until they are removed.
  ///
  /// A source that fails is named, and the others are updated all the same.
  ///
  /// - Throws: `ZooError` of code `.notFound` for a bundle that is not installed, or of the first source
  ///   that failed, after all others; `Interrupted`.
  package func update(_ name: BundleName?, hear: (String) -> Void) throws {
    let installed = try store.installed().filter { name == nil || $0.id == name?.id }
    if let name, installed.isEmpty {
      throw ZooError(
        .notFound, "\(name.id) is not installed", advice: "get it by: zoo bundle install \(name.id)"
      )
    }
    var failure: ZooError?
    for (id, versions) in Dictionary(grouping: installed, by: \.id).sorted(by: { $0.key < $1.key })
    {
      guard let newest = versions.max(by: { $0.version < $1.version }) else { continue }
      do {
        hear(try update(id, newest))
      } catch let error as ZooError {
        hear("\(id): not updated: \(error.message)")
        failure = failure ?? error
      }
      for version in versions {
        if let revocation = try store.revocation(of: version.record.sha256) {
          hear("\(version.name) was REVOKED by its publisher: \(revocation.reason)")
        }
      }
    }
    if let failure { throw failure }
  }

  private func update(_ id: String, _ newest: BundleStore.Installed) throws -> String {
    let installer = try installer(BundleSource.given(newest.record.source))
    let index = try installer.client.load()
    let entry = try index.entry(BundleName(id))
    guard entry.version > newest.version else { return "\(newest.name): nothing newer" }
    let outcome = try installer.install(BundleName("\(id)@\(entry.version)"))
    return "\(newest.name) → \(outcome.bundle.version)"
  }
}
