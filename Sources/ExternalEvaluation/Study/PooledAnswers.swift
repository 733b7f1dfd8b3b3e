import Basics
import Datasets
import Evaluation
import Studies
import Training

/// The answers of one combination's models, of all splits, to internal test cases and to the cases of one external
/// data set.
///
/// Inside, each split's model answers its own test cases; outside, every model answers all cases. A figure is the
/// mean over the models, and a resample draws patients once for all models.
struct PooledAnswers {
  /// One model's answers to one question, and where the cases drawn stand among them.
  private struct Voice {
    let statistics: MetricStatistics
    /// By place among the cases drawn; nil where this model was not asked, or the answer is not known.
    let places: [Int?]

    func value(_ metric: EvaluationMetric, of drawn: [Int]) -> Determined<Double> {
      statistics.value(metric, of: drawn.compactMap { places[$0] })
    }
  }

  /// One side's voices over the cases that are drawn.
  private struct Side {
    let clusters: CaseClusters
    let voices: [Voice]

    var all: [Int] { Array(0..<clusters.caseCount) }

    /// The mean over those of some voices that define a metric.
    func mean(_ metric: EvaluationMetric, _ chosen: [Int], of drawn: [Int]) -> Determined<Double> {
      let values = chosen.map { voices[$0].value(metric, of: drawn) }
      if let mean = Evaluation.mean(values.compactMap(\.value)) { return .value(mean) }
      return values.first ?? .undefined(.noCases)
    }
  }

  /// By place the same model and question on both sides.
  private let inside: Side
  private let outside: Side
  private let metrics: [EvaluationMetric]
  /// By question the models of all splits as one; none of a single split.
  let ensembles: [(label: String, ensemble: SplitEnsemble)]

  /// Reads the answers inside; nil for a combination that leaves no models.
  ///
  /// - Parameters:
  ///   - combination: whose.
  ///   - predictions: answers to the external cases, by split, in the order of the run's.
  ///   - data: the external cases.
  ///   - run: the comparison.
  ///   - patients: by id of an internal case.
  /// - Throws: `ZooError` that names a file that can't be read.
  init?(
    _ combination: String, _ predictions: [SplitPredictions], of data: ExternalData,
    _ run: FinishedComparison, patients: [String: String]
  ) throws {
    let clusters = Dictionary(
      zip(data.cases.map(\.id), data.clusters), uniquingKeysWith: { first, _ in first })
    var (own, foreign): ([QuestionAnswers], [QuestionAnswers]) = ([], [])
    var thresholds: [Double] = []
    for (split, elsewhere) in zip(run.splits, predictions) {
      let cell = try FolderName.cell(combination, split: split, in: run.folder)
      let model = String(cell.split(separator: "/").last ?? "")
      guard let answers = elsewhere.answers(of: model) else { return nil }
      let here = try InternalAnswers(
        cell: cell, task: run.task, labels: run.labels, patients: patients)
      let validation = here.answers(.validation)
      let test = here.answers(.test)
      for label in run.task.outputs(run.labels) {
        guard let there = answers.first(where: { $0.label == label }),
          let near = test.first(where: { $0.label == label })
        else { continue }
        own.append(near)
        foreign.append(there)
        thresholds.append(
          validation.first { $0.label == label }.map {
            run.rule.threshold(labels: $0.labels, probabilities: $0.probabilities)
          } ?? 0.5)
      }
    }
    metrics =
      run.task == .binary
      ? [.auroc, .sensitivity, .specificity] : [.auroc, .averagePrecision]
    ensembles = run.task.outputs(run.labels).compactMap { label in
      let places = foreign.indices.filter { foreign[$0].label == label }
      return SplitEnsemble(
        places.map { foreign[$0] }, thresholds: places.map { thresholds[$0] }
      ).map { (label, $0) }
    }
    inside = Self.side(own, thresholds, patients: patients)
    outside = Self.side(foreign, thresholds, clusters: clusters)
  }

  /// Internal less external, and both, of each metric that the report tells.
  ///
  /// Means are over the voices that define a metric on both sides; where none does, each side is told by itself.
  func figures(_ settings: EvaluationSettings) -> [ReportExternal.Figure] {
    metrics.map { metric in
      let everyone = Array(inside.voices.indices)
      let both = everyone.filter { difference(metric, [$0], inside.all, outside.all).value != nil }
      let chosen = both.isEmpty ? everyone : both
      return ReportExternal.Figure(
        key: metric.rawValue, title: metric.title,
        inside: inside.mean(metric, chosen, of: inside.all),
        outside: ClusterBootstrap.interval(
          outside.clusters, resamples: settings.resamples, stream: settings.stream
        ) { outside.mean(metric, chosen, of: $0) },
        drop: ClusterBootstrap.drop(
          inside.clusters, outside.clusters, resamples: settings.resamples,
          stream: settings.stream.derived("drop")
        ) { difference(metric, chosen, $0, $1) },
        averaged: both.count, leftOut: everyone.count - both.count)
    }
  }

  /// The mean difference of the voices that define a metric on both sides; why the first does not, where none does.
  private func difference(
    _ metric: EvaluationMetric, _ chosen: [Int], _ near: [Int], _ far: [Int]
  ) -> Determined<Double> {
    var (differences, reason): ([Double], Undefined?) = ([], nil)
    for voice in chosen {
      let first = inside.voices[voice].value(metric, of: near)
      let second = outside.voices[voice].value(metric, of: far)
      if let first = first.value, let second = second.value {
        differences.append(first - second)
      } else {
        reason = reason ?? first.reason ?? second.reason
      }
    }
    return Determined(mean(differences), else: reason ?? .noCases)
  }

  /// Internal cases: those of one patient are drawn together, also where several splits test them.
  private static func side(
    _ answers: [QuestionAnswers], _ thresholds: [Double], patients: [String: String]
  ) -> Side {
    var numbers: [String: Int] = [:]
    var clusters: [String: Int] = [:]
    for id in answers.flatMap(\.ids) where clusters[id] == nil {
      // A patient's name and a case's id may be the same word.
      let key = patients[id].map { "patient \($0)" } ?? "case \(id)"
      let number = numbers[key] ?? numbers.count
      numbers[key] = number
      clusters[id] = number
    }
    return side(answers, thresholds, clusters: clusters)
  }

  private static func side(
    _ answers: [QuestionAnswers], _ thresholds: [Double], clusters: [String: Int]
  ) -> Side {
    var order: [String: Int] = [:]
    var ids: [String] = []
    for id in answers.flatMap(\.ids) where order[id] == nil {
      order[id] = ids.count
      ids.append(id)
    }
    let voices = zip(answers, thresholds).map { own, threshold in
      var places = [Int?](repeating: nil, count: ids.count)
      for (place, id) in own.ids.enumerated() { if let index = order[id] { places[index] = place } }
      return Voice(statistics: MetricStatistics(own, threshold: threshold), places: places)
    }
    return Side(clusters: CaseClusters(ids.map { clusters[$0] ?? -1 }), voices: voices)
  }
}
