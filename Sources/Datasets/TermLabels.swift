import Basics

/// Gives cases their class or labels from the terms that a collection has for each.
struct TermLabels {
  private let rules: CaseRules
  private let names: [String]
  /// What the terms are called in messages, such as `MeSH headings`.
  private let what: String
  private var seen: Set<String> = []
  /// Terms that are no label, and the cases that have them.
  private var others: [String: Int] = [:]

  /// `names` are the labels, in their order.
  init(_ rules: CaseRules, names: [String], what: String) {
    (self.rules, self.names, self.what) = (rules, names, what)
  }

  /// Gives a case its labels.
  ///
  /// - Returns: why a case is left out: it has not exactly one term, or one that is no class.
  mutating func apply(_ terms: [String], to item: inout Case) -> LeftOut? {
    seen.formUnion(terms)
    let own = Set(terms)
    guard rules.labelling == .together else {
      guard own.count == 1, let term = own.first, names.contains(term) else {
        return LeftOut(
          id: item.id, reason: .otherLabels,
          message: "case \"\(item.id)\" is not of exactly one class: its \(what) are "
            + own.sorted().map { "\"\($0)\"" }.joined(separator: ", "),
          place: item.source)
      }
      item.label = term
      return nil
    }
    item.findings = names.filter(own.contains)
    for term in own where !names.contains(term) { others[term, default: 0] += 1 }
    return nil
  }

  /// What was left out, in sentences.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a label that no case has, or that all have, where each is
  ///   needed.
  func notes(on set: CaseSet, at place: Place) throws -> [String] {
    for name in names where rules.needsEveryAnswer && !seen.contains(name) {
      throw ZooError(
        .badValue,
        "no case has \"\(name)\" among its \(what); " + suggestion(for: name, among: seen.sorted()),
        at: place)
    }
    let rare = try set.labelMatrix.checkLearnable(at: place, isNeeded: rules.needsEveryAnswer)
    guard !others.isEmpty else { return rare }
    let sorted = others.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let examples = sorted.prefix(5).map { "\"\($0.key)\" \($0.value)" }.joined(separator: ", ")
    return rare + [
      "\(place): \(others.count) \(what) are no label of the study and count as nothing: "
        + examples + (others.count > 5 ? ", …" : "")
    ]
  }
}
