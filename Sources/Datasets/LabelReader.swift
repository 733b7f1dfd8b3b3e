import Basics
import Foundation

/// Reads the labels of cases row by row into a matrix, and keeps count of what it had to decide.
///
/// ```swift
/// var reader = try LabelReader(
///   .list(column: "Finding Labels", separator: "|", none: ["No Finding"]),
///   names: ["Mass", "Edema"], ignoresOthers: true, table: table)
/// for row in 0..<table.rowCount { try reader.read(row, &values) }
/// let (matrix, notes) = try reader.finish()
/// ```
struct LabelReader {
  /// The names of the labels, in the order of the matrix.
  let names: [String]
  private let form: LabelForm
  private let columns: [Int]
  private let table: CSVTable
  private let uncertain: UncertainPolicy
  private let ignoresOthers: Bool
  private let needsEveryAnswer: Bool
  private let index: [String: Int]
  private var answers: [Bool] = []
  private var isKnown: [Bool] = []
  private var counts = Counts()

  private struct Counts {
    var uncertain = 0
    var separators = 0
    var repeated = 0
    var silent = 0
    var ignored: [String: Int] = [:]
  }

  /// Prepares reading.
  ///
  /// - Parameters:
  ///   - form: how the table tells labels.
  ///   - names: the labels in their order; nil takes those that the table has, by their bytes.
  ///   - uncertain: what −1 becomes.
  ///   - ignoresOthers: whether labels of the table that `names` does not have are left out and counted,
  ///     rather than refused; of classes they are always refused.
  ///   - needsEveryAnswer: whether labels that can't be learnt, and rows without a known answer, are refused
  ///     rather than counted.
  ///   - table: the table.
  /// - Throws: `ZooError` of code `.badValue`: a column that is not there, two labels of one name, no label,
  ///   a separator that is empty or never occurs.
  init(
    _ form: LabelForm, names: [String]? = nil, uncertain: UncertainPolicy = .masked,
    ignoresOthers: Bool = false, needsEveryAnswer: Bool = true, table: CSVTable
  ) throws {
    self.form = form
    self.table = table
    self.uncertain = uncertain
    self.ignoresOthers = ignoresOthers
    self.needsEveryAnswer = needsEveryAnswer
    switch form {
    case .classes(let column):
      columns = [try table.column(column)]
      self.names = names ?? LabelReader.found(table, columns[0], separator: nil, none: [])
    case .columns(let labels):
      columns = try labels.map { try table.column($0.column ?? $0.label) }
      self.names = labels.map(\.label)
    case .list(let column, let separator, let none):
      columns = [try table.column(column)]
      guard !separator.isEmpty else {
        throw ZooError(
          .badValue, "the separator of labels is empty; expected what stands between two labels",
          at: Place(path: table.path, key: column), advice: "such as \"|\"")
      }
      self.names =
        names ?? LabelReader.found(table, columns[0], separator: separator, none: none)
    }
    let place = Place(path: table.path, line: table.headerLine)
    guard !self.names.isEmpty else {
      throw ZooError(.badValue, "no label is named and the table has none", at: place)
    }
    var index: [String: Int] = [:]
    for (number, name) in self.names.enumerated() {
      guard let first = index.updateValue(number, forKey: name) else { continue }
      throw ZooError(
        .badValue, "labels \(first + 1) and \(number + 1) are both named \"\(name)\"", at: place,
        advice: "name each label once")
    }
    self.index = index
  }

  /// Reads one row.
  ///
  /// - Returns: an answer to each label, nil where it is not known.
  /// - Throws: `ZooError` of code `.badValue` with file, line and column: a value that is no answer, a label
  ///   that is not named, one beside a word for no label, or no answer at all; the row is then not in the
  ///   matrix.
  @discardableResult
  mutating func read(_ row: Int, _ values: inout TableValues) throws -> [Bool?] {
    var changed = counts
    let found = try answers(row, &values, &changed)
    if !found.contains(where: { $0 != nil }) {
      changed.silent += 1
      guard needsEveryAnswer else { return keep(found, changed) }
      let last = columns.count == 1 ? columns[0] : nil
      throw ZooError(
        .badValue,
        names.count == 1
          ? "the answer is not known" : "none of the \(names.count) answers is known",
        at: table.place(ofRow: row, column: last), advice: "leave the case out")
    }
    return keep(found, changed)
  }

  private mutating func keep(_ found: [Bool?], _ changed: Counts) -> [Bool?] {
    counts = changed
    answers += found.map { $0 ?? false }
    isKnown += found.map { $0 != nil }
    return found
  }

