import Basics
import CArchive
import Foundation

/// One file of a zip, read piece by piece.
struct ZipMember: ~Copyable {
  private let archive: OpaquePointer
  private let path: String
  private let name: String
  /// The bytes that the zip promises.
  let size: Int

  /// Finds a file by its path in the zip; what stands before it is not unpacked.
  ///
  /// - Throws: `ZooError` of code `.badFormat` when the zip is damaged, or does not hold it or its
  ///   size.
  init(_ name: String, of path: String) throws {
    guard let archive = archive_read_new() else {
      throw ZooError(.system, "libarchive has no memory", at: Place(path: path))
    }
    do {
      size = try ZipMember.find(name, in: archive, path)
    } catch {
      archive_read_free(archive)
      throw error
    }
    (self.archive, self.path, self.name) = (archive, path, name)
  }

  deinit { archive_read_free(archive) }

  private static func find(_ name: String, in archive: OpaquePointer, _ path: String) throws -> Int
  {
    archive_read_support_format_zip(archive)
    guard archive_read_open_filename(archive, path, 1 << 18) == ARCHIVE_OK else {
      throw failure(archive, path)
    }
    var entry: OpaquePointer?
    var others: [String] = []
    while true {
      let status = archive_read_next_header(archive, &entry)
      if status == ARCHIVE_EOF { break }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else {
        throw failure(archive, path)
      }
      let found = archive_entry_pathname(entry).map { String(cString: $0) } ?? ""
      guard found == name, archive_entry_filetype(entry) == S_IFREG else {
        if others.count < 20 { others.append(found) }
        continue
      }
      guard archive_entry_size_is_set(entry) != 0 else {
        throw ZooError(
          .badFormat, "the zip does not say how large \"\(name)\" is", at: Place(path: path))
      }
      return Int(archive_entry_size(entry))
    }
    throw ZooError(
      .badFormat,
      "the zip has no file \"\(name)\"; found: \(others.joined(separator: ", "))",
      at: Place(path: path))
  }

  /// Hands the file's bytes to `body` in pieces; libarchive checks them by the zip's CRC.
  ///
  /// - Throws: `ZooError` of code `.badFormat` for a damaged zip, or one that holds more or fewer
  ///   bytes than it promises; and what `body` throws.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    var total = 0
    while true {
      let count = piece.withUnsafeMutableBytes {
        archive_read_data(archive, $0.baseAddress, $0.count)
      }
      if count == 0 { break }
      guard count > 0 else { throw ZipMember.failure(archive, path) }
      total += count
      // What a zip promises may lie; no more than that is ever written.
      guard total <= size else { break }
      try piece.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
    guard total == size else {
      throw ZooError(
        .badFormat,
        "\"\(name)\" has \(total > size ? "more" : "fewer") than \(size) bytes there, "
          + "which the zip promises", at: Place(path: path))
    }
  }

  private static func failure(_ archive: OpaquePointer, _ path: String) -> ZooError {
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
    return ZooError(
      .badFormat, "the zip can't be read: \(reason)", at: Place(path: path),
      advice: "Remove it, and fetch it again.")
  }
}
