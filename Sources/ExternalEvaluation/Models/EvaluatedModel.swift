import Basics
import Bundles
import Datasets
import EncoderKit
import Evaluation
import Registry
import Training

/// A trained model with what is known of it from its own study.
package struct EvaluatedModel {
  /// Unlike that of any other model of the evaluation.
  package var name: String
  package let folder: String
  package let model: TrainedModel
  /// Answers to validation cases, by question.
  package let validation: [String: QuestionAnswers]
  /// Answers to test cases, by question.
  package let test: [String: QuestionAnswers]
  /// For each question the threshold that was chosen before any external case was seen.
  package let thresholds: [String: OperatingPoint.Threshold]
  /// The fusion head that learnt from the validation cases; nil where none did.
  ///
  /// Its answers to them look surer than answers to others do.
  package let headFittedOnValidation: String?
  /// Where the thresholds come from, in words.
  package let thresholdSentence: String
  /// What a reader must know, in sentences.
  package let notes: [String]

  /// Reads a model and what lies beside it.
  ///
  /// Thresholds are fitted on the validation answers beside it; a model without any brings its own.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package init(
    name: String, folder: String, registry: EncoderRegistry, bits: Int? = nil, rule: ThresholdRule
  ) throws {
    let model = try TrainedModel.read(from: folder, registry: registry, bits: bits)
    let inside = try InternalAnswers(of: model, folder: folder)
    try self.init(name: name, folder: folder, model: model, inside: inside, rule: rule)
  }

  init(
    name: String, folder: String, model: TrainedModel, inside: InternalAnswers?, rule: ThresholdRule
  ) throws {
    func byLabel(_ subset: Split.Subset) -> [String: QuestionAnswers] {
      Dictionary(
        (inside?.answers(subset) ?? []).map { ($0.label, $0) },
        uniquingKeysWith: { first, _ in first })
    }
    self.name = name
    self.folder = folder
    self.model = model
    validation = byLabel(.validation)
    test = byLabel(.test)
    let head = model.headFittedOnValidation
    headFittedOnValidation = head
    var thresholds: [String: OperatingPoint.Threshold] = [:]
    for (place, label) in model.task.outputs(model.labels).enumerated() {
      let own = validation[label]
      let hasBoth = own.map { $0.positives > 0 && $0.positives < $0.count } ?? false
      if let own, hasBoth {
        thresholds[label] = .init(
          rule.threshold(labels: own.labels, probabilities: own.probabilities),
          head == nil ? .internalValidation : .learntValidation, cases: own.count)
      } else {
        let value = model.thresholds.isEmpty ? 0.5 : model.thresholds[place]
        thresholds[label] = .init(value, .model, cases: 0)
      }
    }
    self.thresholds = thresholds
    thresholdSentence = try Self.sentence(thresholds, folder)
    var notes: [String] = []
    if let head, inside != nil {
      notes.append(
        "\(name): its head \(head) learnt from the validation cases: the threshold that was fitted on them may not"
          + " suit others, and no calibrator and no conformal set is made of them")
    }
    if inside == nil {
      notes.append(
        "\(name): no answers to validation and test cases lie beside the model (\(folder)): its own threshold is"
          + " used, and there is no drop, "
          + (model.calibration.flatMap { calibration in
            // Several classes share one over all logits, which no question of one class can use.
            model.task == .multiClass
              ? nil : "no calibrator but its own (\(calibration.sentence))"
          } ?? "no calibration")
          + " and no conformal set")
    } else if inside?.knowsPatients == false {
      notes.append(
        "\(name): the patients of its internal cases are not known: each counts as one of its own")
    }
    if model.memberCount > 1, model.memberBiases.isEmpty {
      notes.append(
        "\(name): what each of its \(model.memberCount) members answers is not kept in models of older versions: how"
          + " far they differ can't be told")
    }
    self.notes = notes
  }

  /// Answers to validation cases that calibrators and conformal sets may be fitted to, or why there are none.
  func unlearntValidation(of label: String) -> Determined<QuestionAnswers> {
    guard headFittedOnValidation == nil || validation[label] == nil else {
      return .undefined(.learntFromValidation)
    }
    return Determined(validation[label], else: .noInternalAnswers)
  }

  /// The calibrator that the model brings for a question; nil where it has none, and of one of several classes, which
  /// share one over all logits.
  func calibrator(of label: String) -> Calibrator? {
    guard model.task != .multiClass, let calibration = model.calibration,
      let place = model.task.outputs(model.labels).firstIndex(of: label)
    else { return nil }
    return calibration.calibrators[place]
  }

  private static func sentence(
    _ thresholds: [String: OperatingPoint.Threshold], _ folder: String
  ) throws -> String {
    let fitted = thresholds.values.filter { $0.source != .model }
    let learnt =
      fitted.contains { $0.source == .learntValidation } ? ", from which its head had learnt" : ""
    if fitted.count == thresholds.count, let most = fitted.map(\.cases).max() {
      return "fitted on \(most) internal validation cases\(learnt)"
    }
    var own = "the model's own"
    if BundleFolder.isBundle(folder) {
      own = "the bundle's (\(try BundleFolder(folder).manifest.output.thresholdRule))"
    }
    return fitted.isEmpty
      ? own : "fitted on internal validation cases where both classes occur\(learnt), else \(own)"
  }
}
