import Basics
import Evaluation

/// All that an evaluation tells of one model's answers to one question on one data set.
package struct QuestionFigures: Sendable {
  /// How a model did on the test cases of its own study.
  package struct Inside: Sendable, Equatable {
    package let count: Int
    package let positives: Int
    package let patients: Int
    /// At the fixed threshold.
    package let estimates: [EvaluationMetric: Estimate]
  }

  package let label: String
  package let count: Int
  package let positives: Int
  package let patients: Int
  /// Cases whose answer is not known, which count nowhere.
  package let unknown: Int
  /// Of metrics without a threshold.
  package let estimates: [EvaluationMetric: Estimate]
  /// At the threshold that was chosen before any of these cases was seen.
  package let fixed: OperatingPoint
  /// At the threshold that suits these very cases best: optimistically scored.
  package let anew: Determined<OperatingPoint>
  /// On the internal test cases; undefined where they are not known.
  package let inside: Determined<Inside>
  /// Internal less external; below 0 where the model is better outside (of losses, above).
  package let drops: [EvaluationMetric: Determined<ClusterBootstrap>]
  package let calibration: [CalibrationFigures]
  package let decisionCurve: Determined<DecisionCurve>
  package let conformal: Determined<[ConformalFigures]>
  /// Where the answers nearest the fixed threshold are withheld.
  package let selective: Determined<SelectiveFigures>
  /// Where those are withheld on which the members of an ensemble differ most; nil for other models.
  package let selectiveByMembers: Determined<SelectiveFigures>?
  /// By attribute, in the order asked for.
  package let groups: [(attribute: String, analysis: SubgroupAnalysis)]
  package let histogram: ProbabilityHistogram

  /// Whether the interval of the AUROC lies below one half, as where labels are turned round.
  package var isReversed: Bool {
    (estimates[.auroc]?.interval.value).map { $0.upper < 0.5 } ?? false
  }

  package var prevalence: Determined<Double> {
    Determined(count == 0 ? nil : Double(positives) / Double(count), else: .noCases)
  }

  /// The figures of answers.
  ///
  /// - Parameters:
  ///   - answers: to external cases whose answer is known.
  ///   - unknown: how many others there are.
  ///   - threshold: that was chosen before.
  ///   - validation: answers to internal validation cases that calibrators and conformal sets may be fitted to, or
  ///     why there are none.
  ///   - test: answers to internal test cases; nil where there are none.
  ///   - stored: the calibrator that the model brings; nil where it has none.
  ///   - groups: by attribute the group of each case, nil where it is not known.
  ///   - settings: what all figures share.
  package init(
    _ answers: QuestionAnswers, unknown: Int, threshold: OperatingPoint.Threshold,
    validation: Determined<QuestionAnswers>, test: QuestionAnswers?, stored: Calibrator? = nil,
    groups: [(attribute: String, names: [String?])], settings: EvaluationSettings
  ) {
    let statistics = MetricStatistics(answers, threshold: threshold.value)
    label = answers.label
    count = answers.count
    positives = answers.positives
    patients = answers.patients.count
    self.unknown = unknown
    estimates = Dictionary(
      uniqueKeysWithValues: EvaluationMetric.ofProbabilities.map {
        ($0, Estimate($0, statistics, settings))
      })
    fixed = OperatingPoint(threshold, answers, settings)
    anew = Self.anew(answers, settings)
    inside = Determined(
      test.map { Self.inside($0, threshold.value, settings) }, else: .noInternalAnswers)
    drops = Self.drops(statistics, test, settings)
    calibration = CalibrationFigures.all(
      answers, validation: validation, stored: stored, settings)
    decisionCurve = DecisionCurve.of(
      labels: answers.labels, probabilities: answers.probabilities)
    conformal = ConformalFigures.all(
      answers, validation: validation, test: test, settings)
    selective = SelectiveFigures.byDistance(answers, threshold: threshold.value)
    selectiveByMembers =
      answers.spreads.isEmpty
      ? nil
      : SelectiveFigures.byAgreement(
        answers, threshold: threshold.value, spread: answers.spreads)
    self.groups = groups.map { attribute, names in
      (
        attribute,
        SubgroupAnalysis(
          labels: answers.labels, logits: answers.logits, names: names,
          threshold: threshold.value, clusters: answers.clusters, resamples: settings.resamples,
          stream: settings.stream.derived("groups").derived(attribute))
      )
    }
    histogram = ProbabilityHistogram(answers)
  }

  private static func anew(_ answers: QuestionAnswers, _ settings: EvaluationSettings)
    -> Determined<OperatingPoint>
  {
    guard answers.count > 0 else { return .undefined(.noCases) }
    guard answers.positives > 0 else { return .undefined(.noPositives) }
    guard answers.positives < answers.count else { return .undefined(.noNegatives) }
    let value = settings.rule.threshold(
      labels: answers.labels, probabilities: answers.probabilities)
    return .value(
      OperatingPoint(
        .init(value, .externalData, cases: answers.count), answers, settings))
  }

  private static func inside(
    _ test: QuestionAnswers, _ threshold: Double, _ settings: EvaluationSettings
  ) -> Inside {
    var own = settings
    own.dataName = "internal"
    let statistics = MetricStatistics(test, threshold: threshold)
    return Inside(
      count: test.count, positives: test.positives, patients: test.patients.count,
      estimates: Dictionary(
        uniqueKeysWithValues: EvaluationMetric.allCases.map {
          ($0, Estimate($0, statistics, own))
        }))
  }

  private static func drops(
    _ outside: MetricStatistics, _ test: QuestionAnswers?, _ settings: EvaluationSettings
  ) -> [EvaluationMetric: Determined<ClusterBootstrap>] {
    Dictionary(
      uniqueKeysWithValues: EvaluationMetric.ofDrops.map { metric in
        guard let test else { return (metric, .undefined(.noInternalAnswers)) }
        let inside = MetricStatistics(test, threshold: outside.threshold)
        return (
          metric,
          ClusterBootstrap.drop(
            test.patients, outside.answers.patients, resamples: settings.resamples,
            stream: settings.stream.derived("drop"),
            first: { inside.value(metric, of: $0) }, second: { outside.value(metric, of: $0) })
        )
      })
  }
}
