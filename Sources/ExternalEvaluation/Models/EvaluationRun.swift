import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Studies
import Training

/// Asks models about the cases of data sets, and tells what they are worth there.
package struct EvaluationRun {
  let models: [EvaluatedModel]
  let data: [ExternalData]
  let settings: EvaluationSettings
  let skipsBad: Bool
  let kernels: any Kernels
  /// What a reader must know of the choice of models.
  let notes: [String]
  let progress: ProgressReporter

  package init(
    models: [EvaluatedModel], data: [ExternalData], settings: EvaluationSettings, skipsBad: Bool,
    kernels: any Kernels, notes: [String] = [], progress: ProgressReporter
  ) {
    self.models = models
    self.data = data
    self.settings = settings
    self.skipsBad = skipsBad
    self.kernels = kernels
    self.notes = notes
    self.progress = progress
  }

  /// The evaluation, whose notes and warnings are not said yet.
  ///
  /// - Throws: `ZooError` for a case that can't be used where bad ones are not to be skipped, or a label that is
  ///   none of a model's; `Interrupted`.
  package func run() throws -> EvaluationResults {
    var (results, pairs, own): ([ModelOnData], [ModelPair], [String]) = ([], [], [])
    var overlaps: [EvaluationResults.Overlap] = []
    for set in data {
      overlaps.append(try overlap(of: set))
      var settings = settings
      settings.dataName = set.name
      let found = try models.map { try result(of: $0, on: set, settings) }
      results += found.map(\.result)
      own += found.flatMap(\.notes)
      progress.begin("comparing \(models.count) models on \(set.name)")
      pairs += comparisons(found.map(\.result), settings)
      progress.end()
    }
    return EvaluationResults(
      models: models, data: data, results: results, pairs: pairs, settings: settings,
      overlaps: overlaps, notes: notes + models.flatMap(\.notes) + data.flatMap(\.notes) + own)
  }

  /// What cases of a data set are of the studies that models were trained in, a sentence for each study.
  private func overlap(of set: ExternalData) throws -> EvaluationResults.Overlap {
    var runs: [(folder: String, digest: DataDigest, models: [String])] = []
    for model in models {
      guard let (digest, folder) = try DataDigest.above(model: model.folder) else { continue }
      if let place = runs.firstIndex(where: { $0.folder == folder }) {
        runs[place].models.append(model.name)
      } else {
        runs.append((folder, digest, [model.name]))
      }
    }
    var found = EvaluationResults.Overlap()
    guard !runs.isEmpty else { return found }
    let cases = try CaseOverlap.hashed(set.cases, progress: progress)
    for run in runs {
      let overlap = try CaseOverlap(of: cases, with: run.digest)
      let whose =
        "of the study that \(run.models.joined(separator: ", ")) \(run.models.count == 1 ? "was" : "were")"
        + " trained in"
      found.warnings += [overlap.warning(set.name, whose)].compactMap { $0 }
      found.notes += [overlap.note(set.name, whose)].compactMap { $0 }
    }
    return found
  }

  private func result(
    of model: EvaluatedModel, on set: ExternalData, _ settings: EvaluationSettings
  ) throws -> (result: ModelOnData, notes: [String]) {
    let asked = try ask(model, about: set)
    let places = Dictionary(
      set.cases.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let outputs = model.model.task.outputs(model.model.labels)
    let answers = outputs.map { label in
      let known = asked.rows.filter { $0.label == label && $0.target != nil }
      return QuestionAnswers(
        label: label, ids: known.map(\.id), labels: known.map { $0.target == true },
        logits: known.map(\.odds),
        clusters: known.map { places[$0.id].map { set.clusters[$0] } ?? -1 },
        spreads: known.compactMap(\.spread))
    }
    progress.begin("figures of \(model.name) on \(set.name)", total: outputs.count)
    defer { progress.end() }
    let questions = try answers.map { own in
      try Interruption.check()
      defer { progress.advance() }
      return QuestionFigures(
        own, unknown: asked.rows.count { $0.label == own.label && $0.target == nil },
        threshold: model.thresholds[own.label] ?? .init(0.5, .model, cases: 0),
        validation: model.unlearntValidation(of: own.label), test: model.test[own.label],
        stored: model.calibrator(of: own.label),
        groups: set.groups.map { attribute, names in
          (attribute, own.ids.map { id in places[id].flatMap { names[$0] } })
        }, settings: settings)
    }
    let clusters = Dictionary(
      zip(set.cases.map(\.id), set.clusters), uniquingKeysWith: { first, _ in first })
    let result = ModelOnData(
      data: set.name, model: model.name, questions: questions,
      macro: outputs.count > 1 ? MacroMeans(answers, clusters: clusters, settings) : nil,
      leftOut: asked.leftOut, warnings: try warnings(model, set, questions),
      rows: asked.rows.map(\.row), answers: answers)
    return (result, asked.notes)
  }

  private func warnings(
    _ model: EvaluatedModel, _ set: ExternalData, _ questions: [QuestionFigures]
  ) throws -> [String] {
    var warnings = questions.filter(\.isReversed).map { question in
      "\(model.name) on \(set.name): the interval of the AUROC of \(question.label) lies below 0.5: are the labels"
        + " turned round?"
    }
    if let seen = try TrainedImages.seen(by: model.folder, of: set.cases), seen > 0 {
      warnings.append(
        "\(model.name) was trained on \(seen) of the \(set.cases.count) images of \(set.name): its figures there are"
          + " optimistically scored")
    }
    return warnings
  }

  private func comparisons(_ results: [ModelOnData], _ settings: EvaluationSettings) -> [ModelPair]
  {
    let count = results.first?.answers.count ?? 0
    return (0..<count).flatMap { question -> [ModelPair] in
      var pairs: [ModelPair] = []
      for (place, first) in results.enumerated() {
        for second in results[(place + 1)...] {
          pairs.append(
            ModelPair(
              (
                first.model, first.answers[question],
                first.questions[question].fixed.threshold.value
              ),
              (
                second.model, second.answers[question],
                second.questions[question].fixed.threshold.value
              ),
              data: first.data, settings))
        }
      }
      return ModelPair.adjusted(pairs)
    }
  }
}
