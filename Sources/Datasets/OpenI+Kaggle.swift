import Basics
import Foundation

extension OpenI {
  /// Which image shows which projection: `uid,filename,projection`.
  struct Projections: Sendable {
    /// The kind of every file.
    private(set) var kinds: [String: Projection] = [:]
    /// The first file of each kind, by report id.
    private(set) var first: [String: [Projection: String]] = [:]

    /// - Throws: `ZooError` with file and line.
    init(path: String) throws {
      let table = try CSVTable(path: path)
      let uid = try table.column("uid")
      let file = try table.column("filename")
      let projection = try table.column("projection")
      for row in 0..<table.rowCount {
        let text = table[row, projection]
        guard let kind = Projection(rawValue: text) else {
          throw ZooError(
            .badValue,
            "unknown projection \"\(text)\"; "
              + suggestion(for: text, among: Projection.allCases.map(\.rawValue)),
            at: table.place(ofRow: row, column: projection))
        }
        let name = table[row, file]
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else {
          throw ZooError(
            .badValue, "\"\(name)\" is no file name", at: table.place(ofRow: row, column: file))
        }
        kinds[name] = kind
        let id = "CXR" + table[row, uid]
        if first[id]?[kind] == nil { first[id, default: [:]][kind] = name }
      }
    }
  }

  /// Reads `indiana_reports.csv`.
  ///
  /// Its header is `uid,MeSH,Problems,image,indication,comparison,findings,impression`.
  /// The four texts become sections in upper case, the MeSH column the manual indexing.
  ///
  /// - Throws: `ZooError` with file and line.
  package static func kaggleReports(path: String) throws -> [OpenIReport] {
    let table = try CSVTable(path: path)
    let uid = try table.column("uid")
    let mesh = try table.column("MeSH")
    let sections = try ["indication", "comparison", "findings", "impression"].map { name in
      (name.uppercased(), try table.column(name))
    }
    return (0..<table.rowCount).map { row in
      let texts = sections.map { name, column in
        (name, table[row, column].trimmingCharacters(in: .whitespacesAndNewlines))
      }
      return OpenIReport(
        id: "CXR" + table[row, uid], sections: Dictionary(uniqueKeysWithValues: texts),
        majors: table[row, mesh].split(separator: ";").map(String.init),
        source: table.place(ofRow: row))
    }
  }

  /// Where Kaggle's images lie below the folder a person names.
  static func kaggleImageFolder(_ root: String) -> String {
    ["images/images_normalized", "images_normalized"].map { joinPath(root, $0) }
      .first(where: isFolder) ?? root
  }
}
