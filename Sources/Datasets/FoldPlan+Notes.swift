import Basics

/// What a person should know of the groups and splits of a set, in sentences.
extension FoldPlan {
  /// Pictures that several cases share, groups that hold more than a fifth of the cases, splits that groups
  /// distort, cases in no list, and labels that a subset lacks.
  package func notes(on set: CaseSet, splits: [Split]) -> [String] {
    let groups = groups(of: set)
    return pictureNotes(set, splits) + sizeNotes(set, groups) + siteNotes(set, splits)
      + unevenNotes(set, splits, largest: groups.sizes.max() ?? 1) + listNotes(set, splits)
      + absentNotes(set)
      + (needsEveryLabel || !set.isMultiLabel ? [] : rareNotes(set.labelMatrix, splits))
  }

  /// Whether the splits come from lists.
  private var isGiven: Bool { if case .lists = kind { true } else { false } }

  /// How many cases stand in no list.
  private func listNotes(_ set: CaseSet, _ splits: [Split]) -> [String] {
    guard isGiven, let split = splits.first else { return [] }
    let used = split.training.count + split.validation.count + split.test.count
    guard used < set.cases.count else { return [] }
    return [
      "\(set.cases.count - used) of the \(set.cases.count) cases stand in neither list and take no part"
    ]
  }

  /// How many ids of each list the set does not have, as in a copy that holds only some of the images.
  private func absentNotes(_ set: CaseSet) -> [String] {
    guard case .lists(let training, let test) = kind else { return [] }
    let known = Set(set.cases.map(\.id))
    return [("training", training), ("test", test)].compactMap { name, path in
      // Lists that can't be read have been refused when the splits were made.
      guard let ids = try? ChestXray14.list(path: path) else { return nil }
      let absent = ids.filter { !known.contains($0) }
      guard !absent.isEmpty else { return nil }
      return
        "\(absent.count) of the \(ids.count) ids of the \(name) list are not in the data, such as "
        + "\"\(absent[0])\""
    }
  }

  /// Labels of which a subset has no positive or no negative answer.
  private func rareNotes(_ matrix: LabelMatrix, _ splits: [Split]) -> [String] {
    let width = matrix.names.count
    return splits.flatMap { split in
      Split.Subset.allCases.compactMap { subset -> String? in
        let rows = split[subset]
        let lacking = (0..<width).filter { label in
          let known = rows.filter { matrix.isKnown[$0 * width + label] }
          let positives = known.count { matrix.answers[$0 * width + label] }
          return positives == 0 || positives == known.count
        }
        guard !lacking.isEmpty, !rows.isEmpty else { return nil }
        return
          "the \(subset.rawValue) subset of \(split.name) has no positive or no negative case of "
          + lacking.map { "\"\(matrix.names[$0])\"" }.joined(separator: ", ")
          + (subset == .training ? ": they can't be learnt" : ": no AUROC of theirs there")
      }
    }
  }

  private func pictureNotes(_ set: CaseSet, _ splits: [Split]) -> [String] {
    var groups: [String: [Int]] = [:]
    for (index, item) in set.cases.enumerated() {
      for key in item.sharedPictures { groups[key, default: []].append(index) }
    }
    guard !groups.isEmpty else { return [] }
    let count = Set(groups.values.joined()).count
    let parted = splits.map { split in
      let seen = Set((split.training + split.validation).flatMap { shared(set, $0) })
      return split.test.count { shared(set, $0).contains(where: seen.contains) }
    }
    let leaks = parted.reduce(0, +)
    let tested = splits.reduce(0) { $0 + $1.test.count }
    let what =
      "\(count) cases share a picture with another (the same file, bytes or pixels): "
      + "\(groups.count) \(groups.count == 1 ? "group" : "groups")"
    let consequence =
      leaks > 0
      ? "; \(leaks) of the \(tested) cases that are tested\(splits.count > 1 ? " over all splits" : "")"
        + " have a picture that is trained on or chosen by, too, so that their scores are optimistic"
      : ""
    let policy =
      isGiven && leaks > 0
      ? "; the lists divide them"
      : groupsByImage
        ? ", kept together in folds"
        : "; \"groupByImage\" is false, so folds may part them"
    return [what + policy + consequence] + conflictNotes(set, groups)
  }

