import Basics
import Foundation

/// What `workbook.xml` and the files of relationships say: which sheets there are, and where.
final class WorkbookParts: XMLHandler {
  private(set) var sheets: [(name: String, link: String, isHidden: Bool)] = []
  private(set) var countsFrom1904 = false
  private(set) var links: [Link] = []

  /// Where a part lies; `kind` is the end of its type, such as `worksheet`.
  struct Link {
    let id: String
    let kind: String
    let target: String
  }

  private static let maximumSheets = 10_000

  /// The links of a file of relationships, as paths in the zip.
  ///
  /// - Throws: `ZooError` of code `.badFormat`.
  static func links(
    in archive: WorkbookArchive, _ file: String, relativeTo folder: String
  ) throws -> [Link] {
    let parts = WorkbookParts()
    try archive.read(file, into: parts)
    return parts.links.map { link in
      let target =
        link.target.hasPrefix("/") ? String(link.target.dropFirst()) : joinPath(folder, link.target)
      return Link(id: link.id, kind: link.kind, target: target)
    }
  }

  func start(
    _ name: String, attributes: [String: String], in ancestors: [String], line: Int
  ) throws(ZooError) {
    switch localName(name) {
    case "sheet":
      guard sheets.count < WorkbookParts.maximumSheets else {
        throw ZooError(.badFormat, "more than \(WorkbookParts.maximumSheets) sheets")
      }
      let link = attributes.first { localName($0.key) == "id" && $0.key != "id" }?.value
      sheets.append(
        (
          attributes["name"] ?? "", link ?? "",
          attributes["state"].map { $0 != "visible" } ?? false
        ))
    case "workbookPr": countsFrom1904 = ["1", "true"].contains(attributes["date1904"] ?? "")
    case "Relationship":
      guard attributes["TargetMode"] != "External", links.count < WorkbookParts.maximumSheets else {
        return
      }
      let kind = (attributes["Type"] ?? "").split(separator: "/").last.map(String.init) ?? ""
      links.append(Link(id: attributes["Id"] ?? "", kind: kind, target: attributes["Target"] ?? ""))
    default: break
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) {}
  func end(depth: Int) {}
}

/// A name without the prefix of its name space.
func localName(_ name: String) -> Substring {
  name.utf8.lastIndex(of: UInt8(ascii: ":")).map { name[name.index(after: $0)...] } ?? name[...]
}
