import Basics

extension FoldPlan {
  /// The one split of official lists, such as ChestX-ray14's `train_val_list.txt` and
  /// `test_list.txt`; a validation subset is cut from the first.
  ///
  /// Ids that the set does not have are passed over, as a copy may hold only some of the images; cases
  /// in neither list are in no subset. Patients and reports must not be divided by the lists; what shares a picture
  /// stays together where the validation subset is cut, and lists may divide it.
  ///
  /// - Throws: `ZooError` of code `.badValue`: an id in both lists, a group in both, a subset without
  ///   a case of some label.
  package func official(_ set: CaseSet, training: [String], test: [String]) throws -> Split {
    try checkFraction(validationFraction)
    let index = Dictionary(
      set.cases.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let trained = Set(training)
    if let both = test.first(where: trained.contains) {
      throw ZooError(.badValue, "\"\(both)\" is in the training list and in the test list")
    }
    let rest = Set(training.compactMap { index[$0] }).sorted()
    let tested = Set(test.compactMap { index[$0] }).sorted()
    for (name, indices) in [("training", rest), ("test", tested)] where indices.isEmpty {
      throw ZooError(.badValue, "no case of the set \"\(set.name)\" is in the \(name) list")
    }
    let groups = withoutPictures.groups(of: set)
    var owner: [Int: Int] = [:]
    for case_ in rest { owner[groups.indices[case_]] = case_ }
    for case_ in tested {
      guard let other = owner[groups.indices[case_]] else { continue }
      throw ZooError(
        .badValue,
        "the lists divide a group: \"\(set.cases[other].id)\" is trained on and "
          + "\"\(set.cases[case_].id)\" tested, with the same patient or report",
        at: set.cases[case_].source)
    }
    let kept = self.groups(of: set)
    let divider: any CaseDividing =
      set.isMultiLabel
      ? labelDivider(of: set, kept)
      : try CaseDivider(set, groups: kept, links: links)
    return try divider.split(
      name: "official", index: 0, repeatIndex: 0, rest: rest, test: tested,
      validationFraction: validationFraction,
      stream: RandomStream(seed: seed).derived("validation").derived(0))
  }
}
