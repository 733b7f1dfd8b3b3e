import Basics
import Foundation

/// An Excel workbook (Office Open XML, ECMA-376 part 1, `.xlsx`): its sheets, by name.
struct Workbook {
  let archive: WorkbookArchive
  /// The sheets that hold cells, in the order of their tabs.
  let sheets: [Sheet]
  /// Whether days are counted from 1904, as old Macintosh workbooks do.
  let countsFrom1904: Bool
  /// The file of texts that cells share, and of the cells' formats.
  let sharedStrings: String?
  let styles: String?

  struct Sheet {
    let name: String
    let file: String
    let isHidden: Bool
  }

  /// Whether bytes are a zip, which of all tables only a workbook is.
  ///
  /// - Throws: `ZooError` of code `.unsupported` for Excel's old format.
  static func isOne(_ data: Data, path: String) throws -> Bool {
    if data.starts(with: [0xd0, 0xcf, 0x11, 0xe0]) {
      throw ZooError(
        .unsupported, "an old .xls workbook, or one with a password", at: Place(path: path),
        advice: "save it as .xlsx without a password, or as CSV in UTF-8")
    }
    return data.starts(with: [0x50, 0x4b, 3, 4]) || data.starts(with: [0x50, 0x4b, 5, 6])
  }

  /// Finds the sheets.
  ///
  /// - Throws: `ZooError` of code `.badFormat` with the file in the zip that is missing or damaged.
  init(_ data: Data, path: String) throws {
    archive = try WorkbookArchive(data, path: path)
    guard archive.holds("_rels/.rels") else { throw Workbook.isNone(path) }
    let roots = try WorkbookParts.links(in: archive, "_rels/.rels", relativeTo: "")
    guard let main = roots.first(where: { $0.kind == "officeDocument" })?.target,
      archive.holds(main)
    else { throw Workbook.isNone(path) }
    guard !main.hasSuffix(".bin") else {
      throw ZooError(
        .unsupported, "a binary workbook (.xlsb)", at: Place(path: path),
        advice: "save it as .xlsx, or as CSV in UTF-8")
    }
    let folder = parentFolder(of: main)
    let name = lastName(of: main)
    let links = try WorkbookParts.links(
      in: archive, joinPath(folder, "_rels/\(name).rels"), relativeTo: folder)
    let parts = WorkbookParts()
    try archive.read(main, into: parts)
    countsFrom1904 = parts.countsFrom1904
    sharedStrings = links.first { $0.kind == "sharedStrings" }?.target
    styles = links.first { $0.kind == "styles" }?.target
    sheets = parts.sheets.compactMap { sheet in
      guard let link = links.first(where: { $0.id == sheet.link }), link.kind == "worksheet" else {
        return nil
      }
      return Sheet(name: sheet.name, file: link.target, isHidden: sheet.isHidden)
    }
    guard !sheets.isEmpty else {
      throw ZooError(.badFormat, "the workbook has no sheet of cells", at: Place(path: path))
    }
  }

  private static func isNone(_ path: String) -> ZooError {
    ZooError(
      .badFormat, "a zip, but no Excel workbook", at: Place(path: path),
      advice: "expected a table: CSV, or .xlsx as Excel saves it")
  }

  /// The sheet of a name, else the first that is not hidden; and a sentence where that was a choice.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the sheets there are.
  func sheet(named name: String?) throws -> (sheet: Sheet, note: String?) {
    let names = sheets.map(\.name)
    if let name {
      guard let sheet = sheets.first(where: { $0.name == name }) else {
        throw ZooError(
          .badValue, "no sheet \"\(name)\"; " + suggestion(for: name, among: names),
          at: Place(path: archive.path))
      }
      return (sheet, nil)
    }
    let first = sheets.first { !$0.isHidden } ?? sheets[0]
    guard sheets.count > 1 else { return (first, nil) }
    let others = names.filter { $0 != first.name }.map { "\"\($0)\"" }.joined(separator: ", ")
    return (first, "the sheet \"\(first.name)\" was read, not \(others)")
  }
}
