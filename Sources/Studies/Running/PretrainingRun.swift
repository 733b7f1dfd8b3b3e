import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Registry
import Training

/// A pre-training in its folder; what it leaves is a model that other trainings may start from.
package struct PretrainingRun {
  package let specification: PretrainingSpecification
  package let folder: String
  package let session: Session

  package init(specification: PretrainingSpecification, folder: String, session: Session) {
    self.specification = specification
    self.folder = folder
    self.session = session
  }

  private var registry: EncoderRegistry { session.registry }
  private var progress: ProgressReporter { session.progress }

  /// Trains, scores, and writes the model last, so that a folder with `model.json` is complete.
  ///
  /// What a stopped training reached is kept after every epoch, and gone on with by `resumes`.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  /// - Returns: the lines to print.
  package func run(resumes: Bool, skipsBad: Bool) throws -> [String] {
    try OutputPlace.locked(folder) { try runAlone(resumes: resumes, skipsBad: skipsBad) }
  }

  private func runAlone(resumes: Bool, skipsBad: Bool) throws -> [String] {
    if FileManager.default.fileExists(atPath: "\(folder)/model.json") {
      if resumes {
        try runFolder(skipsBad: skipsBad).check(resumes: true)
        try ModelIntegrity.check(folder)
        return ["the pre-training is finished; nothing was left to do", "model: \(folder)"]
      }
      throw ZooError(
        .conflict, "a model is already there", at: Place(path: folder),
        advice: "choose another --output")
    }
    let place = try runFolder(skipsBad: skipsBad)
    try place.check(resumes: resumes)
    var set = try specification.load(skipsBad: skipsBad)
    StudyLoader.tell(set, progress)
    let stores = try StudyLoader.images(
      of: &set, [specification.image], skipsBad: skipsBad, progress: progress)
    if specification.folds.groupsByNearImage {
      set = try NearPictureGroups.added(to: set, [specification.image], progress: progress)
    }
    StudyLoader.tellLeftOut(set, progress)
    for left in set.leftOut.prefix(10) where skipsBad {
      progress.line("left out: \(left.place): \(left.message)")
    }
    let data = try DataDigest(set)
    try place.check(data, of: set, progress: progress)
    for sentence in specification.formerNames + specification.image.deviations
      + specification.data.notes
    {
      progress.note(sentence)
    }
    let splits = try place.splits(of: set, progress: progress) { byImage in
      [try specification.split(of: set, byImage: byImage)]
    }
    let seen = try SeenCases(
      images: [specification.image], of: set, specification.data.origin, splits: splits, registry)
    let banner = try seen.warnings(specification.data.origin, isBegun: place.isBegun)
    for note in banner + seen.notes + specification.folds.notes(on: set, splits: splits) {
      progress.note(note)
    }
    let origins = try SyntheticOrigins.names(of: [specification.image], registry)
    try place.begin(splits, of: set, data)
    let cases = StudyCases(
      set: set, words: [], task: ClassificationTask(.multiLabel, of: set), images: stores)
    return try place.running { try train(cases, splits[0], syntheticOrigins: origins, seen) }
  }

  private func train(
    _ cases: StudyCases, _ split: Split, syntheticOrigins: [String], _ seen: SeenCases
  ) throws -> [String] {
    let (set, labels) = (cases.set, cases.task.labels)
    let branch = specification.image
    let recipe = UnimodalRecipe(
      name: branch.name, encoder: .image(branch),
      decoder: .init(hidden: 0, dropout: 0, featureDropout: specification.featureDropout), views: 1)
    // Without a cache: frozen stages see other augmentation in every epoch.
    let context = RecipeContext(
      session: session, cases: cases, tokenizer: Tokenizer(), seed: specification.seed, cache: nil)
    let checkpoint = TrainingCheckpoint(path: "\(folder)/checkpoint.safetensors")
    let fit: Fit
    do {
      fit = try recipe.fit(
        split, context, RandomStream(seed: specification.seed).derived("pretraining"),
        title: "\(branch.name) on \(labels.count) findings", checkpoint: checkpoint)
    } catch is Interrupted {
      throw Interrupted(
        "what the last whole epoch reached is kept in \(folder); the same command with --resume goes on"
      )
    }
    let outcome = try CellRunner(context, .youden, metric: .macroAUROC)
      .outcome(of: fit, recipe, split)
    try write(set, split, outcome)
    try DataNote(
      set, table: specification.data.resolvedPath, isSynthetic: specification.data.isSynthetic,
      syntheticOrigins: syntheticOrigins, seen: seen, folds: specification.folds.sentence,
      seed: specification.seed, splits: [split]
    ).write(to: folder)
    let names = try fit.model?.write(to: folder) ?? []
    checkpoint.remove()
    // All that is there by now: the run's beginning, too.
    let others = try OutputPlace.entries(of: folder) ?? []
    try FileDigests(
      of: names
        + others.filter { !names.contains($0) && $0.contains(".") && !$0.hasSuffix(".tmp") },
      in: folder, inputs: [:]
    ).write(to: folder)
    return lines(outcome, cases.task, split)
  }

  private func runFolder(skipsBad: Bool) throws -> RunFolder {
    let branch = specification.image
    let isBegun = FileManager.default.fileExists(atPath: "\(folder)/specification.json")
    let weights = try SeenCases.lookedAtFirst(isBegun: isBegun) {
      try branch.weights.map { try WeightSource($0, registry, at: branch.place).located() }
    } look: {
      let set = try specification.load(skipsBad: skipsBad)
      let seen = try SeenCases(
        images: [branch], of: set, specification.data.origin,
        splits: [specification.split(of: set, byImage: false)], registry)
      return [(seen, specification.data.origin)]
    }
    return RunFolder(
      path: folder, specificationName: "specification.json", specification: specification.source,
      environment: RunFolder.machine(session.kernels) + registry.pluginDigests(of: [branch.encoder])
        + (branch.isFrozenAsDrawn ? RunFolder.drawnOnce : [])
        + RunFolder.options(skipsBad: skipsBad)
        + (try RunFolder.hashes(of: weights.map { [$0] } ?? [])))
  }

  private func write(_ set: CaseSet, _ split: Split, _ outcome: CellRunner.Outcome) throws {
    try TrainedImages.write(
      (split.training + split.validation).map { set.cases[$0] }, to: folder)
    try ResultsFile.write(outcome.results, to: "\(folder)/results.csv")
    try EpochsFile.write(outcome.epochs, to: "\(folder)/epochs.csv")
    try LogitsFile.write(outcome.logits, to: folder)
  }

  private func lines(_ outcome: CellRunner.Outcome, _ task: ClassificationTask, _ split: Split)
    -> [String]
  {
    func text(_ metric: ResultMetric, _ subset: ResultSubset) -> String {
      let row = outcome.results.first { $0.subset == subset && $0.metric == metric }
      return row?.value.map { String(format: "%.3f", $0) } ?? "  –  "
    }
    let answers = task.targets.rows(split.test)
    let width = max(task.labels.map(\.count).max() ?? 0, 12)
    func line(_ name: String, _ metric: ResultMetric, _ rest: String = "") -> String {
      name.padding(toLength: width, withPad: " ", startingAt: 0)
        + "  \(text(metric, .validation))       \(text(metric, .test))" + rest
    }
    let title = "AUROC".padding(toLength: width, withPad: " ", startingAt: 0)
    return ["\(title)  validation  test   positives of known in test"]
      + task.labels.enumerated().map { index, label in
        let known = stride(from: index, to: answers.count, by: task.labels.count)
          .map { answers[$0] }.filter { !$0.isNaN }
        return line(
          label, .label(.auroc, label), "  \(known.count { $0 > 0.5 }) of \(known.count)")
      } + [
        line("mean", .score(.macroAUROC)),
        "model: \(folder); start another from it by \"weights\": \"\(folder)\"",
      ]
  }
}
