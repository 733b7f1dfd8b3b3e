import Basics
import Foundation

extension OpenI {
  /// Which image shows which projection: `uid,filename,projection`.
  struct Projections: Sendable {
    /// The kind of every file.
    private(set) var kinds: [String: Projection] = [:]
    /// The first file of each kind, by report id.
    private(set) var first: [String: [Projection: String]] = [:]
    /// All files, by report id.
    private(set) var all: [String: [String]] = [:]

    /// - Throws: `ZooError` with file and line.
    init(path: String, options: TableOptions = TableOptions()) throws {
      var dialect = options.dialect
      dialect.sheet = nil  // names one of the reports' workbook
      let table = try CSVTable(path: path, dialect: dialect)
      let uid = try table.column("uid")
      let file = try table.column("filename")
      let projection = try table.column("projection")
      for row in 0..<table.rowCount {
        let text = tidied(table[row, projection])
        guard let kind = Projection(rawValue: text) else {
          throw ZooError(
            .badValue,
            "unknown projection \"\(text)\"; "
              + suggestion(for: text, among: Projection.allCases.map(\.rawValue)),
            at: table.place(ofRow: row, column: projection))
        }
        let name = tidied(table[row, file])
        guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else {
          throw ZooError(
            .badValue, "\"\(name)\" is no file name", at: table.place(ofRow: row, column: file))
        }
        kinds[name] = kind
        let id = "CXR" + tidied(table[row, uid])
        all[id, default: []].append(name)
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
    try kaggleReports(path: path, sections: [], options: TableOptions()).reports
  }

  /// The same by the owner's options, and what was changed in reading, in sentences.
  ///
  /// Of the `sections` that are used words for nothing are no texts; a comparison is often "None".
  static func kaggleReports(
    path: String, sections used: [String], options: TableOptions
  ) throws -> (reports: [OpenIReport], notes: [String]) {
    let table = try CSVTable(path: path, dialect: options.dialect)
    var values = TableValues(table, missing: options.missing)
    let uid = try table.column("uid")
    let mesh = try table.column("MeSH")
    let sections = try ["indication", "comparison", "findings", "impression"].map { name in
      (name.uppercased(), try table.column(name))
    }
    let reports = (0..<table.rowCount).map { row in
      let texts = sections.map { name, column in
        let text = used.contains(name) ? values.text(row, column) ?? "" : table[row, column]
        return (name, text.trimmingCharacters(in: .whitespacesAndNewlines))
      }
      return OpenIReport(
        id: "CXR" + tidied(table[row, uid]), sections: Dictionary(uniqueKeysWithValues: texts),
        majors: table[row, mesh].split(separator: ";").map(String.init),
        source: table.place(ofRow: row))
    }
    return (reports, table.notes + (try values.finish()))
  }

  /// Where Kaggle's images lie below the folder a person names.
  static func kaggleImageFolder(_ root: String) -> String {
    ["images/images_normalized", "images_normalized"].map { joinPath(root, $0) }
      .first(where: isFolder) ?? root
  }
}
