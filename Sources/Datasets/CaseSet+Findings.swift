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

/// What an uncertain answer (−1) becomes: the policies of Irvin et al. 2019, "CheXpert",
/// https://arxiv.org/abs/1901.07031.
package enum UncertainPolicy: String, Sendable, CaseIterable {
  /// Left out of the loss and of the scores.
  case masked
  case positive
  case negative
}

extension CaseSet {
  /// Reads a table with a column for each finding: `1` present, `0` absent, `-1` uncertain, empty where
  /// the report does not speak of it (`1.0`, `0.0` and `-1.0` count, too).
  ///
  /// `label` is `abnormal` where any finding is present, else `normal`.
  ///
  /// - Throws: `ZooError` with file and line: a missing column, another value, a case without image.
  package static func findings(
    path: String, columns: FindingColumns, uncertain: UncertainPolicy, imageRoot: String?,
    skipsBad: Bool
  ) throws -> CaseSet {
    let table = try CSVTable(path: path)
    let id = try columns.id.map { try table.column($0) }
    let image = try table.column(columns.image)
    let patient = try columns.patient.map { try table.column($0) }
    let answers = try columns.findings.map { try table.column($0) }
    let root = imageRoot ?? (path as NSString).deletingLastPathComponent
    var checker = CaseChecker(
      rules: CaseRules(
        image: .required, labels: [ChestXray14.normal, ChestXray14.abnormal], skipsBad: skipsBad),
      origin: path)
    for row in 0..<table.rowCount {
      var (present, unknown): ([String], [String]) = ([], [])
      for (finding, column) in zip(columns.findings, answers) {
        switch table[row, column] {
        case "1", "1.0": present.append(finding)
        case "0", "0.0": break
        case "": unknown.append(finding)
        case "-1", "-1.0":
          if uncertain == .masked { unknown.append(finding) }
          if uncertain == .positive { present.append(finding) }
        default:
          throw ZooError(
            .badValue,
            "found \"\(table[row, column])\"; expected 1, 0, -1 (uncertain) or nothing",
            at: table.place(ofRow: row, column: column))
        }
      }
      let group = patient.map { table[row, $0] } ?? ""
      let file = table[row, image]
      var item = Case(
        id: id.map { table[row, $0] } ?? String(row + 1),
        imagePath: file.isEmpty ? nil : joinPath(root, file),
        label: present.isEmpty ? ChestXray14.normal : ChestXray14.abnormal, findings: present,
        group: group.isEmpty ? nil : group, source: table.place(ofRow: row))
      item.unknownFindings = unknown
      checker.add(item)
    }
    let fileName = (path as NSString).lastPathComponent
    return try checker.finish(
      name: (fileName as NSString).deletingPathExtension,
      description: "cases of \(fileName), \(columns.findings.count) findings each",
      terms: "the user's own data")
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
