import Basics

/// Reads what a table of the user's own tells of each case's class or labels.
struct CaseLabels {
  private enum Form {
    case column(Int)
    case marks(OneHotLabel)
    case together(LabelReader)
  }

  private var form: Form
  private let columns: CSVColumns
  private let known: [String]

  /// Finds the columns.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a column that is not there, and what `LabelReader` refuses.
  init(_ columns: CSVColumns, _ rules: CaseRules, table: CSVTable) throws {
    self.columns = columns
    known = rules.labels ?? []
    if rules.labelling == .together {
      form = .together(
        try LabelReader(
          columns.labelForm(at: Place(path: table.path)), names: rules.labels,
          uncertain: rules.uncertain, ignoresOthers: rules.ignoresOtherLabels,
          needsEveryAnswer: rules.needsEveryAnswer, table: table))
    } else if let label = columns.label {
      form = .column(try table.column(label))
    } else {
      form = .marks(try OneHotLabel(columns.labelColumns, table: table))
    }
  }

  /// The labels that a case may have together; nil where it has one class.
  var names: [String]? {
    if case .together(let reader) = form { return reader.names }
    return nil
  }

  /// What a case is that can't be read.
  var reason: LeftOut.Reason { names == nil ? .unknownLabel : .unknownAnswer }

  /// Where labels come from, in a phrase.
  var origin: String {
    let marks = columns.labelColumns.map(\.column).joined(separator: ", ")
    let source = columns.label.map { "its column \($0)" } ?? "its columns \(marks)"
    if let names { return "\(names.count) labels from \(source)" }
    return "label from \(source)" + (columns.label == nil ? ", the one that holds 1" : "")
  }

  /// Reads the labels of one row into a case.
  ///
  /// - Throws: `ZooError` of code `.badValue` for what is no answer, or no label that is known.
  mutating func read(_ row: Int, _ values: inout TableValues, into item: inout Case) throws {
    switch form {
    case .column(let column): item.label = values.value(row, column, known: known)
    case .marks(let marks): item.label = try marks.label(row, &values)
    case .together(var reader):
      let answers = try reader.read(row, &values)
      form = .together(reader)
      for (name, answer) in zip(reader.names, answers) {
        switch answer {
        case true: item.findings.append(name)
        case nil: item.unknownFindings.append(name)
        default: break
        }
      }
    }
  }

  /// What was decided in reading the labels of the cases that are in a set.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a label that can't be learnt, or a separator that never occurs.
  func notes(on set: CaseSet) throws -> [String] {
    guard case .together(let reader) = form else { return [] }
    return try reader.finish(kept: set.labelMatrix).notes
  }
}
