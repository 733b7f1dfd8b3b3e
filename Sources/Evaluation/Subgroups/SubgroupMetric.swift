/// What groups are compared by.
package enum SubgroupMetric: String, CaseIterable, Sendable {
  case auroc
  case truePositiveRate = "true-positive-rate"
  case falsePositiveRate = "false-positive-rate"

  /// Its name in a sentence or the head of a table.
  package var title: String {
    switch self {
    case .auroc: "AUROC"
    case .truePositiveRate: "true positive rate"
    case .falsePositiveRate: "false positive rate"
    }
  }

  /// False for the share of false alarms.
  package var higherIsBetter: Bool { self != .falsePositiveRate }
}
