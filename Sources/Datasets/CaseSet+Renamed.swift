import Basics

extension CaseSet {
  /// The same with other words for labels and findings.
  package func renamed(_ names: [String: String]) -> CaseSet {
    var set = CaseSet(
      name: name, description: description, terms: terms,
      cases: cases.map { item in
        var item = item
        item.label = item.label.map { names[$0] ?? $0 }
        item.findings = item.findings.map { names[$0] ?? $0 }
        item.unknownFindings = item.unknownFindings.map { names[$0] ?? $0 }
        return item
      }, labels: labels.map { names[$0] ?? $0 }, isMultiLabel: isMultiLabel, leftOut: leftOut)
    set.notes = notes
    return set
  }

  /// Sees that cases which may have several labels are asked about each of some labels.
  ///
  /// A label that the set does not know would else count as absent in every case.
  ///
  /// - Parameters:
  ///   - labels: those that answers are wanted to.
  ///   - whose: whose they are, such as `the model`.
  ///   - place: where the set is described.
  /// - Returns: a sentence on labels of the set that nobody asks for; none where there are none, or cases have one.
  /// - Throws: `ZooError` of code `.badValue` that names the labels the set lacks.
  package func checkLabels(wanted labels: [String], by whose: String, at place: Place) throws
    -> [String]
  {
    guard isMultiLabel else { return [] }
    func listed(_ names: [String]) -> String { names.map { "\"\($0)\"" }.joined(separator: ", ") }
    let missing = labels.filter { !self.labels.contains($0) }
    guard missing.isEmpty else {
      throw ZooError(
        .badValue,
        "nothing is said of \(listed(missing)), which \(whose) answers; the data have \(listed(self.labels))",
        at: place, advice: "say which words of the data stand for them, in \"labels\" or --labels")
    }
    let surplus = self.labels.filter { !labels.contains($0) }
    return surplus.isEmpty
      ? [] : ["\(name): \(listed(surplus)) are labels of the data that \(whose) does not answer"]
  }
}
