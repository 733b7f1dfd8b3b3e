import Basics
import Foundation

/// The columns of a table with an answer for each finding.
package struct FindingColumns: Sendable, Equatable {
  /// Unique ids; nil numbers the rows from 1.
  package var id: String?
  /// Paths of images.
  package var image: String
  /// Patients; nil where they are not known.
  package var patient: String?
  /// One column a finding, called by it.
  package var findings: [String]

  package init(id: String? = nil, image: String, patient: String? = nil, findings: [String]) {
    self.id = id
    self.image = image
    self.patient = patient
    self.findings = findings
  }
}

/// What an uncertain answer (−1) becomes.
///
/// Irvin and others 2019, "CheXpert", https://arxiv.org/abs/1901.07031.
package enum UncertainPolicy: String, Sendable, CaseIterable {
  /// Left out of the loss and of the scores.
  case masked
  case positive
  case negative
}

extension CaseSet {
  /// Reads a table with a column for each finding: `1` present, `0` absent, `-1` uncertain, empty where
  /// the report does not speak of it (`1.0`, `1,0`, `true` and the like count, too, and "nan" is nothing).
  ///
  /// `label` is `abnormal` where any finding but "No Finding" is present, else `normal`. Where that is
  /// the same of all cases, it is whether they have the finding that divides them most evenly.
  ///
  /// - Throws: `ZooError` with file and line: a missing column, another value, a case without image.
  package static func findings(
    path: String, columns: FindingColumns, uncertain: UncertainPolicy, imageRoot: String?,
    options: TableOptions = TableOptions(), skipsBad: Bool
  ) throws -> CaseSet {
    let table = try CSVTable(path: path, dialect: options.dialect)
    let id = try columns.id.map { try table.column($0) }
    let image = try table.column(columns.image)
    let patient = try columns.patient.map { try table.column($0) }
    let answers = try columns.findings.map { try table.column($0) }
    var images = ImagePaths(root: imageRoot ?? parentFolder(of: path))
    var checker = CaseChecker(
      rules: CaseRules(
        image: .required, labels: [ChestXray14.normal, ChestXray14.abnormal], skipsBad: skipsBad),
      origin: path)
    var values = TableValues(table, missing: options.missing)
    for row in 0..<table.rowCount {
      let group = values.value(row, patient)
      let file = values.text(row, image)
      let source = table.place(ofRow: row)
      guard let identifier = id == nil ? String(row + 1) : values.value(row, id) else {
        checker.refuse(
          LeftOut(id: "", reason: .unreadable, message: "the id is empty", place: source))
        continue
      }
      var (present, unknown): ([String], [String]) = ([], [])
      do {
        for (finding, column) in zip(columns.findings, answers) {
          switch try values.answer(row, column) {
          case .present: present.append(finding)
          case .absent: break
          case .unknown: unknown.append(finding)
          case .uncertain:
            if uncertain == .masked { unknown.append(finding) }
            if uncertain == .positive { present.append(finding) }
          }
        }
      } catch let error as ZooError {
        checker.refuse(
          LeftOut(
            id: identifier, reason: .unknownAnswer, message: error.message,
            place: error.place ?? source))
        continue
      }
      let isNormal = present.allSatisfy(isNoFinding)
      var item = Case(
        id: identifier, imagePath: file.map { images.path($0) },
        label: isNormal ? ChestXray14.normal : ChestXray14.abnormal, findings: present,
        group: group, source: source)
      item.unknownFindings = unknown
      checker.add(item)
    }
    let changes = try table.notes + values.finish(patient: patient) + images.notes(of: table)
    let fileName = lastName(of: path)
    return try checker.finish(
      name: withoutExtension(fileName),
      description: "cases of \(fileName), \(columns.findings.count) findings each",
      terms: "the user's own data", notes: changes
    ).divided(by: columns.findings, path: path)
  }

  /// Whether a column says that there is nothing, as CheXpert's `No Finding` does.
  private static func isNoFinding(_ finding: String) -> Bool {
    ["no finding", "no findings", "normal"].contains(
      finding.lowercased().replacing("_", with: " "))
  }

  /// The same cases with labels that both occur, so that folds can be stratified.
  private func divided(by findings: [String], path: String) throws -> CaseSet {
    let silent = cases.count { $0.unknownFindings.count == findings.count }
    var notes = notes
    if silent > 0 {
      notes.append("\(path): \(silent) of \(cases.count) cases have no answer for any finding")
    }
    for finding in findings {
      let present = cases.count { $0.findings.contains(finding) }
      let unknown = cases.count { $0.unknownFindings.contains(finding) }
      let absent = cases.count - present - unknown
      guard unknown > 0, min(present, absent) == 0 else { continue }
      notes.append(
        "\(path): of \"\(finding)\" every known answer is \(present > 0 ? 1 : 0) (\(max(present, absent)) of"
          + " \(cases.count) cases; an empty field is no answer): it can be neither learnt nor scored"
      )
    }
    guard labelCounts.contains(0) else {
      var set = self
      set.notes = notes
      return set
    }
    let evenness = findings.map { finding in
      let count = cases.count { $0.findings.contains(finding) }
      return min(count, cases.count - count)
    }
    guard let most = evenness.max(), most > 0, let best = evenness.firstIndex(of: most) else {
      throw ZooError(
        .badValue,
        "no finding is there in some of the \(cases.count) cases and not in others: there is nothing"
          + " to tell apart", at: Place(path: path),
        advice: "are the columns of \"findings\" the right ones?")
    }
    let labels = ["without \(findings[best])", "with \(findings[best])"]
    let divided = cases.map { item in
      var item = item
      item.label = labels[item.findings.contains(findings[best]) ? 1 : 0]
      return item
    }
    var set = CaseSet(
      name: name, description: description, terms: terms, cases: divided, labels: labels,
      leftOut: leftOut)
    let kind = labelCounts[0] == 0 ? "Every case has a finding" : "No case has a finding"
    set.notes =
      notes + ["\(path): \(kind): the folds are stratified by \"\(findings[best])\" instead"]
    return set
  }

  /// The answers to "has it this finding?", `[cases, findings]`: 1, 0, NaN where not known.
  package func answers(to findings: [String]) -> [Float] {
    cases.flatMap { item in
      findings.map { finding in
        item.findings.contains(finding) ? 1 : item.unknownFindings.contains(finding) ? .nan : 0
      }
    }
  }
}
