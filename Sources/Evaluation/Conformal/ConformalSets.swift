/// Sets of classes that hold the true one with a chosen probability, whatever the model, as long as new
/// cases are drawn like those it was calibrated on (Vovk, Gammerman & Shafer 2005; Angelopoulos & Bates
/// 2021, https://arxiv.org/abs/2107.07511).
///
/// A class is in the set where its score is at most the ⌈(n + 1)(1 − α)⌉-th smallest score of the true
/// classes of n calibration cases, which the model did not train on. Then the coverage is at least
/// 1 − α, and without ties at most 1 − α + 1/(n + 1). At another hospital nothing of that holds: there
/// the coverage is measured.
package struct ConformalSets: Sendable, Equatable {
  package let score: ConformalScore
  /// α, the share of cases whose set may miss the true class.
  package let miss: Double
  /// Whether each class has a limit of its own, so that the coverage holds within each class (Vovk
  /// 2012, https://arxiv.org/abs/1209.2673).
  package let isClassConditional: Bool
  /// One a class; infinite where the calibration cases are too few, so that the class is in every set.
  package let limits: [Double]
  /// The calibration cases behind each limit.
  package let calibrationCounts: [Int]

  /// Calibrates sets.
  ///
  /// - Parameters:
  ///   - score: what sets are cut by.
  ///   - labels: the true classes, within `0..<classCount`.
  ///   - probabilities: `[cases, classes]`, row after row.
  ///   - classCount: the length of a row.
  ///   - miss: α, above 0 and below 1.
  ///   - isClassConditional: whether each class has a limit of its own.
  ///   - shares: for `adaptive` one number of 0…1 a case, drawn at random; nil for 1 each.
  /// - Precondition: a row for each label.
  package init(
    _ score: ConformalScore, labels: [Int], probabilities: [Double], classCount: Int,
    miss: Double = 0.1, isClassConditional: Bool = false, shares: [Double]? = nil
  ) {
    precondition(
      probabilities.count == labels.count * classCount && miss > 0 && miss < 1,
      "\(probabilities.count) probabilities for \(labels.count) cases of \(classCount) classes")
    precondition((shares?.count ?? labels.count) == labels.count, "one share a case")
    self.score = score
    self.miss = miss
    self.isClassConditional = isClassConditional
    let own = labels.indices.map { index in
      score.scores(
        Array(probabilities[index * classCount..<(index + 1) * classCount]),
        share: shares?[index] ?? 1)[labels[index]]
    }
    let groups =
      isClassConditional
      ? (0..<classCount).map { label in labels.indices.filter { labels[$0] == label } }
      : [Array(labels.indices)]
    let limits = groups.map { group in conformalLimit(group.map { own[$0] }, miss: miss) }
    self.limits = isClassConditional ? limits : Array(repeating: limits[0], count: classCount)
    calibrationCounts =
      isClassConditional
      ? groups.map(\.count) : Array(repeating: labels.count, count: classCount)
  }

  /// Classes that are in every set, as their calibration cases are too few.
  package var alwaysIncluded: [Int] { limits.indices.filter { limits[$0].isInfinite } }

  /// The set of a case: whether each class is in it.
  ///
  /// - Precondition: a probability for each class.
  package func set(_ probabilities: [Double], share: Double = 1) -> [Bool] {
    precondition(
      probabilities.count == limits.count,
      "\(probabilities.count) probabilities for \(limits.count) classes")
    return zip(score.scores(probabilities, share: share), limits).map { $0 <= $1 }
  }

  /// What these sets cover of labelled cases; undefined without cases.
  ///
  /// - Precondition: a row of probabilities for each label.
  package func coverage(labels: [Int], probabilities: [Double], shares: [Double]? = nil)
    -> Determined<ConformalCoverage>
  {
    let count = limits.count
    precondition(
      probabilities.count == labels.count * count,
      "\(probabilities.count) probabilities for \(labels.count) cases of \(count) classes")
    let sets = labels.indices.map { index in
      set(
        Array(probabilities[index * count..<(index + 1) * count]), share: shares?[index] ?? 1)
    }
    return ConformalCoverage.of(labels: labels, sets: sets, classCount: count)
  }
}

/// The ⌈(n + 1)(1 − α)⌉-th smallest of n scores; infinite where there are fewer.
///
/// A product that is whole but for rounding counts as whole.
func conformalLimit(_ scores: [Double], miss: Double) -> Double {
  let rank = Int((Double(scores.count + 1) * (1 - miss) - 1e-9).rounded(.up))
  return rank > scores.count ? .infinity : scores.sorted()[max(1, rank) - 1]
}
