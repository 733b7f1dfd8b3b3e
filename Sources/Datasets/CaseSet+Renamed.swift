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
}
