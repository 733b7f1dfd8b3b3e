import Basics
import Downloads
import Foundation

/// Where published files are: below an address, or in a folder.
package enum BundleSource: Sendable {
  /// Below an address, fetched through a cache of blobs.
  case address(String, cache: DownloadCache, policy: DownloadPolicy)
  /// A folder, absolute.
  case folder(String)

  /// What a person gives: an address (https, or http of this machine), or the path of a folder.
  ///
  /// - Throws: `ZooError` of code `.refused` for a file URL, `.notFound` for a folder that is not there.
  package static func given(_ text: String, policy: DownloadPolicy = DownloadPolicy()) throws
    -> BundleSource
  {
    if text.contains("://") {
      guard !text.lowercased().hasPrefix("file:") else {
        throw ZooError(
          .refused, "\(text) is a file URL; expected https or the path of a folder",
          advice: "give the path itself")
      }
      guard let folder = DownloadCache.folder("bundles") else {
        throw ZooError(
          .notFound, "no folder for downloads: neither XDG_CACHE_HOME nor HOME is an absolute path",
          advice: "Set XDG_CACHE_HOME to a folder that can be written.")
      }
      var address = text
      while address.hasSuffix("/") { address.removeLast() }
      return .address(address, cache: DownloadCache(folder: folder), policy: policy)
    }
    let path = URL(fileURLWithPath: text).standardizedFileURL.path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw ZooError(
        .notFound, "no such folder; expected a published one, or an address beginning https://",
        at: Place(path: text))
    }
    return .folder(path)
  }

  /// The address or folder, by which trust is remembered.
  package var name: String {
    switch self {
    case .address(let text, _, _): text
    case .folder(let path): path
    }
  }

  /// A small file of which nothing is known; nil where there is none.
  ///
  /// - Throws: `ZooError` when it can't be fetched or is too large; `Interrupted`.
  func bytes(_ path: String, limit: Int, progress: ProgressReporter) throws -> Data? {
    switch self {
    case .address(let address, let cache, let policy):
      return try cache.bytes(
        at: "\(address)/\(path)", limit: limit, progress: progress, policy: policy)
    case .folder(let folder):
      do { return try BundleFolder.bytes("\(folder)/\(path)", limit: limit) } catch let error
        as ZooError where error.code == .notFound
      { return nil }
    }
  }

  /// The path of a local file that holds a blob; its hash is checked once more by who copies it.
  ///
  /// A download resumes what an earlier one left, and leaves nothing of a wrong size or hash.
  ///
  /// - Throws: `ZooError` when it can't be fetched, or is another file; `Interrupted`.
  func blob(_ sha256: String, size: Int, progress: ProgressReporter) throws -> String {
    let path = PublishedTree.blobPath(sha256)
    switch self {
    case .address(let address, let cache, let policy):
      // What is empty can't be asked for, and need not be.
      guard size > 0 else { return "/dev/null" }
      let file = try RemoteFile(
        url: "\(address)/\(path)", size: size, hash: .sha256(sha256), fileName: sha256)
      return try cache.fetch(file, progress: progress, policy: policy)
    case .folder(let folder):
      try BundleFolder.checkPlain("\(folder)/\(path)", limit: size, isExact: true)
      return "\(folder)/\(path)"
    }
  }

  /// The bytes of a blob that fits in memory, of that size and hash.
  ///
  /// - Throws: as `blob`, and `ZooError` of code `.wrongContent`.
  func blobData(_ sha256: String, size: Int, progress: ProgressReporter) throws -> Data {
    let path = try blob(sha256, size: size, progress: progress)
    let data: Data
    do { data = try readFile(path) } catch let error as ZooError where error.code == .notFound {
      // Another installation, which had it first, has just removed it from the cache.
      data = try readFile(try blob(sha256, size: size, progress: progress))
    }
    let found = try Bundles.sha256(of: data)
    guard data.count == size, found == sha256 else {
      throw ZooError(
        .wrongContent,
        "has \(data.count) bytes and the SHA-256 \(found); expected \(size) bytes and "
          + sha256, at: Place(path: path))
    }
    return data
  }

  /// Removes what `blob` has left in the cache; a folder's files stay.
  func release(_ sha256: String) {
    guard case .address(_, let cache, _) = self else { return }
    unlink("\(cache.folder)/\(sha256)")
    unlink("\(cache.folder)/.\(sha256).verified")
  }
}
