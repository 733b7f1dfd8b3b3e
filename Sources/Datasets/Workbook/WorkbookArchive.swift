import Basics
import CArchive
import Foundation

/// The files of a workbook's zip, read in pieces and never unpacked as a whole.
struct WorkbookArchive {
  /// What errors call the file.
  let path: String
  private let data: Data
  private let factor: Int
  private let limit: Int
  /// The files by their names in lower case, which is how the format compares them.
  private let names: [String: String]

  /// How many bytes may come out of each of the file's, and how many in any case.
  ///
  /// Workbooks of tables unpack to five to thirty times their size.
  static let expansion = (factor: 100, allowance: 16 << 20)
  private static let maximumEntries = 10_000

  /// Looks through the zip's directory.
  ///
  /// - Throws: `ZooError` of code `.badFormat` for a damaged zip, or one with a name twice.
  init(
    _ data: Data, path: String, expansion: (factor: Int, allowance: Int) = expansion
  ) throws {
    self.data = data
    self.path = path
    factor = expansion.factor
    limit = data.count * factor + expansion.allowance
    var names: [String: String] = [:]
    try WorkbookArchive.forEachEntry(of: data, path: path) { name, _ in
      guard names.updateValue(name, forKey: name.lowercased()) == nil else {
        throw ZooError(
          .badFormat, "two files in the workbook are named \"\(name)\"", at: Place(path: path))
      }
      guard names.count <= WorkbookArchive.maximumEntries else {
        throw ZooError(
          .badFormat, "more than \(WorkbookArchive.maximumEntries) files in the workbook",
          at: Place(path: path))
      }
      return true
    }
    self.names = names
  }

  /// Whether there is a file of a name.
  func holds(_ name: String) -> Bool { names[name.lowercased()] != nil }

  /// Hands the elements of an XML file to a handler.
  ///
  /// - Throws: `ZooError` of code `.badFormat` where the file is missing, damaged, or unpacks to more than
  ///   a workbook would; what the handler throws.
  func read(_ name: String, into handler: any XMLHandler) throws {
    guard let name = names[name.lowercased()] else {
      throw ZooError(.badFormat, "no \(name) in the workbook", at: Place(path: path))
    }
    let place = Place(path: "\(path)/\(name)")
    var reader = XMLReader(path: "\(path)/\(name)", maximumDepth: 64)
    reader.subject = "workbooks"
    try WorkbookArchive.forEachEntry(of: data, path: path) { found, archive in
      guard found == name else { return true }
      var total = 0
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      try reader.read(into: handler) { hand in
        while true {
          let count = chunk.withUnsafeMutableBytes {
            archive_read_data(archive, $0.baseAddress, $0.count)
          }
          if count == 0 { return }
          guard count > 0 else { throw WorkbookArchive.failure(archive, path) }
          total += count
          guard total <= limit else {
            throw ZooError(
              .badFormat,
              "unpacks to more than \(limit) bytes, \(factor) for each of"
                + " the file's: no workbook of a table does", at: place,
              advice: "save the sheet as CSV")
          }
          try chunk.withUnsafeBytes { try hand(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
          try Interruption.check()
        }
      }
      return false
    }
  }

  /// Goes through regular files until `body` returns false.
  private static func forEachEntry(
    of data: Data, path: String, _ body: (String, OpaquePointer) throws -> Bool
  ) throws {
    guard let archive = archive_read_new() else {
      throw ZooError(.system, "libarchive has no memory", at: Place(path: path))
    }
    defer { archive_read_free(archive) }
    archive_read_support_format_zip_seekable(archive)
    try data.withUnsafeBytes { bytes in
      guard archive_read_open_memory(archive, bytes.baseAddress, bytes.count) == ARCHIVE_OK else {
        throw failure(archive, path)
      }
      var entry: OpaquePointer?
      while true {
        let status = archive_read_next_header(archive, &entry)
        if status == ARCHIVE_EOF { return }
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else {
          throw failure(archive, path)
        }
        guard let name = archive_entry_pathname(entry).map({ String(cString: $0) }),
          archive_entry_filetype(entry) == S_IFREG
        else { continue }
        guard archive_entry_is_encrypted(entry) == 0 else {
          throw ZooError(
            .unsupported, "the workbook is encrypted", at: Place(path: path),
            advice: "save it without a password")
        }
        guard try body(name, archive) else { return }
      }
    }
  }

  private static func failure(_ archive: OpaquePointer, _ path: String) -> ZooError {
    let reason = archive_error_string(archive).map { String(cString: $0) } ?? "unknown reason"
    return ZooError(
      .badFormat, "the workbook can't be read: \(reason)", at: Place(path: path),
      advice: "open it in a spreadsheet program and save it again, or save the sheet as CSV")
  }
}
