import Basics

/// A binary classifier in the groups of one attribute, such as sex or view.
package struct SubgroupAnalysis: Sendable, Equatable {
  /// In the order of their names as people count (`2` before `10`).
  package let groups: [SubgroupFigures]
  /// Cases of which the group is not known, which are in none.
  package let unknown: Int
  /// For each metric the gap between groups that are not too few, or why there is none.
  package let gaps: [SubgroupMetric: Determined<SubgroupGap>]

  /// The figures of each group.
  ///
  /// - Parameters:
  ///   - labels: the true classes.
  ///   - logits: finite.
  ///   - names: the group of each case; nil where it is not known.
  ///   - threshold: a probability, the same for all groups.
  ///   - clusters: one number a case; equal ones (a patient's) are drawn together.
  ///   - resamples: of each bootstrap.
  ///   - stream: where draws come from.
  /// - Precondition: equal counts.
  package init(
    labels: [Bool], logits: [Double], names: [String?], threshold: Double, clusters: [Int],
    resamples: Int = 2000, stream: RandomStream
  ) {
    precondition(
      labels.count == logits.count && labels.count == names.count
        && labels.count == clusters.count,
      "\(labels.count) labels, \(logits.count) logits, \(names.count) groups, "
        + "\(clusters.count) clusters")
    let cases = GroupedCases(
      labels: labels, logits: logits, probabilities: logits.map(sigmoid), clusters: clusters,
      threshold: threshold, resamples: resamples, stream: stream)
    var members: [String: [Int]] = [:]
    for (index, name) in names.enumerated() {
      if let name { members[name, default: []].append(index) }
    }
    let found = members.keys.sorted(by: naturalOrder).map { name in
      cases.figures(name, members[name] ?? [])
    }
    groups = found
    unknown = names.count { $0 == nil }
    gaps = Dictionary(
      uniqueKeysWithValues: SubgroupMetric.allCases.map { metric in
        (metric, cases.gap(metric, of: found, members))
      })
  }
}
