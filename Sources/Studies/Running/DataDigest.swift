import Basics
import Datasets
import Downloads
import Foundation

/// `data-digest.csv` of a run: which pictures, texts, labels and patients it was begun with, without
/// any of them.
///
/// A line a case, in the order of the cases: the SHA-256 of the picture's file; a key that cases share
/// which show the same picture; the first 16 digits of the SHA-256 of text, label (with findings) and patient. Empty
/// where a case has none. The first two hold a value for each of several pictures, parted by `|`; a view stands before
/// its SHA-256.
package struct DataDigest: Sendable, Equatable {
  /// One case.
  struct Row: Sendable, Equatable {
    let id: String
    var image: String
    var picture: String
    var text: String
    var label: String
    var patient: String
  }

  package static let fileName = "data-digest.csv"
  private static let columns = ["id", "image", "picture", "text", "label", "patient"]

  var rows: [Row]

  /// What tells the patient of each case apart, by its id; cases without one are left out.
  package var patients: [String: String] {
    Dictionary(
      rows.filter { !$0.patient.isEmpty }.map { ($0.id, $0.patient) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The digest of a set whose pictures were read.
  ///
  /// - Throws: `ZooError` where libcrypto fails.
  package init(_ set: CaseSet) throws {
    rows = try set.cases.map { item in
      let unknown = item.unknownFindings.map { "?\($0)" }
      return Row(
        id: item.id, image: Row.images(of: item), picture: Row.shared(of: item),
        text: try DataDigest.short(item.text),
        label: try DataDigest.short(
          ([item.label ?? ""] + item.findings + unknown).joined(separator: "\n")),
        patient: try DataDigest.short(item.group))
    }
  }

  private init(rows: [Row]) { self.rows = rows }

  /// Reads the digest of a folder; nil where there is none.
  ///
  /// - Throws: `ZooError` with file and line.
  package static func read(folder: String) throws -> DataDigest? {
    let path = "\(folder)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let table = try CSVTable(path: path)
    let numbers = try columns.map { try table.column($0) }
    return DataDigest(
      rows: (0..<table.rowCount).map { row in
        let fields = numbers.map { table[row, $0] }
        return Row(
          id: fields[0], image: fields[1], picture: fields[2], text: fields[3], label: fields[4],
          patient: fields[5])
      })
  }

  /// The digest of the run that a model belongs to: beside it, or in one of the folders above up to
  /// those of a comparison, and where; nil where there is none.
  ///
  /// - Throws: `ZooError` with file and line.
  package static func above(model: String) throws -> (digest: DataDigest, folder: String)? {
    var folder = URL(fileURLWithPath: model).standardizedFileURL
    for _ in 0..<5 {
      if let found = try read(folder: folder.path) { return (found, folder.path) }
      folder.deleteLastPathComponent()
    }
    return nil
  }

  /// Writes the digest into a run's folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to folder: String) throws {
    var writer = CSVWriter(columns: DataDigest.columns)
    for row in rows {
      writer.append([row.id, row.image, row.picture, row.text, row.label, row.patient])
    }
    try writer.write(to: "\(folder)/\(DataDigest.fileName)")
  }

  /// The SHA-256 of all of it, as 64 hexadecimal digits in lower case.
  ///
  /// - Throws: `ZooError` where libcrypto fails.
  func digest() throws -> String {
    try sha256(
      of: rows.map {
        [$0.id, $0.image, $0.picture, $0.text, $0.label, $0.patient].joined(separator: "\u{1f}")
      }.joined(separator: "\u{1e}"))
  }

  /// The first 16 digits of the SHA-256 of a text; empty without one.
  static func short(_ text: String?) throws -> String {
    guard let text, !text.isEmpty else { return "" }
    return String(try sha256(of: text).prefix(16))
  }
}

/// The SHA-256 of a text's UTF-8, as 64 hexadecimal digits in lower case.
///
/// - Throws: `ZooError` of code `.unsupported` where libcrypto fails.
package func sha256(of text: String) throws -> String {
  let hash = try SHA256Stream()
  try Array(text.utf8).withUnsafeBytes { try hash.update($0) }
  return try hash.finish()
}