  /// One answer a label, nil where it is not known.
  private func answers(_ row: Int, _ values: inout TableValues, _ counts: inout Counts) throws
    -> [Bool?]
  {
    switch form {
    case .columns:
      return try columns.map { column in
        switch try values.answer(row, column) {
        case .present: return true
        case .absent: return false
        case .unknown: return nil
        case .uncertain:
          counts.uncertain += 1
          return uncertain == .masked ? nil : uncertain == .positive
        }
      }
    case .classes:
      guard let value = values.value(row, columns[0], known: names) else {
        return names.map { _ in nil }
      }
      guard let own = index[value] else { throw unnamed(value, row) }
      return names.indices.map { $0 == own }
    case .list(_, let separator, let none):
      guard let value = values.value(row, columns[0], known: names + none) else {
        return names.map { _ in nil }
      }
      let parts = LabelReader.parts(value, separator)
      counts.separators += parts.count - 1
      var present = names.map { _ in false }
      let words = parts.filter(none.contains)
      if let word = words.first, parts.count > words.count {
        throw ZooError(
          .badValue, "found \"\(value)\": \"\(word)\" says no label, beside another",
          at: table.place(ofRow: row, column: columns[0]))
      }
      for part in parts where !none.contains(part) {
        guard let own = index[part] else {
          guard ignoresOthers, !part.isEmpty else { throw unnamed(part, row) }
          counts.ignored[part, default: 0] += 1
          continue
        }
        if present[own] { counts.repeated += 1 }
        present[own] = true
      }
      return present
    }
  }

  private func unnamed(_ value: String, _ row: Int) -> ZooError {
    ZooError(
      .badValue,
      value.isEmpty
        ? "an empty label"
        : "the label \"\(value)\" is not named; "
          + suggestion(for: value, among: names),
      at: table.place(ofRow: row, column: columns[0]),
      advice: "name it among the labels, or correct it")
  }

  /// The matrix of the rows that were read, in their order, and what was decided, in sentences.
  ///
  /// `kept` is what is left of it where other rules left cases out.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names a label without a positive answer or of which no
  ///   known answer is negative, or a separator that never occurs.
  func finish(kept: LabelMatrix? = nil) throws -> (matrix: LabelMatrix, notes: [String]) {
    let place = Place(path: table.path)
    if case .list(let column, let separator, _) = form, counts.separators == 0, !answers.isEmpty {
      throw ZooError(
        .badValue, "\"\(separator)\" occurs in no value of the column \"\(column)\"",
        at: Place(path: table.path, key: column),
        advice:
          "give the sign that stands between two labels; where each case has one label, it is a"
          + " class")
    }
    let matrix = kept ?? matrix
    let rare = try matrix.checkLearnable(at: place, isNeeded: needsEveryAnswer)
    return (matrix, notes(matrix).map { "\(table.path): \($0)" } + rare)
  }

  private var matrix: LabelMatrix {
    if case .classes = form {
      let classes = answers.indices.filter { answers[$0] }.map { $0 % names.count }
      return LabelMatrix(classes: classes, names: names)
    }
    return LabelMatrix(names: names, answers: answers, isKnown: isKnown)
  }

  private func notes(_ matrix: LabelMatrix) -> [String] {
    var notes: [String] = []
    if counts.uncertain > 0 {
      let what = uncertain == .masked ? "as not known" : "as \(uncertain.rawValue)"
      notes.append("\(counts.uncertain) uncertain answers (-1) are read \(what)")
    }
    let unknown = matrix.unknown.reduce(0, +)
    if unknown > 0 {
      let worst = zip(names, matrix.unknown).filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
      notes.append(
        "\(unknown) of \(matrix.answers.count) answers are not known and left out of losses and scores: "
          + LabelReader.listed(worst.map { ($0.0, $0.1) }))
    }
    if !counts.ignored.isEmpty {
      let others = counts.ignored.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      notes.append(
        "\(others.count) labels of the table are not named and left out: "
          + LabelReader.listed(others.map { ($0.key, $0.value) }))
    }
    if counts.silent > 0 {
      notes.append("\(counts.silent) of \(matrix.count) cases have no known answer to any label")
    }
    if counts.repeated > 0 { notes.append("\(counts.repeated) labels stand twice in a value") }
    return notes
  }

  private static func listed(_ items: [(String, Int)]) -> String {
    items.prefix(5).map { "\"\($0.0)\" \($0.1)" }.joined(separator: ", ")
      + (items.count > 5 ? ", …" : "")
  }

  private static func parts(_ value: String, _ separator: String) -> [String] {
    value.components(separatedBy: separator).map(tidied)
  }

  /// The labels that a column has, by their bytes.
  private static func found(
    _ table: CSVTable, _ column: Int, separator: String?, none: [String]
  ) -> [String] {
    var names: Set<String> = []
    for row in 0..<table.rowCount {
      let value = tidied(table[row, column])
      for part in separator.map({ parts(value, $0) }) ?? [value]
      where !part.isEmpty && !none.contains(part)
        && !TableValues.doubtful.contains(part.lowercased())
      { names.insert(part) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
