import Basics
import Evaluation
import Foundation

/// How far probabilities are from what comes true, before calibration or after one that was fitted on internal
/// validation cases alone.
package struct CalibrationFigures: Sendable, Equatable {
  /// What was done to the probabilities.
  package enum Kind: String, Sendable, CaseIterable {
    case none
    case temperature
    case platt
    case isotonic

    /// The kind of a calibrator.
    init(_ calibrator: Calibrator) {
      self =
        switch calibrator {
        case .temperature: .temperature
        case .platt: .platt
        case .isotonic: .isotonic
        }
    }

    /// Its name on a page.
    package var title: String {
      switch self {
      case .none: "as they are"
      case .temperature: "temperature"
      case .platt: "Platt"
      case .isotonic: "isotonic"
      }
    }
  }

  /// The measures of probabilities.
  package struct Measures: Sendable, Equatable {
    /// What maps logits to these probabilities; nil for those of the model.
    package let calibrator: Calibrator?
    package let slope: Determined<CalibrationSlope>
    package let error: Determined<CalibrationError>
    package let brier: Determined<BrierDecomposition>
    package let logLoss: Determined<Double>
    /// The mean probability less the share of positives.
    package let meanDifference: Double
    package let bins: [ReliabilityBins.Bin]
    /// For each bin where the observed share falls if the probabilities are right.
    package let band: [Interval?]
  }

  package let kind: Kind
  /// Why a calibrator can't be fitted, or the measures.
  package let measures: Determined<Measures>

  /// The figures of every kind.
  ///
  /// - Parameters:
  ///   - answers: to external cases.
  ///   - validation: to internal validation cases that a calibrator may be fitted to, or why there are none.
  ///   - stored: the calibrator that the model brings; taken for its kind where there are no internal answers.
  ///   - settings: what all figures share.
  /// - Returns: one for each kind, in their order.
  static func all(
    _ answers: QuestionAnswers, validation: Determined<QuestionAnswers>,
    stored: Calibrator? = nil, _ settings: EvaluationSettings
  ) -> [CalibrationFigures] {
    Kind.allCases.map { kind in
      let calibrator: Determined<Calibrator?> =
        switch validation {
        case _ where kind == .none: .value(nil)
        case .value(let own): fit(kind, own).map(Optional.some)
        case .undefined(let reason):
          if reason == .noInternalAnswers, let stored, Kind(stored) == kind {
            .value(stored)
          } else {
            .undefined(reason)
          }
        }
      switch calibrator {
      case .undefined(let reason):
        return CalibrationFigures(kind: kind, measures: .undefined(reason))
      case .value(let found):
        return CalibrationFigures(
          kind: kind,
          measures: answers.count == 0
            ? .undefined(.noCases) : .value(measures(answers, found, settings)))
      }
    }
  }

  private static func fit(_ kind: Kind, _ answers: QuestionAnswers) -> Determined<Calibrator> {
    let (labels, logits) = (answers.labels, answers.logits)
    return switch kind {
    case .temperature, .none: Calibrator.fitTemperature(labels: labels, logits: logits)
    case .platt: Calibrator.fitPlatt(labels: labels, logits: logits)
    case .isotonic: Calibrator.fitIsotonic(labels: labels, logits: logits)
    }
  }

  private static func measures(
    _ answers: QuestionAnswers, _ calibrator: Calibrator?, _ settings: EvaluationSettings
  ) -> Measures {
    let labels = answers.labels
    let probabilities =
      calibrator.map { map in answers.logits.map(map.probability) } ?? answers.probabilities
    let logits = calibrator == nil ? answers.logits : probabilities.map { log($0 / (1 - $0)) }
    let binned = ReliabilityBins(labels: labels, probabilities: probabilities, count: settings.bins)
    let losses = zip(labels, probabilities).map { LogLoss.of(probability: $0 ? $1 : 1 - $1) }
    return Measures(
      calibrator: calibrator,
      slope: logits.allSatisfy(\.isFinite)
        ? CalibrationSlope.of(labels: labels, logits: logits) : .undefined(.certainProbabilities),
      error: CalibrationError.of(
        labels: labels, probabilities: probabilities, bins: settings.bins),
      brier: BrierDecomposition.of(
        labels: labels, probabilities: probabilities, bins: settings.bins),
      logLoss: Determined(mean(losses), else: .noCases),
      meanDifference: (mean(probabilities) ?? 0) - Double(answers.positives) / Double(labels.count),
      bins: binned.bins,
      band: binned.consistencyBand(
        probabilities: probabilities, resamples: min(1000, settings.resamples),
        stream: settings.stream.derived("band")))
  }
}
