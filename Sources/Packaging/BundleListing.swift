import Basics
import Bundles
import Downloads
import Exchange
import Foundation
import Training

/// The files of a bundle under way, each with its hash, type and role.
enum BundleListing {
  private static let kinds: [(suffix: String, mediaType: String)] = [
    (".safetensors", "application/octet-stream"), (".json", "application/json"),
    (".txt", "text/plain; charset=utf-8"), (".md", "text/markdown; charset=utf-8"),
    (".png", "image/png"), (".py", "text/x-python; charset=utf-8"),
  ]

  private static let roles: [String: BundleFile.Role] = [
    "model.safetensors": .weights, "model.json": .model, "vocabulary.txt": .vocabulary,
    "README.md": .card, "LICENCES.md": .licence, "specification.json": .specification,
    "trained-on.txt": .trainedOn, PythonLoader.fileName: .loader,
  ]

  private static func role(of path: String) -> BundleFile.Role {
    path.hasPrefix("\(ModelFiles.tokenizerFolder)/") ? .vocabulary : roles[path] ?? .golden
  }

  /// All files of a folder.
  ///
  /// - Throws: `ZooError` that names the file that can't be read.
  static func files(of folder: String) throws -> [BundleFile] {
    try BundleFolder.contents(of: folder).sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }.map { path in
      let full = "\(folder)/\(path)"
      let size = try FileManager.default.attributesOfItem(atPath: full)[.size] as? Int ?? 0
      return BundleFile(
        path: path, size: size, sha256: try sha256(ofFile: full),
        mediaType: kinds.first { path.hasSuffix($0.suffix) }?.mediaType
          ?? "application/octet-stream", role: role(of: path))
    }
  }
}
