import Foundation

/// A file inside a published zip, which is unpacked beside it in the cache.
package struct PackedFile: Sendable, Equatable {
  /// The zip.
  package let archive: RemoteFile
  /// The file's path in the zip.
  package let member: String
  /// Its size in bytes, where it is known.
  package let size: Int?
  /// Its name in the cache: the last part of `member`.
  package let fileName: String

  /// A member of a zip.
  ///
  /// - Throws: `ZooError` of code `.badValue` when the name or the size is not valid.
  package init(archive: RemoteFile, member: String, size: Int?) throws {
    self.archive = archive
    self.member = member
    self.size = size
    fileName = String(member.split(separator: "/").last ?? "")
    // The rules for names and sizes in the cache are those of downloaded files.
    _ = try RemoteFile(url: archive.url, size: size, hash: archive.hash, fileName: fileName)
  }
}
