import Basics
import Datasets
import Evaluation
import Training

/// One data set on which models are evaluated.
package struct ExternalData: Sendable {
  /// Unlike that of any other data set of the evaluation.
  package var name: String
  package let path: String
  package let description: String
  package let cases: [Case]
  /// One number a case; equal ones are of one patient, and a case without one is its own.
  package let clusters: [Int]
  /// By attribute the group of each case.
  package let groups: [(attribute: String, names: [String?])]
  package let isSynthetic: Bool
  package let leftOut: [LeftOut]
  package let notes: [String]

  init(
    name: String, path: String, set: CaseSet, groups: [String], options: TableOptions,
    isSynthetic: Bool, notes: [String]
  ) throws {
    self.name = name
    self.path = path
    description = set.description
    cases = set.cases
    self.isSynthetic = isSynthetic
    leftOut = set.leftOut
    var numbers: [String: Int] = [:]
    clusters = set.cases.enumerated().map { index, item in
      guard let patient = item.group else { return index }
      if let known = numbers[patient] { return known }
      numbers[patient] = index
      return index
    }
    var attributes = CaseAttributes(options)
    self.groups = try groups.map { ($0, try attributes.groups($0, of: set.cases)) }
    var notes = set.notes + notes
    if !set.leftOut.isEmpty {
      notes.append(
        "\(path): \(set.leftOut.count) cases are left out: \(BadCases(set.leftOut).counts)")
    }
    for (attribute, names) in self.groups where Set(names.compactMap(\.self)).count < 2 {
      notes.append(
        "\(path): groups by \(attribute): "
          + (names.compactMap(\.self).first.map { "all whose value is known are of \"\($0)\"" }
            ?? "no case's value is known"))
    }
    if set.cases.allSatisfy({ $0.group == nil }) {
      notes.append(
        "\(path): patients are not known: every case counts as a patient of its own, and where one has several"
          + " images the intervals are too narrow")
    }
    self.notes = notes
  }

  /// The number of patients, cases without one counted each.
  package var patientCount: Int { Set(clusters).count }

  /// What is true of a case for each output of a model; nil where it is not known.
  ///
  /// - Throws: `ZooError` of code `.badValue` where a case's label is none of the model's.
  func targets(of item: Case, _ task: TaskKind, _ labels: [String]) throws -> [Bool?] {
    switch task {
    case .binary, .multiClass:
      guard let label = item.label, labels.contains(label) else {
        throw ZooError(
          .badValue,
          "the label \"\(item.label ?? "")\" is none of the model's (\(labels.joined(separator: ", ")))",
          at: item.source,
          advice:
            "say which words of the data stand for the model's labels: --labels, in their order")
      }
      return task.outputs(labels).map { $0 == label }
    case .multiLabel:
      return labels.map { finding in
        item.unknownFindings.contains(finding) ? nil : item.findings.contains(finding)
      }
    }
  }
}
