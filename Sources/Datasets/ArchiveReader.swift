import Basics
import CArchive
import Foundation

/// Reads the files of an archive (tar, gzipped or otherwise compressed, or zip) one after the
/// other, without unpacking anything to the disk.
package enum ArchiveReader {
  /// Bounds that no honest archive of reports comes near; sizes are counted while unpacking, as the
  /// sizes that an archive states may lie.
  package struct Limits: Sendable {
    /// Entries of any kind.
    var entries: Int
    /// Bytes of one file.
    var entryBytes: Int
    /// Bytes of all files that are read.
    var totalBytes: Int

    /// By default those of an archive of reports.
    package init(
      entries: Int = 1_000_000, entryBytes: Int = 4 << 20, totalBytes: Int = 2 << 30
    ) {
      (self.entries, self.entryBytes, self.totalBytes) = (entries, entryBytes, totalBytes)
    }
  }

  /// Calls `body` with the name and bytes of every regular file whose name `wanted` accepts.
  ///
  /// - Throws: `ZooError` of code `.notFound`, or `.badFormat` where the archive is damaged,
  ///   encrypted or beyond the limits; and what `body` throws.
  package static func forEachFile(
    in path: String, limits: Limits = Limits(), where wanted: (String) -> Bool,
    _ body: (String, Data) throws -> Void
  ) throws {
    guard FileKind(at: path) != nil else {
      throw ZooError(.notFound, "no such archive", at: Place(path: path))
    }
    // The library would wait for who writes to a pipe.
    close(try openPlainFile(path))
    guard let archive = archive_read_new() else {
      throw ZooError(.system, "libarchive has no memory", at: Place(path: path))
    }
    defer { archive_read_free(archive) }
    archive_read_support_filter_all(archive)
    archive_read_support_format_tar(archive)
    archive_read_support_format_zip(archive)
    guard archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK else {
      throw failure(archive, path)
    }
    var entry: OpaquePointer?
    var count = 0
    var total = 0
    while true {
      let status = archive_read_next_header(archive, &entry)
      if status == ARCHIVE_EOF { return }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else {
        throw failure(archive, path)
      }
      count += 1
      guard count <= limits.entries else {
        throw ZooError(
          .badFormat, "more than \(limits.entries) entries in the archive", at: Place(path: path))
      }
      guard let name = archive_entry_pathname(entry).map({ String(cString: $0) }),
        archive_entry_filetype(entry) == S_IFREG, wanted(name)
      else { continue }
      let data = try readEntry(archive, place: Place(path: "\(path)/\(name)"), limits: limits)
      total += data.count
      guard total <= limits.totalBytes else {
        throw ZooError(
          .badFormat, "the archive unpacks to more than \(limits.totalBytes) bytes",
          at: Place(path: path))
      }
      try body(name, data)
    }
  }

  private static func readEntry(
    _ archive: OpaquePointer, place: Place, limits: Limits
  ) throws -> Data {
    var data = Data()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = chunk.withUnsafeMutableBytes {
        archive_read_data(archive, $0.baseAddress, $0.count)
      }
      if count == 0 { return data }
      guard count > 0 else { throw failure(archive, place.path ?? "") }
      guard data.count + count <= limits.entryBytes else {
        throw ZooError(
          .badFormat,
          "more than \(limits.entryBytes) bytes; no file of the collection is that long", at: place)
      }
      data.append(contentsOf: chunk[..<count])
    }
  }

  private static func failure(_ archive: OpaquePointer, _ path: String) -> ZooError {
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
    return ZooError(
      .badFormat, "the archive can't be read: \(reason)", at: Place(path: path),
      advice: "expected a .tgz, .tar.gz or .zip; fetch it again if it was cut short")
  }
}
