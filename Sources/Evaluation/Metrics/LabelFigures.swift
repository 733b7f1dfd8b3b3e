/// How well one label of several is told, over the cases whose answer is known.
package struct LabelFigures: Sendable, Equatable {
  /// The counts at the label's threshold.
  package let counts: ConfusionCounts
  /// Cases with at least this probability were called positive.
  package let threshold: Double
  /// Cases whose answer is not known, which count nowhere.
  package let unknown: Int
  package let auroc: Determined<Double>
  package let averagePrecision: Determined<Double>

  package var positives: Int { counts.positives }
  package var negatives: Int { counts.negatives }
  /// The share of positives among the known answers, which average precision is near by chance.
  package var prevalence: Determined<Double> {
    Determined(
      counts.total == 0 ? nil : Double(positives) / Double(counts.total), else: .noCases)
  }
  /// F1 at the threshold; undefined without positives.
  package var f1: Determined<Double> {
    Determined(counts.f1, else: counts.total == 0 ? .noCases : .noPositives)
  }
}
