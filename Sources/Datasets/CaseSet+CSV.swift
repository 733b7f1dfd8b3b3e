import Basics
import Foundation

extension CaseSet {
  /// Reads a table of the user's own.
  ///
  /// Image paths are relative to `imageRoot`, or to the table's folder where none is given. Without
  /// `rules` an image and a text are required where their columns are named, and exactly two classes
  /// must be found. Rows that share an id are one case where the columns say so; of its pictures one of
  /// each of the `views` is kept, all where none are asked for.
  ///
  /// - Throws: `ZooError` with file and line: what `CSVTable` refuses, a missing column, words of which
  ///   it is not known whether they are values, or the cases that break the rules.
  package static func csv(
    path: String, columns: CSVColumns, imageRoot: String? = nil, rules: CaseRules? = nil,
    views: ViewSlots? = nil, options: TableOptions = TableOptions(), name: String? = nil,
    description: String? = nil, terms: String = "the user's own data"
  ) throws -> CaseSet {
    let table = try CSVTable(path: path, dialect: options.dialect)
    let id = try columns.id.map { try table.column($0) }
    let pictures = try RowPictures(columns, table)
    let text = try columns.text.map { try table.column($0) }
    let patient = try columns.patient.map { try table.column($0) }
    let attributes = try columns.attributes.map { ($0, try table.column($0)) }
    var images = ImagePaths(root: imageRoot ?? parentFolder(of: path))
    let fallback = CaseRules(
      image: columns.image == nil && columns.images == nil ? .optional : .required,
      text: text == nil ? .optional : .required)
    let rules = rules ?? fallback
    var labels = try CaseLabels(columns, rules, table: table)
    var checker = CaseChecker(
      rules: rules, origin: path,
      labelSource: columns.label.map { "the column \"\($0)\"" } ?? "the table")
    var values = TableValues(table, missing: options.missing)
    var choice = ViewChoice(views)
    var joined = JoinedRows.areJoined(columns) ? JoinedRows() : nil
    func take(_ item: Case) {
      var item = item
      choice.keep(&item)
      checker.add(item)
    }
    func refuse(_ id: String, _ reason: LeftOut.Reason, _ message: String, _ place: Place) {
      if joined == nil || id.isEmpty {
        checker.refuse(LeftOut(id: id, reason: reason, message: message, place: place))
      } else {
        joined?.refuse(id, message, at: place)
      }
    }
    for row in 0..<table.rowCount {
      let source = table.place(ofRow: row)
      let identifier = id == nil ? String(row + 1) : values.value(row, id)
      guard let identifier else {
        refuse("", .unreadable, "the id is empty", source)
        continue
      }
      let group = values.value(row, patient)
      var item = Case(
        id: identifier, text: values.text(row, text), group: group, source: source)
      for (name, column) in attributes { item.attributes[name] = values.value(row, column) }
      do {
        item.images = try pictures.read(row, &values)
      } catch let error as ZooError {
        refuse(identifier, .unreadable, error.message, error.place ?? source)
        continue
      }
      for place in item.images.indices {
        item.images[place].path = images.path(item.images[place].path)
      }
      do {
        try labels.read(row, &values, into: &item)
      } catch let error as ZooError {
        refuse(identifier, labels.reason, error.message, error.place ?? source)
        continue
      }
      if joined == nil { take(item) } else { joined?.add(item) }
    }
    for (item, fault) in joined?.all ?? [] {
      if let fault {
        checker.refuse(
          LeftOut(id: item.id, reason: .differingRows, message: fault, place: item.source))
      } else {
        take(item)
      }
    }
    let changes = try table.notes + values.finish(patient: patient) + images.notes(of: table)
    let fileName = lastName(of: path)
    var set = try checker.finish(
      name: name ?? withoutExtension(fileName),
      description: description ?? "cases of \(fileName), \(labels.origin)",
      terms: terms, labels: labels.names, notes: changes)
    set.notes += try choice.notes(at: path) + labels.notes(on: set)
    return set
  }
}
