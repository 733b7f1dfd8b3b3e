import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Registry
import Training

/// A model of a study trained anew, its labels shuffled: it learns its cases by heart, if anything.
///
/// The data randomisation test of Adebayo et al. 2018, "Sanity checks for saliency maps",
/// https://arxiv.org/abs/1810.03292. Specification, seed, split and, of a tuned study, the chosen settings are those of
/// the true model; only the labels move, within the training subset and within the validation subset, so that both keep their
/// classes' shares.
package struct ShuffledTraining {
  package let study: StudySpecification
  package let session: Session

  package init(study: StudySpecification, session: Session) {
    self.study = study
    self.session = session
  }

  /// A model and what it has learnt.
  package struct Outcome {
    package let model: TrainedModel
    /// What the two scores are: accuracy, or the macro AUROC of labels that a case may have together.
    package let metric: ScoreMetric
    /// The score on the training subset, of the shuffled labels.
    package let training: Double
    /// The score on the test subset, whose labels are the true ones.
    package let test: Double
    /// What its starting weights have seen of the cases, in sentences; it was allowed.
    package let warnings: [String]

    /// What it has learnt, in a sentence.
    package var sentence: String {
      String(
        format:
          "A model of the same specification and seed learnt shuffled labels: its %@ is "
          + "%.3f on those of the training subset and %.3f on the true labels of the test subset.",
        metric.title, training, test) + warnings.map { " \($0)" }.joined()
    }
  }

  /// Trains the counterpart of a trained model.
  ///
  /// `name` and `splitName` are the model's in a comparison; nil are the only one of its encoders, and
  /// the first, which `zoo train` uses. Parts of a multimodal are trained, too, and written below
  /// `folder`.
  ///
  /// - Throws: `ZooError` for a study that has not one combination of the model's encoders, or no such
  ///   split; what training throws; `Interrupted`.
  package func train(
    like model: TrainedModel, at place: Place, combination name: String?, split splitName: String?,
    folder: String
  ) throws -> Outcome {
    let combination = try combination(of: model, named: name, at: place)
    var cases = try StudyLoader.load(study, skipsBad: false, progress: session.progress)
    let splits = try study.folds.splits(of: cases.set).repeated(seeds: study.seeds)
    guard let split = splits.first(where: { $0.name == splitName ?? splits[0].name }) else {
      throw ZooError(
        .badValue, "the study makes no split \(splitName ?? "")", at: study.data.place)
    }
    let banner = try seen(cases.set, split)
    for branch in study.texts { try branch.checkVectors(session.registry) }
    cases.task.targets = CaseTargets(
      ShuffledTraining.shuffled(
        cases.task.targets.values, within: [split.training, split.validation],
        random: RandomStream(seed: study.seed).derived("shuffled labels"),
        outputs: cases.task.targets.outputs), outputs: cases.task.targets.outputs)
    let runner = CellRunner(study: study, cases: cases, session: session)
    let recipe = try tuned(combination, of: place).recipe
    for part in study.combinations where recipe.parts.contains(part.name) {
      try runner.run(tuned(part, of: place).recipe, split) { "\(folder)/\($0)" }
        .model?.write(to: "\(folder)/\(part.name)")
    }
    let outcome = try runner.run(recipe, split) { "\(folder)/\($0)" }
    guard let model = outcome.model else { preconditionFailure("training gave no model") }
    // Of labels that a case may have together no single accuracy is usual.
    let metric: ScoreMetric = cases.task.kind == .multiLabel ? .macroAUROC : .accuracy
    return Outcome(
      model: model, metric: metric, training: outcome.value(metric, .training) ?? .nan,
      test: outcome.value(metric, .test) ?? .nan, warnings: banner)
  }

  /// The combination with the settings that a tuned study chose for the cell beside, or of, a model.
  private func tuned(_ combination: Combination, of model: Place) throws -> Combination {
    guard let path = model.path else { return combination }
    let cells = URL(filePath: path).deletingLastPathComponent().deletingLastPathComponent()
    let scores = try cells.appending(path: FolderName.ofCombination(combination.name))
      .appending(path: FinishedCells.scoresName).path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: scores),
      let tuning = try CellFile.read(scores).tuning
    else { return combination }
    return try TunedSide(combination: combination).combination(
      with: tuning.settings, registry: session.registry)
  }

  /// What starting weights have seen of the cases, in sentences; all that is known of it is noted.
  ///
  /// - Throws: `ZooError` of code `.conflict` where they have seen some, unless that is allowed.
  func seen(_ set: CaseSet, _ split: Split) throws -> [String] {
    let seen = try SeenCases(
      images: study.images, texts: study.texts, of: set, study.data.origin, splits: [split],
      session.registry)
    let banner = try seen.warnings(study.data.origin, isBegun: false)
    for sentence in banner + seen.notes { session.progress.note(sentence) }
    return banner
  }

  /// The study's combination of a model's encoders.
  private func combination(of model: TrainedModel, named name: String?, at place: Place) throws
    -> Combination
  {
    let found = study.combinations.filter {
      $0.image?.name == model.image?.name && $0.text?.name == model.text?.name
        && $0.name == name ?? $0.name
    }
    guard found.count == 1 else {
      let names = [model.image?.name, model.text?.name].compactMap { $0 }
      throw ZooError(
        .badValue,
        "the study has \(found.count) combinations of \(names.joined(separator: " and ")), the "
          + "model's encoders; expected one", at: place,
        advice: "name the study that the model was trained by")
    }
    return found[0]
  }

  /// Targets `[cases, outputs]` of which whole rows change places within each of some subsets, and nowhere
  /// else.
  static func shuffled(
    _ targets: [Float], within subsets: [[Int]], random: RandomStream, outputs: Int = 1
  ) -> [Float] {
    var result = targets
    for (number, subset) in subsets.enumerated() {
      var random = random.derived(number)
      for (place, other) in zip(subset, random.permutation(subset.count)) {
        for output in 0..<outputs {
          result[place * outputs + output] = targets[subset[other] * outputs + output]
        }
      }
    }
    return result
  }
}
