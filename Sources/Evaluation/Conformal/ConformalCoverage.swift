/// What sets of classes hold of labelled cases, and how large they are.
package struct ConformalCoverage: Sendable, Equatable {
  /// The share of one kind of cases whose set holds the true class.
  package struct Share: Sendable, Equatable {
    package let covered: Int
    package let count: Int

    /// The share itself; undefined without cases.
    package var value: Determined<Double> {
      Determined(count == 0 ? nil : Double(covered) / Double(count), else: .noCases)
    }

    /// The exact 95 % interval of the share; nil without cases.
    package var interval: Interval? {
      count == 0 ? nil : exactProportionInterval(covered, of: count)
    }
  }

  /// Over all cases.
  package let marginal: Share
  /// One a class.
  package let byClass: [Share]
  /// Cases by the size of their set, from 0 to all classes.
  package let sizes: [Int]

  /// The mean size of a set.
  package var meanSize: Double {
    let total = sizes.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    return Double(total) / Double(marginal.count)
  }

  /// Counts sets; undefined without cases.
  ///
  /// - Precondition: a set of `classCount` for each label.
  static func of(labels: [Int], sets: [[Bool]], classCount: Int) -> Determined<ConformalCoverage> {
    guard !labels.isEmpty else { return .undefined(.noCases) }
    var sizes = [Int](repeating: 0, count: classCount + 1)
    var (covered, counts) = (
      [Int](repeating: 0, count: classCount), [Int](repeating: 0, count: classCount)
    )
    for (label, set) in zip(labels, sets) {
      sizes[set.count { $0 }] += 1
      counts[label] += 1
      if set[label] { covered[label] += 1 }
    }
    return .value(
      ConformalCoverage(
        marginal: Share(covered: covered.reduce(0, +), count: labels.count),
        byClass: zip(covered, counts).map { Share(covered: $0, count: $1) }, sizes: sizes))
  }
}
