import Basics
import Evaluation

/// A number of cases with its 95 % interval.
package struct Estimate: Sendable, Equatable {
  /// How an interval was found.
  package enum Method: String, Sendable {
    /// Percentiles of resamples, patients drawn together.
    case bootstrap
    /// Clopper and Pearson's, where every resample gives the same value; cases count as independent.
    case exact
  }

  package let value: Determined<Double>
  package let interval: Determined<Interval>
  package let method: Method

  /// The estimate of a metric of answers.
  init(_ metric: EvaluationMetric, _ statistics: MetricStatistics, _ settings: EvaluationSettings) {
    let found = ClusterBootstrap.interval(
      statistics.answers.patients, resamples: settings.resamples, stream: settings.stream
    ) { statistics.value(metric, of: $0) }
    value = statistics.value(metric)
    let interval = found.map(\.interval)
    if let flat = interval.value, flat.lower == flat.upper,
      let share = statistics.proportion(metric)
    {
      self.interval = .value(exactProportionInterval(share.successes, of: share.count))
      method = .exact
    } else {
      self.interval = interval
      method = .bootstrap
    }
  }
}

/// What all figures of one data set share.
package struct EvaluationSettings: Sendable, Equatable {
  /// Resamples of each bootstrap.
  package var resamples = 2000
  package var seed: UInt64 = 1
  /// How a threshold is fitted.
  package var rule: ThresholdRule = .youden
  /// The share of cases whose conformal set may miss the true class.
  package var miss = 0.1
  /// Bins of reliability diagrams and calibration errors.
  package var bins = 10
  /// The data set that draws are for: equal ones for all its models, which pairs them.
  package var dataName = ""

  package init() {}

  /// Where draws come from.
  var stream: RandomStream { RandomStream(seed: seed).derived("evaluation").derived(dataName) }
}
