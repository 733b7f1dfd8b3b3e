import Basics
import Evaluation
import Studies

extension ScoreMetric {
  /// What a run compares its combinations by; nil where it has none of the metrics that could be.
  ///
  /// A run of an earlier version tells it only where its study names one; else accuracy, mAP or macro AUROC are taken,
  /// the first that it has.
  ///
  /// - Throws: `ZooError` for a study that can't be read.
  static func chief(of folder: String, _ plan: StudyPlan?, among known: Set<ResultMetric>) throws
    -> ScoreMetric?
  {
    let root = try JSONValue.parse(contentsOf: "\(folder)/study.json").object().members
    let named = try root.first { $0.key == "metric" }?.value.string()
    let order: [ScoreMetric?] = [
      plan?.metric, named.flatMap(ScoreMetric.init(rawValue:)), .accuracy, .macroAveragePrecision,
      .macroAUROC,
    ]
    return order.lazy.compactMap { $0 }.first { known.contains(.score($0)) }
  }
}