  private func shared(_ set: CaseSet, _ index: Int) -> [String] { set.cases[index].sharedPictures }

  private func conflictNotes(_ set: CaseSet, _ groups: [String: [Int]]) -> [String] {
    let conflicts = groups.values.filter { Set($0.map { set.cases[$0].answer }).count > 1 }
      .sorted { $0[0] < $1[0] }
    guard !conflicts.isEmpty else { return [] }
    let examples = conflicts.prefix(3).map { group in
      group.prefix(3).map { index in
        let item = set.cases[index]
        let findings =
          item.findings.isEmpty ? item.label ?? "" : item.findings.joined(separator: ", ")
        return "\(item.id) (\(findings))"
      }.joined(separator: " and ") + (group.count > 3 ? " …" : "")
    }.joined(separator: "; ")
    let count = conflicts.count
    return [
      "\(count) \(count == 1 ? "picture stands" : "pictures stand") in cases of different labels: "
        + examples + (count > 3 ? "; …" : "")
    ]
  }

  /// Groups of more than a fifth of the cases, and what links them.
  private func sizeNotes(_ set: CaseSet, _ groups: CaseGroups) -> [String] {
    let total = set.cases.count
    let large = groups.members.filter { $0.count > 2 && $0.count * 5 > total }
    return large.sorted { $0.count > $1.count }.map { group in
      let own = group.map { set.cases[$0] }
      let found = links.compactMap { $0.largest(among: own) }.sorted { $0.count > $1.count }
      return "\(group.count) of the \(total) cases form one group that is kept together: "
        + found.map(\.sentence).joined(separator: "; ")
    }
  }

  /// Test subsets whose size or classes are far from what they should be.
  private func unevenNotes(_ set: CaseSet, _ splits: [Split], largest: Int) -> [String] {
    guard largest > 1, !splits.isEmpty else { return [] }
    switch kind {
    case .groupOut, .lists: return []
    default: break
    }
    let (total, counts) = (Double(set.cases.count), set.labelCounts)
    let matrix = set.labelMatrix
    let expected: Double =
      switch kind {
      case .folds(let count, _): total / Double(count)
      case .splits(_, let fraction): total * fraction
      case .groupOut, .lists: 0
      }
    let sizes = splits.map { Double($0.test.count) }
    func isFar(_ found: Double, from wanted: Double, by share: Double, of whole: Double) -> Bool {
      abs(found - wanted) >= 2 && abs(found - wanted) > share * whole
    }
    var findings: [String] = []
    if sizes.contains(where: { isFar($0, from: expected, by: 0.5, of: expected) }) {
      findings.append(
        "they hold \(Int(sizes.min() ?? 0)) to \(Int(sizes.max() ?? 0)) cases (\(rounded(expected)) "
          + "expected)")
    }
    // Of two classes one share tells both.
    let asked = counts.count == 2 && !set.isMultiLabel ? [1] : Array(counts.indices)
    for label in asked where counts[label] > 0 {
      let whole = Double(counts[label]) / total
      let own = splits.map { split in
        Double(
          split.test.count { matrix.answers[$0 * counts.count + label] })
      }
      guard zip(own, sizes).contains(where: { isFar($0, from: whole * $1, by: 0.1, of: $1) })
      else { continue }
      let shares = zip(own, sizes).map { $0 / max(1, $1) }
      findings.append(
        "\"\(set.labels[label])\" is \(percent(shares.min() ?? 0)) to \(percent(shares.max() ?? 0)) % of them "
          + "(\(percent(whole)) % of all cases)")
    }
    guard !findings.isEmpty else { return [] }
    return [
      "groups that are kept together make the test subsets uneven: "
        + findings.joined(separator: "; ") + "; the largest group has \(largest) cases"
    ]
  }

  private func percent(_ share: Double) -> Int { Int((100 * share).rounded()) }

  private func rounded(_ value: Double) -> String {
    value == value.rounded() ? "\(Int(value))" : "about \(Int(value.rounded()))"
  }
}
