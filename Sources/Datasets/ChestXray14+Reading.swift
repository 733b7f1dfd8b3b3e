import Basics
import Foundation

extension ChestXray14 {
  /// Its tables end in commas, which are no news to anyone.
  private static func dialect(_ options: TableOptions) -> CSVTable.Dialect {
    var dialect = options.dialect
    dialect.toleratesTrailingSeparators = true
    return dialect
  }

  /// Reads `Data_Entry_2017.csv` or `Data_Entry_2017_v2020.csv`.
  ///
  /// Rows may end in a comma more; the column may be `Patient Gender` or `Patient Sex`; an age is
  /// `58`, `058Y`, `013M` or `021D`.
  ///
  /// - Throws: `ZooError` with file and line: a missing column, an unknown finding, an age or count
  ///   that is none.
  package static func entries(path: String) throws -> [Entry] {
    try entries(path: path, options: TableOptions()).entries
  }

  /// The same by the owner's options, and what was changed in reading, in sentences.
  static func entries(path: String, options: TableOptions) throws -> (
    entries: [Entry], notes: [String]
  ) {
    let table = try CSVTable(path: path, dialect: dialect(options))
    var values = TableValues(table, missing: options.missing)
    let image = try table.column("Image Index")
    let labels = try table.column("Finding Labels")
    let followUp = try table.column("Follow-up #")
    let patient = try table.column("Patient ID")
    let age = try table.column("Patient Age")
    let sex = try table.column(anyOf: ["Patient Gender", "Patient Sex"])
    let view = try table.column("View Position")
    var known: [String: [String]] = [:]  // 836 combinations occur in 112,120 rows
    let entries = try (0..<table.rowCount).map { row in
      let joined = tidied(table[row, labels])
      let found: [String]
      if let already = known[joined] {
        found = already
      } else {
        found = try parseFindings(joined, at: table.place(ofRow: row, column: labels))
        known[joined] = found
      }
      let name = tidied(table[row, image])
      try checkFileName(name, at: table.place(ofRow: row, column: image))
      guard let number = Int(table[row, followUp]) else {
        throw ZooError(
          .badValue, "\"\(table[row, followUp])\" is no whole number",
          at: table.place(ofRow: row, column: followUp))
      }
      return Entry(
        image: name, findings: found, followUp: number,
        patient: values.value(row, patient) ?? "",
        age: try parseAge(table[row, age], at: { table.place(ofRow: row, column: age) }),
        sex: table[row, sex], view: table[row, view], source: table.place(ofRow: row))
    }
    return (entries, table.notes + (try values.finish(patient: patient)))
  }

  /// Reads `BBox_List_2017.csv`; `Infiltrate`, as it is spelt there, becomes `Infiltration`.
  ///
  /// Coordinates are pixels of the published 1024 × 1024 images.
  ///
  /// - Throws: `ZooError` with file and line.
  package static func boxes(path: String, format: BoxFormat = BoxFormat()) throws -> (
    boxes: [LesionBox], empty: Int
  ) {
    let table = try CSVTable(path: path, dialect: dialect(TableOptions()))
    let image = try table.column("Image Index")
    let kind = try table.column("Finding Label")
    let corner = try table.column("Bbox [x")
    let numbers = [corner, try table.column("y"), try table.column("w"), try table.column("h]")]
    var (boxes, empty) = ([LesionBox](), 0)
    for row in 0..<table.rowCount {
      guard let found = try LesionBox.numbers(table, row, numbers, format) else {
        empty += 1
        continue
      }
      let spelt = table[row, kind]
      let finding = spelt == "Infiltrate" ? "Infiltration" : spelt
      guard findings.contains(finding) else {
        throw unknownFinding(finding, at: table.place(ofRow: row, column: kind))
      }
      let name = table[row, image]
      try checkFileName(name, at: table.place(ofRow: row, column: image))
      boxes.append(
        try LesionBox(image: name, kind: finding, numbers: found, at: table.place(ofRow: row)))
    }
    return (boxes, empty)
  }

  /// Reads `train_val_list.txt` or `test_list.txt`: one file name a line, as ids.
  ///
  /// - Throws: `ZooError` with file and line of a repeated name or of what is no file name.
  package static func list(path: String) throws -> [String] {
    let data = try readFile(path)
    if let offset = data.withUnsafeBytes({ firstInvalidUTF8($0) }) {
      throw ZooError(.badFormat, "byte at offset \(offset) is not UTF-8", at: Place(path: path))
    }
    var first: [String: Int] = [:]
    var ids: [String] = []
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, bytes) in lines.enumerated() {
      let name = String(decoding: bytes, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      if name.isEmpty { continue }
      try checkFileName(name, at: Place(path: path, line: index + 1))
      if let earlier = first.updateValue(index + 1, forKey: name) {
        throw ZooError(
          .badValue, "\"\(name)\" occurs twice, first at line \(earlier)",
          at: Place(path: path, line: index + 1))
      }
      ids.append(stem(name))
    }
    return ids
  }

  private static func parseFindings(_ joined: String, at place: Place) throws -> [String] {
    if joined == noFinding { return [] }
    let found = joined.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
    for (index, name) in found.enumerated() {
      if !findings.contains(name) { throw unknownFinding(name, at: place) }
      if found[..<index].contains(name) {
        throw ZooError(.badValue, "the finding \"\(name)\" is given twice", at: place)
      }
    }
    return found
  }

  private static func unknownFinding(_ name: String, at place: Place) -> ZooError {
    if name == noFinding {
      return ZooError(.badValue, "\"\(noFinding)\" together with findings", at: place)
    }
    return ZooError(
      .badValue, "unknown finding \"\(name)\"; " + suggestion(for: name, among: findings),
      at: place)
  }

  private static func parseAge(_ text: String, at place: () -> Place) throws -> Double? {
    if text.isEmpty { return nil }
    let perYear: [Character: Double] = ["Y": 1, "M": 12, "W": 365.25 / 7, "D": 365.25]
    let divisor = text.last.flatMap { perYear[$0] }
    let digits = divisor == nil ? text[...] : text.dropLast()
    guard let number = Int(digits), number >= 0 else {
      throw ZooError(
        .badValue, "\"\(text)\" is no age; expected years such as 58 or 058Y", at: place())
    }
    return Double(number) / (divisor ?? 1)
  }

  private static func checkFileName(_ name: String, at place: @autoclosure () -> Place) throws {
    guard name.hasSuffix(".png"), !name.utf8.contains(UInt8(ascii: "/")) else {
      throw ZooError(
        .badValue, "\"\(name)\" is no image; expected a name such as 00000001_000.png",
        at: place())
    }
  }
}
