import Basics
import Downloads
import Foundation

/// The bundles that are installed for a person, and what is known of the catalogues they came from.
///
/// `bundles/NAME/VERSION/` holds `bundle/`, whose files are the manifest's and no others, and
/// `record.json`. A version is there whole or not at all: it is filled under a hidden name and
/// renamed, and renamed away before it is removed. `catalogues/` holds the keys that are trusted.
package struct BundleStore: Sendable {
  /// The folder; made when the first bundle is installed.
  package let folder: String

  /// A bundle that is there.
  package struct Installed: Sendable {
    package let id: String
    package let version: BundleVersion
    /// The folder with `bundle.json`.
    package let path: String
    package let record: InstallRecord

    /// `NAME@VERSION`.
    package var name: String { "\(id)@\(version)" }
  }

  /// A store in a folder of one's own.
  package init(folder: String) { self.folder = folder }

  /// The user's store: `encoderzoo` in `XDG_DATA_HOME`, else in `~/.local/share`.
  ///
  /// - Throws: `ZooError` of code `.notFound` when neither is known.
  package static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> BundleStore {
    for (variable, tail) in [("XDG_DATA_HOME", ""), ("HOME", "/.local/share")] {
      guard let value = environment[variable], value.hasPrefix("/") else { continue }
      return BundleStore(folder: (value + tail as NSString).appendingPathComponent("encoderzoo"))
    }
    throw ZooError(
      .notFound,
      "no folder for installed bundles: neither XDG_DATA_HOME nor HOME is an absolute path",
      advice: "Set XDG_DATA_HOME to a folder that can be written.")
  }

  var bundles: String { "\(folder)/bundles" }

  /// The folder of one version.
  func place(_ id: String, _ version: BundleVersion) -> String { "\(bundles)/\(id)/\(version)" }

  /// All installed bundles, by name and version.
  ///
  /// - Throws: `ZooError` that names a record that can't be read.
  package func installed() throws -> [Installed] {
    try visible(bundles).flatMap { id in try installed(id) }
  }

  /// The installed versions of a bundle, the newest last.
  ///
  /// - Throws: `ZooError` that names a record that can't be read.
  package func installed(_ id: String) throws -> [Installed] {
    try visible("\(bundles)/\(id)").compactMap { try? BundleVersion($0) }.sorted().map { version in
      let path = place(id, version)
      return Installed(
        id: id, version: version, path: "\(path)/bundle", record: try InstallRecord(folder: path))
    }
  }

  /// An installed bundle: of a version, or the newest; nil where there is none.
  ///
  /// - Throws: `ZooError` that names a record that can't be read.
  package func find(_ name: BundleName) throws -> Installed? {
    try installed(name.id).last { name.version == nil || $0.version == name.version }
  }

  /// Removes a bundle: one version, or all of them; the names that were removed.
  ///
  /// - Throws: `ZooError` of code `.notFound` that tells what is installed; `Interrupted`.
  package func remove(_ name: BundleName) throws -> [String] {
    try locked {
      let found = try installed(name.id).filter {
        name.version == nil || $0.version == name.version
      }
      guard !found.isEmpty else {
        let names = try installed().map(\.name)
        throw ZooError(
          .notFound,
          "\(name) is not installed; "
            + (names.isEmpty
              ? "no bundle is" : "installed: \(names.joined(separator: ", "))"))
      }
      for bundle in found {
        let path = place(bundle.id, bundle.version)
        let trash = "\(bundles)/\(Self.trash)\(bundle.name)"
        try StagedFolder.remove(trash)
        guard rename(path, trash) == 0 else { throw systemError("can't be removed", path) }
        try StagedFolder.remove(trash)
        // Only an empty folder goes.
        rmdir("\(bundles)/\(bundle.id)")
      }
      return found.map(\.name)
    }
  }

  private static let trash = ".trash-"

  /// Runs `body` alone among processes, what killed ones left half-done removed before.
  func locked<Result>(
    onWait: () throws -> Void = { try Interruption.check() }, _ body: () throws -> Result
  ) throws -> Result {
    try AtomicFile.makeFolder(bundles)
    let lock = try FileLock("\(folder)/.lock", onWait: onWait)
    for name in try folderEntries(bundles)
    where name.hasPrefix(Self.trash) || name.hasPrefix(StagedFolder.prefix) {
      try StagedFolder.remove("\(bundles)/\(name)")
    }
    let catalogues = "\(folder)/catalogues"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: catalogues)) ?? []
    where name.hasSuffix(".tmp") {
      unlink("\(catalogues)/\(name)")
    }
    let result = try body()
    _ = consume lock
    return result
  }

  private func visible(_ path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }
}
