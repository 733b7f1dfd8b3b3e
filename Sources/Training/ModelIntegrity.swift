import Basics
import Bundles
import Downloads
import Foundation

/// Whether the files of a model are those that were written: by the digests that its training, its cell of
/// a comparison or its bundle's manifest keeps.
///
/// What is changed would be used in silence: a flipped bit of a weight gives another answer, and nothing
/// tells. Folders of versions without digests are read as they are.
package enum ModelIntegrity {
  /// Hashes what is read of a model's folder.
  ///
  /// - Throws: `ZooError` of code `.badFormat` that names the file and what to do; `Interrupted`.
  package static func check(_ folder: String) throws {
    if BundleFolder.isBundle(folder) { return try checkBundle(folder) }
    let whole = URL(fileURLWithPath: folder).standardizedFileURL
    for (place, prefix, advice) in [
      (
        folder, "",
        "bring the file back from a copy, or train the model again into another --output"
      ),
      (
        whole.deletingLastPathComponent().path, "\(whole.lastPathComponent)/",
        "bring the file back from a copy, or let zoo compare --resume make the cell anew"
      ),
    ] {
      let fault = try FileDigests.read(folder: place)?
        .damage(in: place) { name in
          name.hasPrefix(prefix) && ModelFiles.isRead(String(name.dropFirst(prefix.count)))
        }
      guard let fault else { continue }
      throw ZooError(
        .badFormat, "was changed since it was finished: \(fault)", at: Place(path: place),
        advice: advice)
    }
  }

  private static func checkBundle(_ folder: String) throws {
    let bundle = try BundleFolder(folder)
    for file in bundle.manifest.files where ModelFiles.isRead(file.path) {
      let path = "\(folder)/\(file.path)"
      // A missing file is told by who reads it; but a tokenizer without one of its files may cut otherwise.
      let isOptional = file.path.hasPrefix("\(ModelFiles.tokenizerFolder)/")
      guard isOptional || FileManager.default.fileExists(atPath: path) else { continue }
      guard try sha256(ofFile: path) == file.sha256 else {
        throw ZooError(
          .badFormat,
          "is not the file that the bundle \(bundle.manifest.name) was made with: its SHA-256 differs",
          at: Place(path: path),
          advice: "get the bundle again: where it is installed, zoo bundle remove "
            + "\(bundle.manifest.name), then zoo bundle install \(bundle.manifest.name)")
      }
    }
  }
}
