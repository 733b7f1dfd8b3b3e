import Evaluation

/// The metrics of answers to one question, of all cases or of any resample of them.
struct MetricStatistics: Sendable {
  let answers: QuestionAnswers
  /// A case is called positive from this probability on.
  let threshold: Double
  private let ranked: RankedScores
  private let calls: [Bool]
  private let squares: [Double]
  private let losses: [Double]

  init(_ answers: QuestionAnswers, threshold: Double) {
    self.answers = answers
    self.threshold = threshold
    ranked = RankedScores(labels: answers.labels, scores: answers.logits)
    calls = answers.probabilities.map { $0 >= threshold }
    squares = zip(answers.labels, answers.probabilities).map { label, probability in
      let error = (label ? 1 : 0) - probability
      return error * error
    }
    losses = zip(answers.labels, answers.logits).map {
      LogLoss.of(logit: $1, isPositive: $0)
    }
  }

  /// The counts of all cases at the threshold.
  var counts: ConfusionCounts { counts(Array(answers.labels.indices)) }

  /// A metric of all cases.
  func value(_ metric: EvaluationMetric) -> Determined<Double> {
    value(metric, of: Array(answers.labels.indices))
  }

  /// A metric of a resample, given by the places of its cases.
  func value(_ metric: EvaluationMetric, of places: [Int]) -> Determined<Double> {
    guard !places.isEmpty else { return .undefined(.noCases) }
    switch metric {
    case .auroc: return ranked.auroc(of: places)
    case .averagePrecision: return ranked.averagePrecision(of: places)
    case .brier: return .value(mean(of: squares, places))
    case .logLoss: return .value(mean(of: losses, places))
    default: return MetricStatistics.value(metric, counts(places))
    }
  }

  /// What a metric that is a share of cases counts, and among how many; nil for other metrics or no case.
  func proportion(_ metric: EvaluationMetric) -> (successes: Int, count: Int)? {
    let counts = counts
    let pair: (Int, Int)? =
      switch metric {
      case .sensitivity: (counts.truePositives, counts.positives)
      case .specificity: (counts.trueNegatives, counts.negatives)
      case .positivePredictiveValue:
        (counts.truePositives, counts.truePositives + counts.falsePositives)
      case .negativePredictiveValue:
        (counts.trueNegatives, counts.trueNegatives + counts.falseNegatives)
      case .accuracy: (counts.truePositives + counts.trueNegatives, counts.total)
      default: nil
      }
    return pair.flatMap { $0.1 > 0 ? (successes: $0.0, count: $0.1) : nil }
  }

  /// Whether each case was decided rightly.
  var isRight: [Bool] { zip(answers.labels, calls).map { $0 == $1 } }

  private static func value(_ metric: EvaluationMetric, _ counts: ConfusionCounts) -> Determined<
    Double
  > {
    let absent: Undefined = counts.positives == 0 ? .noPositives : .noNegatives
    return switch metric {
    case .sensitivity: Determined(counts.sensitivity, else: .noPositives)
    case .specificity: Determined(counts.specificity, else: .noNegatives)
    case .positivePredictiveValue: Determined(counts.precision, else: .nothingCalledPositive)
    case .negativePredictiveValue:
      Determined(counts.negativePredictiveValue, else: .nothingCalledNegative)
    case .balancedAccuracy: Determined(counts.balancedAccuracy, else: absent)
    case .f1: Determined(counts.f1, else: .noPositives)
    default: Determined(counts.accuracy, else: .noCases)
    }
  }

  private func counts(_ places: [Int]) -> ConfusionCounts {
    var counts = ConfusionCounts(
      truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0)
    for place in places {
      switch (answers.labels[place], calls[place]) {
      case (true, true): counts.truePositives += 1
      case (false, true): counts.falsePositives += 1
      case (false, false): counts.trueNegatives += 1
      case (true, false): counts.falseNegatives += 1
      }
    }
    return counts
  }

  private func mean(of values: [Double], _ places: [Int]) -> Double {
    places.reduce(0) { $0 + values[$1] } / Double(places.count)
  }
}
