import Basics
import Foundation

extension CaseSet {
  /// Reads a table of the user's own.
  ///
  /// Image paths are relative to `imageRoot`, or to the table's folder where none is given. Without
  /// `rules` an image and a text are required where their columns are named, and exactly two labels
  /// must be found.
  ///
  /// - Throws: `ZooError` with file and line: what `CSVTable` refuses, a missing column, or the
  ///   cases that break the rules.
  package static func csv(
    path: String, columns: CSVColumns, imageRoot: String? = nil, rules: CaseRules? = nil,
    dialect: CSVTable.Dialect = CSVTable.Dialect(), name: String? = nil,
    description: String? = nil, terms: String = "the user's own data"
  ) throws -> CaseSet {
    let table = try CSVTable(path: path, dialect: dialect)
    let id = try columns.id.map { try table.column($0) }
    let image = try columns.image.map { try table.column($0) }
    let text = try columns.text.map { try table.column($0) }
    let label = try table.column(columns.label)
    let patient = try columns.patient.map { try table.column($0) }
    let root = imageRoot ?? (path as NSString).deletingLastPathComponent
    let fallback = CaseRules(
      image: image == nil ? .optional : .required, text: text == nil ? .optional : .required)
    var checker = CaseChecker(rules: rules ?? fallback, origin: path)
    for row in 0..<table.rowCount {
      let source = table.place(ofRow: row)
      let identifier = id.map { table[row, $0] } ?? String(row + 1)
      guard !isBlank(identifier) else {
        checker.refuse(
          LeftOut(id: "", reason: .unreadable, message: "the id is empty", place: source))
        continue
      }
      let imageName = image.map { table[row, $0] } ?? ""
      let group = patient.map { table[row, $0] } ?? ""
      checker.add(
        Case(
          id: identifier, imagePath: imageName.isEmpty ? nil : joinPath(root, imageName),
          text: text.map { table[row, $0] }, label: table[row, label],
          group: group.isEmpty ? nil : group, source: source))
    }
    let fileName = (path as NSString).lastPathComponent
    return try checker.finish(
      name: name ?? (fileName as NSString).deletingPathExtension,
      description: description ?? "cases of \(fileName), label from its column \(columns.label)",
      terms: terms)
  }
}
