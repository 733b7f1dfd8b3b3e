import Evaluation

/// Means over the questions of a model of several outputs, each counted once.
package struct MacroMeans: Sendable, Equatable {
  /// One metric's mean.
  package struct Mean: Sendable, Equatable {
    package let metric: EvaluationMetric
    /// Over the questions that define it; undefined where none does.
    package let value: Determined<Double>
    /// 95 %, patients drawn together; resamples are means over the questions that they define.
    package let interval: Determined<Interval>
    /// Questions that define it.
    package let defined: Int
  }

  package let means: [Mean]

  /// The means of AUROC and average precision.
  ///
  /// - Parameters:
  ///   - answers: by question, of cases of one data set; each names its own.
  ///   - clusters: by id of a case.
  ///   - settings: what all figures share.
  init(_ answers: [QuestionAnswers], clusters: [String: Int], _ settings: EvaluationSettings) {
    var order: [String: Int] = [:]
    for id in answers.flatMap(\.ids) where order[id] == nil { order[id] = order.count }
    let ids = order.sorted { $0.value < $1.value }.map(\.key)
    let patients = CaseClusters(ids.map { clusters[$0] ?? -1 })
    // The place of each case among those of a question; nil where its answer is not known.
    let places = answers.map { own -> [Int?] in
      var places = [Int?](repeating: nil, count: ids.count)
      for (place, id) in own.ids.enumerated() { if let index = order[id] { places[index] = place } }
      return places
    }
    let statistics = answers.map { MetricStatistics($0, threshold: 0.5) }
    means = [EvaluationMetric.auroc, .averagePrecision].map { metric in
      func mean(_ drawn: [Int]) -> Determined<Double> {
        let values = zip(statistics, places).compactMap { statistics, places in
          statistics.value(metric, of: drawn.compactMap { places[$0] }).value
        }
        return Determined(Evaluation.mean(values), else: .noDefinedLabels)
      }
      let all = Array(ids.indices)
      return Mean(
        metric: metric, value: mean(all),
        interval: ClusterBootstrap.interval(
          patients, resamples: settings.resamples, stream: settings.stream, statistic: mean
        ).map(\.interval), defined: statistics.count { $0.value(metric).value != nil })
    }
  }
}
