/// Cases that may be studied together, and those that were left out.
///
/// Index `i` of `cases` is what splits refer to.
package struct CaseSet: Sendable {
  /// Short, fit for a table: `open-i`, or the file's name.
  package var name: String
  /// One sentence: what the cases are and how their labels came about.
  package var description: String
  /// One sentence: source and licence, or whose data it is.
  package var terms: String
  package let cases: [Case]
  /// The class names, or the labels that a case may have together, in the order of their indices.
  package let labels: [String]
  /// Whether a case may have any number of labels, its `findings`; else it has one, its `label`.
  package let isMultiLabel: Bool
  /// Cases that were read and are not in `cases`, in the order of reading.
  package let leftOut: [LeftOut]
  /// What was guessed, dropped or changed in reading, in sentences with counts.
  package var notes: [String] = []

  /// A set of cases that need no check.
  ///
  /// Without `labels` the class names are those found, ordered by their bytes.
  package init(
    name: String, description: String = "", terms: String = "", cases: [Case],
    labels: [String]? = nil, isMultiLabel: Bool = false, leftOut: [LeftOut] = []
  ) {
    self.name = name
    self.description = description
    self.terms = terms
    self.cases = cases
    self.labels = labels ?? CaseSet.foundLabels(cases)
    self.isMultiLabel = isMultiLabel
    self.leftOut = leftOut
  }

  /// The same set with other cases of it; notes on its reading are not carried over.
  package func with(cases: [Case], leftOut: [LeftOut]) -> CaseSet {
    CaseSet(
      name: name, description: description, terms: terms, cases: cases, labels: labels,
      isMultiLabel: isMultiLabel, leftOut: leftOut)
  }

  /// The answer to each label of each case.
  ///
  /// - Precondition: every case has a label of the set.
  package var labelMatrix: LabelMatrix {
    guard isMultiLabel else {
      return LabelMatrix(
        classes: zip(labelIndices, cases).map { index, item in
          guard let index else {
            preconditionFailure("case \"\(item.id)\" has no label of the set")
          }
          return index
        }, names: labels)
    }
    let answers = answers(to: labels)
    return LabelMatrix(
      names: labels, answers: answers.map { $0 > 0.5 }, isKnown: answers.map { !$0.isNaN })
  }

  /// The answers to "has it this finding?", `[cases, findings]`: 1, 0, NaN where not known.
  package func answers(to findings: [String]) -> [Float] {
    cases.flatMap { item in
      findings.map { finding in
        item.findings.contains(finding) ? 1 : item.unknownFindings.contains(finding) ? .nan : 0
      }
    }
  }

  /// The number of cases of each label, in the order of `labels`.
  package var labelCounts: [Int] {
    if isMultiLabel { return labelMatrix.positives }
    var counts: [String: Int] = [:]
    for item in cases { if let label = item.label { counts[label, default: 0] += 1 } }
    return labels.map { counts[$0] ?? 0 }
  }

  /// The index of every case's class in `labels`; nil for a case without one.
  package var labelIndices: [Int?] {
    let index = Dictionary(
      labels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return cases.map { item in item.label.flatMap { index[$0] } }
  }

  /// How many cases were left out for each reason, reasons without a case omitted.
  package var leftOutCounts: [(reason: LeftOut.Reason, count: Int)] {
    LeftOut.Reason.allCases.compactMap { reason in
      let count = leftOut.count { $0.reason == reason }
      return count > 0 ? (reason, count) : nil
    }
  }

  static func foundLabels(_ cases: [Case]) -> [String] {
    Set(cases.compactMap(\.label)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
