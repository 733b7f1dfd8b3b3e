import Basics
import Foundation

extension CaseSet {
  /// Reads a table of the user's own.
  ///
  /// Image paths are relative to `imageRoot`, or to the table's folder where none is given. Without
  /// `rules` an image and a text are required where their columns are named, and exactly two classes
  /// must be found.
  ///
  /// - Throws: `ZooError` with file and line: what `CSVTable` refuses, a missing column, words of which
  ///   it is not known whether they are values, or the cases that break the rules.
  package static func csv(
    path: String, columns: CSVColumns, imageRoot: String? = nil, rules: CaseRules? = nil,
    options: TableOptions = TableOptions(), name: String? = nil,
    description: String? = nil, terms: String = "the user's own data"
  ) throws -> CaseSet {
    let table = try CSVTable(path: path, dialect: options.dialect)
    let id = try columns.id.map { try table.column($0) }
    let image = try columns.image.map { try table.column($0) }
    let text = try columns.text.map { try table.column($0) }
    let patient = try columns.patient.map { try table.column($0) }
    let attributes = try columns.attributes.map { ($0, try table.column($0)) }
    var images = ImagePaths(root: imageRoot ?? parentFolder(of: path))
    let fallback = CaseRules(
      image: image == nil ? .optional : .required, text: text == nil ? .optional : .required)
    let rules = rules ?? fallback
    var labels = try CaseLabels(columns, rules, table: table)
    var checker = CaseChecker(
      rules: rules, origin: path,
      labelSource: columns.label.map { "the column \"\($0)\"" } ?? "the table")
    var values = TableValues(table, missing: options.missing)
    for row in 0..<table.rowCount {
      let source = table.place(ofRow: row)
      let identifier = id == nil ? String(row + 1) : values.value(row, id)
      guard let identifier else {
        checker.refuse(
          LeftOut(id: "", reason: .unreadable, message: "the id is empty", place: source))
        continue
      }
      let group = values.value(row, patient)
      let imageName = values.text(row, image)
      let report = values.text(row, text)
      var item = Case(
        id: identifier, imagePath: imageName.map { images.path($0) }, text: report, group: group,
        source: source)
      for (name, column) in attributes { item.attributes[name] = values.value(row, column) }
      do {
        try labels.read(row, &values, into: &item)
      } catch let error as ZooError {
        checker.refuse(
          LeftOut(
            id: identifier, reason: labels.reason, message: error.message,
            place: error.place ?? source))
        continue
      }
      checker.add(item)
    }
    let changes = try table.notes + values.finish(patient: patient) + images.notes(of: table)
    let fileName = lastName(of: path)
    var set = try checker.finish(
      name: name ?? withoutExtension(fileName),
      description: description ?? "cases of \(fileName), \(labels.origin)",
      terms: terms, labels: labels.names, notes: changes)
    set.notes += try labels.notes(on: set)
    return set
  }
}
