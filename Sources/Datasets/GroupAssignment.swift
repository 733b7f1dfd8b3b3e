import Basics

/// Deals groups of cases out to subsets so that every subset gets its share of every label.
///
/// Groups go largest first, in random order among equals, each to the subset that
/// Σ_label (c − s·T)² / (s·T) grows least in, where c is what the subset has of the label, T what
/// there is of it and s the subset's share: Pearson's χ² against exact proportions. Ties go to the
/// subset that is least full for its share, then to the first.
struct GroupAssignment {
  let labelCount: Int
  /// `[groups, labels]`: the number of cases of each label in each group.
  private(set) var counts: [Int]
  private let sizes: [Int]

  init(groups: CaseGroups, labels: [Int], labelCount: Int) {
    self.labelCount = labelCount
    var counts = [Int](repeating: 0, count: groups.count * labelCount)
    for (group, label) in zip(groups.indices, labels) { counts[group * labelCount + label] += 1 }
    self.counts = counts
    sizes = groups.sizes
  }

  /// The subset of each of the given groups.
  func assign(_ groups: [Int], shares: [Double], stream: RandomStream) -> [Int: Int] {
    var stream = stream
    let order = stream.permutation(groups.count)
      .enumerated().map { (rank: $0, group: groups[$1]) }
      .sorted { (sizes[$1.group], $0.rank) < (sizes[$0.group], $1.rank) }
    var totals = [Double](repeating: 0, count: labelCount)
    for group in groups {
      for label in 0..<labelCount { totals[label] += Double(counts[group * labelCount + label]) }
    }
    let size = totals.reduce(0, +)
    var filled = [Double](repeating: 0, count: shares.count * labelCount)
    var fullness = [Double](repeating: 0, count: shares.count)
    var subsets: [Int: Int] = [:]
    subsets.reserveCapacity(groups.count)
    for (_, group) in order {
      var best = 0
      var bestGrowth = Double.infinity
      for subset in shares.indices {
        var growth = 0.0
        for label in 0..<labelCount where counts[group * labelCount + label] > 0 {
          let added = Double(counts[group * labelCount + label])
          let target = shares[subset] * totals[label]
          growth += added * (2 * (filled[subset * labelCount + label] - target) + added) / target
        }
        if growth < bestGrowth || growth == bestGrowth && fullness[subset] < fullness[best] {
          (best, bestGrowth) = (subset, growth)
        }
      }
      subsets[group] = best
      fullness[best] += Double(sizes[group]) / (shares[best] * size)
      for label in 0..<labelCount {
        filled[best * labelCount + label] += Double(counts[group * labelCount + label])
      }
    }
    return subsets
  }

  /// The number of groups that have a case of a label.
  func groupCount(label: Int) -> Int {
    (0..<sizes.count).count { counts[$0 * labelCount + label] > 0 }
  }
}
