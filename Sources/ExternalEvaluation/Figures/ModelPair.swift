import Basics
import Evaluation

/// Two models' answers to one question about the same cases, beside each other.
package struct ModelPair: Sendable, Equatable {
  /// One metric's difference, first less second.
  package struct Difference: Sendable, Equatable {
    package let metric: EvaluationMetric
    package let bootstrap: Determined<ClusterBootstrap>
    /// Of the bootstrap, adjusted after Holm over all pairs of the data set and question.
    package var adjustedP: Double?
  }

  package let data: String
  package let first: String
  package let second: String
  package let label: String
  /// Cases that both answered.
  package let count: Int
  /// Of the AUROC; cases count as independent.
  ///
  /// Undefined below two positive or negative cases.
  package let deLong: Determined<DeLongTest>
  package var deLongAdjustedP: Double?
  /// Of decisions, each at its model's own fixed threshold.
  package let mcNemar: McNemarTest
  package var mcNemarAdjustedP: Double?
  package var differences: [Difference]

  /// Compares answers; those that only one of both gave are passed over.
  init(
    _ first: (name: String, answers: QuestionAnswers, threshold: Double),
    _ second: (name: String, answers: QuestionAnswers, threshold: Double),
    data: String, _ settings: EvaluationSettings
  ) {
    let places = Dictionary(
      second.answers.ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let common = first.answers.ids.indices.filter { places[first.answers.ids[$0]] != nil }
    let a = MetricStatistics(first.answers.keeping(common), threshold: first.threshold)
    let b = MetricStatistics(
      second.answers.keeping(common.compactMap { places[first.answers.ids[$0]] }),
      threshold: second.threshold)
    self.data = data
    self.first = first.name
    self.second = second.name
    label = first.answers.label
    count = common.count
    deLong = Determined(
      DeLongTest(
        labels: a.answers.labels, first: a.answers.logits, second: b.answers.logits),
      else: .tooFew)
    mcNemar = McNemarTest(firstIsRight: a.isRight, secondIsRight: b.isRight)
    differences = EvaluationMetric.ofPairs.map { metric in
      Difference(
        metric: metric,
        bootstrap: ClusterBootstrap.difference(
          a.answers.patients, resamples: settings.resamples,
          stream: settings.stream.derived("pairs"),
          first: { a.value(metric, of: $0) }, second: { b.value(metric, of: $0) }))
    }
  }

  /// Adjusts the p values of all pairs of one data set and question.
  static func adjusted(_ pairs: [ModelPair]) -> [ModelPair] {
    var pairs = pairs
    let deLong = holmAdjusted(pairs.map { $0.deLong.value?.p })
    let mcNemar = holmAdjusted(pairs.map { Optional($0.mcNemar.p) })
    for index in pairs.indices {
      pairs[index].deLongAdjustedP = deLong[index]
      pairs[index].mcNemarAdjustedP = mcNemar[index]
    }
    for place in EvaluationMetric.ofPairs.indices {
      let values = holmAdjusted(pairs.map { $0.differences[place].bootstrap.value?.twoSidedP })
      for index in pairs.indices { pairs[index].differences[place].adjustedP = values[index] }
    }
    return pairs
  }
}
