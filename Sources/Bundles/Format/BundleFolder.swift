import Basics
import Downloads
import Foundation

/// A bundle in its folder.
package struct BundleFolder: Sendable {
  package let path: String
  package let manifest: BundleManifest
  /// The bytes of `bundle.json` as they stand there.
  package let manifestData: Data

  /// Reads the manifest; the files are looked at by `verify`.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package init(_ path: String) throws {
    self.path = path
    let file = "\(path)/\(BundleManifest.fileName)"
    manifestData = try BundleFolder.bytes(file, limit: BundleManifest.maximumSize)
    manifest = try BundleManifest.parse(manifestData, path: file)
  }

  /// Whether a folder holds a manifest.
  package static func isBundle(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(BundleManifest.fileName)")
  }

  /// The SHA-256 of the manifest, by which catalogues name the bundle.
  ///
  /// - Throws: `ZooError` of code `.unsupported` where libcrypto fails.
  package func manifestDigest() throws -> String { try sha256(of: manifestData) }

  /// The bytes of the signature beside the manifest; nil where there is none.
  ///
  /// - Throws: `ZooError` that names the file.
  package func signatureData() throws -> Data? {
    let file = "\(path)/\(BundleManifest.signatureName)"
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    return try BundleFolder.bytes(file, limit: MinisignSignature.maximumSize)
  }

  /// The bytes of a plain file that is not too large.
  ///
  /// - Throws: `ZooError` of code `.notFound`, `.badFormat` or `.wrongContent` that names the path.
  package static func bytes(_ path: String, limit: Int) throws -> Data {
    try checkPlain(path, limit: limit)
    return try readFile(path)
  }

  /// What git, model hubs and file managers leave beside a bundle's files; a manifest can't list them.
  static let byProducts: Set<String> = [
    ".git", ".gitattributes", ".gitignore", ".cache", ".huggingface", ".DS_Store", "Thumbs.db",
    "desktop.ini",
  ]

  /// Compares what is in the folder with the manifest: each file there, of its size and hash, and
  /// nothing else but `byProducts`, which are returned and never read.
  ///
  /// - Throws: `ZooError` of code `.wrongContent` that names the first file that differs, `.badFormat`
  ///   for one that is no plain file; `Interrupted` when a signal asks to stop.
  @discardableResult
  package func verify() throws -> [String] {
    let listed = Set(manifest.files.map(\.path))
    var others: [String] = []
    for found in try BundleFolder.contents(of: path)
    where !listed.contains(found) && found != BundleManifest.fileName
      && found != BundleManifest.signatureName
    {
      let name = lastName(of: found)
      if BundleFolder.byProducts.contains(name), !listed.contains(found) {
        others.append(found)
        continue
      }
      throw ZooError(
        .wrongContent, "is not listed in the manifest; expected no other file",
        at: Place(path: "\(path)/\(found)"))
    }
    for file in manifest.files { try BundleFolder.check(file, at: "\(path)/\(file.path)") }
    return others
  }

  /// Sees that a file is the one that a manifest describes.
  ///
  /// - Throws: `ZooError` of code `.wrongContent`, `.notFound` or `.badFormat` that names the path.
  static func check(_ file: BundleFile, at path: String) throws {
    try checkPlain(path, limit: file.size, isExact: true)
    let digest = try sha256(ofFile: path)
    guard digest == file.sha256 else {
      throw ZooError(
        .wrongContent, "has the SHA-256 \(digest); expected \(file.sha256)", at: Place(path: path))
    }
  }

  /// Refuses symbolic links, devices and files of another size before anything is read.
  static func checkPlain(_ path: String, limit: Int, isExact: Bool = false) throws {
    var information = stat()
    guard lstat(path, &information) == 0 else {
      throw ZooError(.notFound, "no such file", at: Place(path: path))
    }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw ZooError(
        .badFormat, "is a symbolic link or no plain file; expected a file", at: Place(path: path))
    }
    let size = Int(information.st_size)
    guard isExact ? size == limit : size <= limit else {
      throw ZooError(
        .wrongContent, "has \(size) bytes; expected \(isExact ? "" : "at most ")\(limit)",
        at: Place(path: path))
    }
  }

  /// The paths of all files below a folder, sorted; links are not followed, and of `byProducts` the
  /// names alone are given.
  ///
  /// - Throws: `ZooError` of code `.badFormat` for a symbolic link or a device.
  package static func contents(of folder: String, below prefix: String = "") throws -> [String] {
    let here = prefix.isEmpty ? folder : "\(folder)/\(prefix)"
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: here) } catch {
      throw ZooError(.notFound, "no such folder", at: Place(path: here))
    }
    return try names.sorted().flatMap { name -> [String] in
      let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
      if byProducts.contains(name) { return [path] }
      var information = stat()
      guard lstat("\(folder)/\(path)", &information) == 0 else {
        throw systemError("can't be looked at", "\(folder)/\(path)")
      }
      switch information.st_mode & S_IFMT {
      case S_IFDIR: return try contents(of: folder, below: path)
      case S_IFREG: return [path]
      default:
        throw ZooError(
          .badFormat, "is a symbolic link or no plain file; expected files and folders alone",
          at: Place(path: "\(folder)/\(path)"))
      }
    }
  }
}

/// The SHA-256 of bytes, as 64 hexadecimal digits in lower case.
///
/// - Throws: `ZooError` of code `.unsupported` where libcrypto fails.
package func sha256(of data: Data) throws -> String {
  let stream = try SHA256Stream()
  try data.withUnsafeBytes { try stream.update($0) }
  return try stream.finish()
}
