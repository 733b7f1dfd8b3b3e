import Basics

/// Deals groups of cases out to subsets so that every subset gets its share of every label.
///
/// Sechidis, Tsoumakas & Vlahavas, "On the stratification of multi-label data" (ECML PKDD 2011,
/// https://doi.org/10.1007/978-3-642-23808-6_10): the label with the fewest cases left is dealt out first,
/// each of its groups to the subset that still wants most cases of it. Four things are added:
///
/// - what is dealt out are groups (patients), those with most cases of the label first, in random order
///   among equals, so that the small ones can even out what the large ones leave;
/// - of subsets that want a label alike the one takes a group that wants most of the group's other labels,
///   each as a share of what there is of it; then the one with most room for cases; then the first of a
///   random order;
/// - "known to be absent" is a label like any other where it is the rarer answer or where some answers
///   are not known: a subset without it could not be scored;
/// - at the end groups are exchanged where that makes the shares more even.
///
/// Deterministic from the stream. O(labels² · groups · subsets) at worst; a label whose groups have all been
/// dealt out with others costs nothing.
struct IterativeStratification {
  /// A label, or its known absence.
  struct Feature: Equatable {
    let label: Int
    let isPresence: Bool
  }

  let features: [Feature]
  /// The number of groups that have a case of each feature.
  let groupCounts: [Int]
  let groups: CaseGroups
  /// For every group the features of its cases and how many cases have each.
  private let contents: [[(feature: Int, count: Int)]]
  private let sizes: [Int]

  /// - Precondition: the groups are those of the matrix' cases.
  init(_ matrix: LabelMatrix, groups: CaseGroups) {
    precondition(
      matrix.count == groups.indices.count,
      "\(matrix.count) rows for \(groups.indices.count) cases in groups")
    self.groups = groups
    sizes = groups.sizes
    features = Self.features(of: matrix)
    var counts = [Int](repeating: 0, count: groups.count * features.count)
    let width = matrix.names.count
    for (row, group) in groups.indices.enumerated() {
      for (index, feature) in features.enumerated() {
        let entry = row * width + feature.label
        guard matrix.isKnown[entry], matrix.answers[entry] == feature.isPresence else { continue }
        counts[group * features.count + index] += 1
      }
    }
    let featureCount = features.count
    contents = (0..<groups.count).map { group in
      (0..<featureCount).compactMap { feature in
        let count = counts[group * featureCount + feature]
        return count > 0 ? (feature, count) : nil
      }
    }
    var holders = [Int](repeating: 0, count: featureCount)
    for content in contents { for item in content { holders[item.feature] += 1 } }
    groupCounts = holders
  }

  private static func features(of matrix: LabelMatrix) -> [Feature] {
    let (positives, negatives, unknown) = (matrix.positives, matrix.negatives, matrix.unknown)
    return matrix.names.indices.flatMap { label -> [Feature] in
      let presence = Feature(label: label, isPresence: true)
      let absence = Feature(label: label, isPresence: false)
      if matrix.isExclusive { return [presence] }
      if unknown[label] > 0 { return [presence, absence] }
      return [positives[label] <= negatives[label] ? presence : absence]
    }
  }

  /// The subset of each of the given groups.
  ///
  /// - Parameters:
  ///   - asked: the groups to deal out, each once.
  ///   - shares: of the subsets, adding up to 1.
  ///   - stream: where random orders come from.
  /// - Returns: the place of a share for each group.
  func assign(_ asked: [Int], shares: [Double], stream: RandomStream) -> [Int: Int] {
    var state = DealingState(featureCount: features.count, shares: shares)
    for group in asked { state.add(contents[group], size: sizes[group]) }
    state.finishAdding(stream: stream.derived("subsets"))
    var stream = stream.derived("groups")
    let order = stream.permutation(asked.count).map { asked[$0] }
    var subsets: [Int: Int] = [:]
    subsets.reserveCapacity(asked.count)
    var holders = [[Int]](repeating: [], count: features.count)
    for group in order { for item in contents[group] { holders[item.feature].append(group) } }
    func place(_ group: Int, for feature: Int?) {
      let subset = state.bestSubset(contents[group], for: feature)
      state.take(contents[group], size: sizes[group], into: subset)
      subsets[group] = subset
    }
    while let feature = state.rarest {
      let open = holders[feature].filter { subsets[$0] == nil }
      for group in largestFirst(open, by: { ownCount($0, feature) }) {
        place(group, for: feature)
      }
    }
    for group in largestFirst(order.filter({ subsets[$0] == nil }), by: { sizes[$0] }) {
      place(group, for: nil)
    }
    state.exchange(
      order, contents: contents, sizes: sizes, subsets: &subsets,
      stream: stream.derived("exchanges"))
    return subsets
  }

  private func ownCount(_ group: Int, _ feature: Int) -> Int {
    contents[group].first { $0.feature == feature }?.count ?? 0
  }

  /// Falling by a count, then by size; equal ones keep their order.
  private func largestFirst(_ groups: [Int], by count: (Int) -> Int) -> [Int] {
    let keys = groups.enumerated().map { ($1, count($1), sizes[$1], $0) }
    return keys.sorted { ($1.1, $1.2, $0.3) < ($0.1, $0.2, $1.3) }.map(\.0)
  }
}
