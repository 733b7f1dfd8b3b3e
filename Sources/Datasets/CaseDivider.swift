import Basics

/// A case set with what dividing it needs: labels as numbers, groups, members of groups.
struct CaseDivider: CaseDividing {
  /// The labels that occur.
  let labelNames: [String]
  private let labels: [Int]
  private let groups: CaseGroups
  private let cases: [Case]
  private let links: [GroupLink]
  private let assignment: GroupAssignment

  /// Prepares a set; `links` is what made the groups.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a case without a label, or a single label.
  init(_ set: CaseSet, groups: CaseGroups, links: [GroupLink]) throws {
    cases = set.cases
    self.links = links
    let found = set.labelIndices
    var numbers = [Int?](repeating: nil, count: set.labels.count)
    var names: [String] = []
    for (index, count) in set.labelCounts.enumerated() where count > 0 {
      numbers[index] = names.count
      names.append(set.labels[index])
    }
    labels = try zip(found, set.cases).map { label, item in
      guard let label, let number = numbers[label] else {
        throw ZooError(
          .badValue, "case \"\(item.id)\" has no label of the set", at: item.source)
      }
      return number
    }
    guard names.count >= 2 else {
      throw ZooError(
        .badValue,
        "all \(set.cases.count) cases have "
          + (names.first.map { "the label \"\($0)\"" } ?? "no label")
          + "; expected at least two labels", advice: "there is nothing to tell apart")
    }
    labelNames = names
    self.groups = groups
    assignment = GroupAssignment(groups: groups, labels: labels, labelCount: names.count)
  }

  func groupCount(label: Int) -> Int { assignment.groupCount(label: label) }

  /// What to do where a label has too few groups: what links its cases and the key that parts them,
  /// then what else helps.
  func advice(label: Int, otherwise: String) -> String {
    let own = labels.indices.filter { labels[$0] == label }.map { cases[$0] }
    let found = links.compactMap { $0.largest(among: own) }.sorted { $0.count > $1.count }
    return
      (found.map { "of the cases labelled \"\(labelNames[label])\" \($0.sentence)" }
      + [otherwise]).joined(separator: "\n  ")
  }

  var caseCount: Int { labels.count }

  func divide(_ cases: [Int], shares: [Double], stream: RandomStream) -> [[Int]] {
    var seen = [Bool](repeating: false, count: groups.count)
    var present: [Int] = []
    for index in cases where !seen[groups.indices[index]] {
      seen[groups.indices[index]] = true
      present.append(groups.indices[index])
    }
    let partOf = assignment.assign(present, shares: shares, stream: stream)
    var subsets = [[Int]](repeating: [], count: shares.count)
    for index in cases { subsets[partOf[groups.indices[index]] ?? 0].append(index) }
    return subsets
  }

  func checkLabels(of cases: [Int], _ subset: Split.Subset, _ name: String) throws {
    var counts = [Int](repeating: 0, count: labelNames.count)
    for index in cases { counts[labels[index]] += 1 }
    guard let missing = counts.firstIndex(of: 0) else { return }
    let total = labels.count { $0 == missing }
    throw ZooError(
      .badValue,
      "the \(subset.rawValue) subset of split \(name) has none of the \(total) cases labelled "
        + "\"\(labelNames[missing])\" (they form \(groupCount(label: missing)) groups)",
      advice: advice(
        label: missing, otherwise: "use fewer folds or a larger fraction, or gather more cases"))
  }
}
