import Basics

extension FoldPlan {
  /// Splits by site: each once the test subset, the validation subset cut from the others.
  ///
  /// Groups that reach into the tested site are kept out of training and validation as wholes.
  ///
  /// - Throws: what `Sites` and the divider refuse.
  func splits(by divider: some CaseDividing, _ sites: Sites, _ groups: CaseGroups) throws -> [Split]
  {
    try sites.names.indices.map { index in
      let test = sites.members[index]
      let tested = Set(test.map { groups.indices[$0] })
      let rest = (0..<divider.caseCount).filter { !tested.contains(groups.indices[$0]) }
      return try divider.split(
        name: sites.splitNames[index], index: index, repeatIndex: index, rest: rest, test: test,
        validationFraction: validationFraction,
        stream: RandomStream(seed: seed).derived("validation").derived(index))
    }
  }

  /// What was kept out of training because it is linked with the tested site, sites that are small, and how their
  /// comparison is to be read.
  func siteNotes(_ set: CaseSet, _ splits: [Split]) -> [String] {
    guard case .groupOut(let column) = kind else { return [] }
    let matrix = set.labelMatrix
    let width = matrix.names.count
    var notes: [String] = []
    for split in splits {
      let used = split.training.count + split.validation.count + split.test.count
      let kept = set.cases.count - used
      if kept > 0 {
        let shared = links.map(\.rawValue).joined(separator: ", ")
        notes.append(
          "\(split.name): \(kept) cases of other sites are left out of training and validation, as they share"
            + " \(shared) with cases of this one")
      }
      let counts = (0..<width).map { (label: Int) -> Int in
        split.test.count { matrix.answers[$0 * width + label] }
      }
      let fewest = counts.min() ?? 0
      if fewest < 10 {
        notes.append(
          "\(split.name): a label has \(fewest) of its \(split.test.count) cases; its scores are coarse"
        )
      }
    }
    if splits.count > 1 {
      notes.append(
        "every split tests one \(column) that was not trained on. The corrected t-test takes splits for random"
          + " divisions of one population, which these are not: its intervals and p hold over sites like these"
          + " \(splits.count), and tell little where they are few")
    }
    return notes
  }
}
