import Basics

/// How a case set is divided for training, validation and test, again and again.
///
/// Splits are stratified by label and keep groups together. They follow from the seed and the order
/// of the cases alone: the same cases in another order are divided otherwise. More repeats or
/// splits leave the earlier ones as they were.
package struct FoldPlan: Sendable, Equatable {
  /// The ways to test more than once.
  package enum Kind: Sendable, Equatable {
    /// Cross-validation: over `count` folds every case is tested once, `repeats` times.
    case folds(count: Int, repeats: Int)
    /// `count` independent splits with that share of cases to test, above 0 and below 1.
    case splits(count: Int, testFraction: Double)
    /// Each value of an attribute once the test subset, such as each hospital.
    case groupOut(column: String)
    /// One split by two files of ids, such as ChestX-ray14's `train_val_list.txt` and `test_list.txt`.
    case lists(training: String, test: String)
  }

  package var kind: Kind
  /// The share of what is not tested that is kept for validation, from 0 to below 1.
  package var validationFraction: Double
  /// Keeps the cases of a patient together.
  package var groupsByPatient: Bool
  /// Keeps cases with the same report together.
  package var groupsByText: Bool
  /// Keeps cases that show the same picture together.
  package var groupsByImage: Bool
  /// Keeps cases together whose pictures are nearly the same, too, as far as the cases know it.
  package var groupsByNearImage = false
  /// Whether a label that a subset of a split lacks is refused, where cases may have several; else `notes` say it.
  package var needsEveryLabel = true
  package var seed: UInt64

  package init(
    kind: Kind, validationFraction: Double = 0.1, groupsByPatient: Bool = true,
    groupsByText: Bool = true, groupsByImage: Bool = true, seed: UInt64
  ) {
    self.kind = kind
    self.validationFraction = validationFraction
    self.groupsByPatient = groupsByPatient
    self.groupsByText = groupsByText
    self.groupsByImage = groupsByImage
    self.seed = seed
  }

  /// The groups this plan keeps together.
  package func groups(of set: CaseSet) -> CaseGroups {
    CaseGroups(
      set.cases, byPatient: groupsByPatient, byText: groupsByText, byImage: groupsByImage,
      byNearImage: groupsByNearImage)
  }

  /// The same plan as versions of the program made it that did not look at pictures.
  package var withoutPictures: FoldPlan {
    var plan = self
    (plan.groupsByImage, plan.groupsByNearImage) = (false, false)
    return plan
  }

  /// Divides a set.
  ///
  /// - Throws: `ZooError` of code `.badValue`: a count or fraction out of range, a case without a
  ///   label, a single label, a label with fewer groups than subsets, a subset with none of a label.
  package func splits(of set: CaseSet) throws -> [Split] {
    if case .lists(let training, let test) = kind {
      return [
        try official(
          set, training: ChestXray14.list(path: training), test: ChestXray14.list(path: test))
      ]
    }
    if set.isMultiLabel {
      if case .groupOut(let column) = kind {
        let groups = groups(of: set)
        return try splits(by: labelDivider(of: set, groups), Sites(set, column), groups)
      }
      return try splits(of: set.labelMatrix, groups: groups(of: set), cases: set.cases)
    }
    try checkSettings()
    if case .groupOut(let column) = kind {
      let groups = groups(of: set)
      return try splits(
        by: CaseDivider(set, groups: groups, links: links), Sites(set, column), groups)
    }
    let divider = try CaseDivider(set, groups: groups(of: set), links: links)
    try checkLabels(divider)
    return try splits(by: divider)
  }

  /// The splits as a divider deals cases out to their subsets.
  ///
  /// - Throws: what the divider refuses.
  func splits(by divider: some CaseDividing) throws -> [Split] {
    let stream = RandomStream(seed: seed).derived("folds")
    switch kind {
    case .groupOut, .lists: preconditionFailure("these are split elsewhere")
    case .folds(let count, let repeats):
      return try (0..<repeats).flatMap { round in
        let subsets = divider.divide(
          shares: Array(repeating: 1 / Double(count), count: count), stream: stream.derived(round))
        return try (0..<count).map { fold in
          let index = round * count + fold
          return try divider.split(
            name: "r\(round + 1)f\(fold + 1)", index: index, repeatIndex: round,
            rest: subsets.enumerated().filter { $0.offset != fold }.flatMap(\.element),
            test: subsets[fold], validationFraction: validationFraction,
            stream: RandomStream(seed: seed).derived("validation").derived(index))
        }
      }
    case .splits(let count, let testFraction):
      return try (0..<count).map { index in
        let subsets = divider.divide(
          shares: [1 - testFraction, testFraction], stream: stream.derived(index))
        return try divider.split(
          name: "s\(index + 1)", index: index, repeatIndex: index, rest: subsets[0],
          test: subsets[1],
          validationFraction: validationFraction,
          stream: RandomStream(seed: seed).derived("validation").derived(index))
      }
    }
  }

  /// What this plan keeps together.
  var links: [GroupLink] {
    zip(GroupLink.allCases, [groupsByPatient, groupsByText, groupsByImage, groupsByNearImage])
      .filter(\.1).map(\.0)
  }

  /// How many subsets a split has, each of which needs a group of every label.
  var partCount: Int {
    switch kind {
    case .folds(let count, _): validationFraction > 0 ? max(3, count) : count
    case .splits, .groupOut, .lists: validationFraction > 0 ? 3 : 2
    }
  }

  /// Refuses counts and fractions out of range.
  ///
  /// - Throws: `ZooError` of code `.badValue` with the key.
  func checkSettings() throws {
    switch kind {
    case .groupOut, .lists: break
    case .folds(let count, let repeats):
      try check(2...1000 ~= count, "\(count) folds; expected 2 to 1000", "folds")
      try check(1...1000 ~= repeats, "\(repeats) repeats; expected 1 to 1000", "repeats")
    case .splits(let count, let fraction):
      try check(1...1000 ~= count, "\(count) splits; expected 1 to 1000", "splits")
      try check(
        fraction > 0 && fraction < 1,
        "the test fraction is \(fraction); expected a number above 0 and below 1", "testFraction")
    }
    try checkFraction(validationFraction)
  }

  private func checkLabels(_ divider: CaseDivider) throws {
    let needed = partCount
    for (label, name) in divider.labelNames.enumerated() {
      let count = divider.groupCount(label: label)
      guard count < needed else { continue }
      throw ZooError(
        .badValue,
        "the label \"\(name)\" has \(count) independent \(count == 1 ? "group" : "groups") of cases"
          + "; \(needed) subsets need at least \(needed)",
        advice: divider.advice(label: label, otherwise: "use fewer folds, or gather more cases"))
    }
  }
}

/// A share that is cut off must leave something.
func checkFraction(_ fraction: Double) throws {
  try check(
    fraction >= 0 && fraction < 1,
    "the validation fraction is \(fraction); expected a number from 0 to below 1",
    "validationFraction")
}

private func check(_ condition: Bool, _ message: String, _ key: String) throws {
  guard condition else { throw ZooError(.badValue, message, at: Place(key: key)) }
}
