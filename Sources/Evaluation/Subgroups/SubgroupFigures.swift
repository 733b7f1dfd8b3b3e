import Basics

/// How well a binary classifier does in one group of cases, at the threshold common to all groups.
package struct SubgroupFigures: Sendable, Equatable {
  /// Groups of fewer positive, or fewer negative cases are told as too few.
  package static let leastCases = 30

  package let name: String
  /// The counts at the common threshold.
  package let counts: ConfusionCounts
  /// The independent clusters (patients) of its cases.
  package let clusters: Int
  package let auroc: Determined<Double>
  /// The 95 % interval of the AUROC, patients drawn together.
  package let aurocInterval: Interval?
  /// The mean probability less the share of positives.
  package let meanDifference: Double
  package let calibration: Determined<CalibrationSlope>
  /// The expected calibration error.
  package let calibrationError: Determined<Double>

  package var count: Int { counts.total }
  package var prevalence: Double { Double(counts.positives) / Double(counts.total) }
  /// Sensitivity at the common threshold.
  package var truePositiveRate: Determined<Double> {
    Determined(counts.sensitivity, else: .noPositives)
  }
  /// 1 − specificity at the common threshold.
  package var falsePositiveRate: Determined<Double> {
    Determined(counts.specificity.map { 1 - $0 }, else: .noNegatives)
  }
  /// Whether it has too few positive or negative cases for its figures to say much.
  package var isTooFew: Bool {
    min(counts.positives, counts.negatives) < SubgroupFigures.leastCases
  }
}
