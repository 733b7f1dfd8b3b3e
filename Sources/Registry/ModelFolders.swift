import Basics
import Bundles
import Foundation

/// Where models are: folders, installed bundles by name, and those that come with the program.
package struct ModelFolders: Sendable {
  /// A model that was found.
  package struct Found: Sendable {
    /// The folder with `model.json`.
    package let path: String
    /// Why it must not be used any more; nil where nothing speaks against it.
    package let revocation: String?
  }

  /// `weights` beside the catalogue: the bundles that come with the program.
  package let shipped: String

  /// The folders of a catalogue.
  package init(_ catalogue: Catalogue) {
    let folder = URL(fileURLWithPath: catalogue.path).deletingLastPathComponent().path
    shipped = "\(folder)/weights"
  }

  /// The bundles that come with the program, by folder name.
  package var shippedBundles: [BundleFolder] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: shipped)) ?? []
    return names.sorted().compactMap { try? BundleFolder("\(shipped)/\($0)") }
  }

  /// The model that is meant: a folder or file of that path, else a bundle of that name; nil where
  /// there is none.
  ///
  /// - Throws: `ZooError` that names a record of an installed bundle that can't be read.
  package func find(_ name: String) throws -> Found? {
    if FileManager.default.fileExists(atPath: name) { return Found(path: name, revocation: nil) }
    guard let wanted = try? BundleName(name) else { return nil }
    if let store = try? BundleStore.standard(), let installed = try store.find(wanted) {
      guard try BundleFolder(installed.path).manifestDigest() == installed.record.sha256 else {
        throw ZooError(
          .badFormat, "is not the manifest that was installed: its SHA-256 differs",
          at: Place(path: "\(installed.path)/\(BundleManifest.fileName)"),
          advice:
            "get the bundle again: zoo bundle remove \(installed.name), then zoo bundle install "
            + installed.name)
      }
      let revocation = try store.revocation(of: installed.record.sha256)?.reason
      return Found(path: installed.path, revocation: revocation)
    }
    return shippedBundles.last {
      $0.manifest.id == wanted.id
        && (wanted.version == nil || $0.manifest.version == wanted.version)
    }.map { Found(path: $0.path, revocation: nil) }
  }

  /// The model that is meant.
  ///
  /// - Throws: `ZooError` of code `.notFound` that names the nearest bundle or folder, or where the models
  ///   of a folder are that holds several.
  package func folder(_ name: String) throws -> Found {
    if let found = try find(name) {
      try ModelFolders.check(found.path)
      return found
    }
    throw ZooError(
      .notFound,
      "no folder and no bundle is called \"\(name)\"; "
        + suggestion(for: name, among: try names()) {
          ModelFolders.isModel($0) || ComparisonFolder($0) != nil
        },
      advice: "zoo bundle list shows the bundles, zoo bundle install gets others")
  }

  /// Whether a folder holds a model.
  package static func isModel(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/model.json")
  }

  /// Refuses a folder whose models lie deeper, and a file of a model.
  ///
  /// - Throws: `ZooError` of code `.notFound` that tells where the model is.
  package static func check(_ path: String) throws {
    guard !isModel(path) else { return }
    if let comparison = ComparisonFolder(path) { throw comparison.refusal }
    let parent = parentFolder(of: path)
    let near = ["\(path)/model", parent].first { !$0.isEmpty && isModel($0) }
    guard let near, near != parent || isPlainFile(path) else { return }
    throw ZooError(
      .notFound, near == parent ? "is a file of a model" : "holds no model itself",
      at: Place(path: path), advice: "name the model's folder: \(near)")
  }

  private static func isPlainFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }

  /// The names of all bundles that are there.
  ///
  /// - Throws: `ZooError` that names a record that can't be read.
  package func names() throws -> [String] {
    let installed = try (try? BundleStore.standard())?.installed().map(\.id) ?? []
    return Set(installed + shippedBundles.map(\.manifest.id)).sorted()
  }
}
