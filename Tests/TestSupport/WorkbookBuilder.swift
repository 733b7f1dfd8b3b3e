import Foundation

/// Excel workbooks made by hand: the few files that a reader needs, stored in a zip.
public struct WorkbookBuilder {
  /// The sheets' names and the XML within `<worksheet>`.
  public var sheets: [(name: String, content: String)] = []
  /// The XML of each shared text, such as `<t>a</t>`.
  public var sharedTexts: [String] = []
  /// The XML within `<styleSheet>`.
  public var styles = ""
  /// Attributes of `workbookPr`.
  public var properties = ""
  /// The states of sheets that are not shown, by name.
  public var states: [String: String] = [:]

  /// A workbook of one sheet.
  public init(sheet content: String = "") { sheets = [("Cases", content)] }

  /// The names and contents of all files.
  public var files: [(name: String, data: Data)] {
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let package = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\""
    func link(_ id: String, _ kind: String, _ target: String) -> String {
      "<Relationship Id=\"\(id)\" Type=\"\(office)/\(kind)\" Target=\"\(target)\"/>"
    }
    let tabs = sheets.enumerated().map { index, sheet in
      let state = states[sheet.name].map { " state=\"\($0)\"" } ?? ""
      return
        "<sheet name=\"\(sheet.name)\" sheetId=\"\(index + 1)\"\(state) r:id=\"s\(index)\"/>"
    }
    let links = sheets.indices.map { link("s\($0)", "worksheet", "worksheets/sheet\($0 + 1).xml") }
    var files = [
      (
        "_rels/.rels",
        "<Relationships \(package)>\(link("r", "officeDocument", "xl/workbook.xml"))</Relationships>"
      ),
      (
        "xl/workbook.xml",
        "<workbook \(main) xmlns:r=\"\(office)\"><workbookPr \(properties)/><sheets>"
          + "\(tabs.joined())</sheets></workbook>"
      ),
      (
        "xl/_rels/workbook.xml.rels",
        "<Relationships \(package)>\(links.joined())\(link("t", "sharedStrings", "sharedStrings.xml"))"
          + "\(link("f", "styles", "/xl/styles.xml"))</Relationships>"
      ),
      (
        "xl/sharedStrings.xml",
        "<sst \(main)>\(sharedTexts.map { "<si>\($0)</si>" }.joined())</sst>"
      ),
      ("xl/styles.xml", "<styleSheet \(main)>\(styles)</styleSheet>"),
    ]
    for (index, sheet) in sheets.enumerated() {
      files.append(
        ("xl/worksheets/sheet\(index + 1).xml", "<worksheet \(main)>\(sheet.content)</worksheet>"))
    }
    return files.map { ($0.0, Data(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + $0.1).utf8)) }
  }

  /// The workbook.
  public var data: Data { ArchiveBuilder.zip(files) }

  /// `<sheetData>` of rows of texts, each in its cell; an empty one has no cell.
  public static func rows(_ rows: [[String]]) -> String {
    let lines = rows.enumerated().map { row, values in
      let cells = values.enumerated().filter { !$0.element.isEmpty }.map { column, value in
        "<c r=\"\(Character(Unicode.Scalar(UInt8(65 + column))))\(row + 1)\" t=\"inlineStr\">"
          + "<is><t>\(value)</t></is></c>"
      }
      return "<row r=\"\(row + 1)\">\(cells.joined())</row>"
    }
    return "<sheetData>\(lines.joined())</sheetData>"
  }
}
