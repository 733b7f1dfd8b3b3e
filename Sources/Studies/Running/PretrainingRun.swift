import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Ranks
import Registry
import Training

/// A pre-training in its folder; what it leaves is a model that other trainings may start from.
package struct PretrainingRun {
  package let specification: PretrainingSpecification
  package let folder: String
  package let session: Session
  /// By how much batches are larger than the specification says.
  private let batchFactor: Int
  /// The encoder, with what the run decides of its training.
  private let branch: ImageBranch
  /// The parts a batch is divided into, where the ranks decide it.
  private let shards: Int?
  private let shared: SharedRun

  /// A pre-training; of several ranks, each makes one.
  ///
  /// Where the specification has no shards, or one, there are as many as ranks, or as the run was begun with. With a
  /// batch factor k batches are k times as large, and so are learning rates, which rise from zero over at least five
  /// epochs, or half of them all (Goyal et al. 2017, https://arxiv.org/abs/1706.02677).
  ///
  /// - Throws: `ZooError` where the ranks are not of one program and specification, or more than there are shards, or the
  ///   factor makes settings that are out of range.
  package init(
    specification: PretrainingSpecification, folder: String, session: Session, batchFactor: Int = 1
  ) throws {
    self.specification = specification
    self.folder = folder
    self.session = session
    self.batchFactor = batchFactor
    var branch = specification.image
    let ranks = session.ranks
    shared = SharedRun(session)
    try shared.check(
      RunFolder.machine(session.kernels) + session.registry.pluginDigests(of: [branch.encoder])
        + SharedRun.environment(session)
        + [("specification", specification.source.text()), ("batch factor", "\(batchFactor)")])
    var number = branch.training.shards
    let synchronizes = branch.training.batchStatistics == .batch
    if number == 1, !synchronizes {
      number = try shared.shards(ofRunIn: folder, specification: "specification.json")
    }
    shards = number == branch.training.shards ? nil : number
    branch.training.shards = number
    if batchFactor > 1 {
      branch.training.batchSize *= batchFactor
      branch.training.learningRate *= Double(batchFactor)
      let epochs = Double(max(1, branch.training.epochs))
      branch.training.warmup = max(branch.training.warmup, min(0.5, 5 / epochs))
      // What the model's file would say, and could not be read again.
      do {
        _ = try TrainingSettings(branch.training.json.object(), defaults: TrainingSettings())
      } catch {
        throw ZooError(
          .badValue, "--batch-factor \(batchFactor): \(errorSentence(error))", at: branch.place,
          advice: "take a smaller factor")
      }
    }
    if ranks != nil, synchronizes, branch.views != nil {
      throw ZooError(
        .unsupported,
        "\"batchStatistics\": \"batch\" with several views can't be shared by several ranks",
        at: branch.place, advice: "take the statistics of shards, or one process")
    }
    try shared.check(branch.training, at: branch.place)
    self.branch = branch
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
    try shared.check(RunFolder.options(skipsBad: skipsBad))
    guard shared.isFirst else {
      try follow(skipsBad: skipsBad)
      return []
    }
    return try OutputPlace.locked(folder) {
      try runAlone(resumes: resumes, skipsBad: skipsBad)
    }
  }

  /// The part of a rank that writes nothing.
  private func follow(skipsBad: Bool) throws {
    guard shared.decides(true) else { return }
    var set = try specification.load(skipsBad: skipsBad)
    let stores = try StudyLoader.images(
      of: &set, [branch], skipsBad: skipsBad, sharedBy: session.ranks, progress: progress)
    if specification.folds.groupsByNearImage {
      set = try NearPictureGroups.added(
        to: set, [branch], sharedBy: session.ranks, progress: progress)
    }
    // The splits are those that the first has, which may be a run's from before.
    let kept = try shared.split(nil)
    try shared.check([("data", try DataDigest(set).digest())])
    let cases = StudyCases(
      set: set, words: [], task: ClassificationTask(.multiLabel, of: set), images: stores)
    _ = try trained(cases, kept, checkpoint: nil)
  }

  private func runAlone(resumes: Bool, skipsBad: Bool) throws -> [String] {
    if FileManager.default.fileExists(atPath: "\(folder)/model.json") {
      if resumes {
        try runFolder(skipsBad: skipsBad).check(resumes: true)
        try ModelIntegrity.check(folder)
        _ = shared.decides(false)
        return ["the pre-training is finished; nothing was left to do", "model: \(folder)"]
      }
      throw ZooError(
        .conflict, "a model is already there", at: Place(path: folder),
        advice: "choose another --output")
    }
    let place = try runFolder(skipsBad: skipsBad)
    try place.check(resumes: resumes)
    _ = shared.decides(true)
    var set = try specification.load(skipsBad: skipsBad)
    StudyLoader.tell(set, progress)
    let stores = try StudyLoader.images(
      of: &set, [branch], skipsBad: skipsBad, sharedBy: session.ranks, progress: progress)
    if specification.folds.groupsByNearImage {
      set = try NearPictureGroups.added(
        to: set, [branch], sharedBy: session.ranks, progress: progress)
    }
    StudyLoader.tellLeftOut(set, progress)
    for left in set.leftOut.prefix(10) where skipsBad {
      progress.line("left out: \(left.place): \(left.message)")
    }
    let data = try DataDigest(set)
    try place.check(data, of: set, progress: progress)
    for sentence in specification.formerNames + branch.deviations + specification.data.notes
      + rankNotes
    {
      progress.note(sentence)
    }
    let splits = try place.splits(of: set, progress: progress) { byImage in
      [try specification.split(of: set, byImage: byImage)]
    }
    // Before anything is written.
    _ = try shared.split(splits[0])
    try shared.check([("data", try data.digest())])
    let seen = try SeenCases(
      images: [branch], of: set, specification.data.origin, splits: splits, registry)
    let banner = try seen.warnings(specification.data.origin, isBegun: place.isBegun)
    for note in banner + seen.notes + specification.folds.notes(on: set, splits: splits) {
      progress.note(note)
    }
    let origins = try SyntheticOrigins.names(of: [branch], registry)
    try place.begin(splits, of: set, data)
    let cases = StudyCases(
      set: set, words: [], task: ClassificationTask(.multiLabel, of: set), images: stores)
    return try place.running { try train(cases, splits[0], syntheticOrigins: origins, seen) }
  }

  /// What a person should know of how the batches are divided.
  private var rankNotes: [String] {
    var notes: [String] = []
    let training = branch.training
    if let ranks = session.ranks, training.batchStatistics == .batch {
      notes.append(
        "each batch of \(training.batchSize) is shared by \(ranks.count) ranks; batch normalisation takes the"
          + " statistics of all of it")
    }
    if training.shards > 1 {
      let ranks = session.ranks.map { ", shared by \($0.count) ranks" } ?? ""
      notes.append(
        "each batch of \(training.batchSize) is computed in \(min(training.shards, training.batchSize / 2)) shards\(ranks); batch normalisation"
          + " takes a shard's own statistics")
    }
    if batchFactor > 1 {
      notes.append(
        "batches are \(batchFactor) times as large, \(training.batchSize); the learning rate, too,"
          + " \(training.learningRate), which it reaches after \(Int((training.warmup * 100).rounded())) % of the steps"
      )
    }
    return notes
  }

  private func train(
    _ cases: StudyCases, _ split: Split, syntheticOrigins: [String], _ seen: SeenCases
  ) throws -> [String] {
    let set = cases.set
    let checkpoint = TrainingCheckpoint(path: "\(folder)/checkpoint.safetensors")
    let (fit, outcome) = try trained(cases, split, checkpoint: checkpoint)
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

  /// The trained encoder and its scores; of several ranks each gets the same.
  private func trained(_ cases: StudyCases, _ split: Split, checkpoint: TrainingCheckpoint?) throws
    -> (Fit, CellRunner.Outcome)
  {
    let recipe = UnimodalRecipe(
      name: branch.name, encoder: .image(branch),
      decoder: .init(hidden: 0, dropout: 0, featureDropout: specification.featureDropout), views: 1)
    // Without a cache: frozen stages see other augmentation in every epoch.
    let context = RecipeContext(
      session: session, cases: cases, tokenizer: Tokenizer(), seed: specification.seed, cache: nil)
    do {
      let fit = try recipe.fit(
        split, context, RandomStream(seed: specification.seed).derived("pretraining"),
        title: "\(branch.name) on \(cases.task.labels.count) findings", checkpoint: checkpoint)
      let outcome = try CellRunner(context, .youden, metric: .macroAUROC)
        .outcome(of: fit, recipe, split)
      return (fit, outcome)
    } catch is Interrupted {
      throw Interrupted(
        "what the training reached is kept in \(folder); the same command with --resume goes on")
    }
  }

  private func runFolder(skipsBad: Bool) throws -> RunFolder {
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
        + SharedRun.environment(session)
        + (shards.map { [(SharedRun.shardsKey, "\($0)")] } ?? [])
        + (batchFactor > 1 ? [("batch factor", "\(batchFactor)")] : [])
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
