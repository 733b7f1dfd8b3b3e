import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Ranks
import Registry
import Training

/// The training of one model into a folder: the parts of a multimodal first, then itself.
package struct TrainingRun {
  package let study: StudySpecification
  package let folder: String
  private let session: Session
  private let shared: SharedRun
  /// Into how many shards a batch is divided where the study does not say it.
  private let shards: Int

  private static let specificationName = "specification.json"

  /// A training; of several ranks each makes one.
  ///
  /// - Throws: `ZooError` where the ranks are not of one program and specification, or more than the run's shards.
  package init(study: StudySpecification, folder: String, session: Session) throws {
    (self.study, self.folder) = (study, folder)
    shared = SharedRun(session)
    try shared.check(
      RunFolder.environment(of: study, session.kernels, session.registry)
        + [("specification", study.source.text())])
    let trainings = Self.trainings(of: study)
    let isLeftOpen = trainings.contains { $0.shards == 1 && $0.batchStatistics == .shard }
    shards =
      isLeftOpen ? try shared.shards(ofRunIn: folder, specification: Self.specificationName) : 1
    self.session = session.with(shards: shards)
    for var training in trainings {
      if training.shards == 1 { training.shards = shards }
      try shared.check(training, at: study.data.place)
    }
  }

  /// The trainings that a study's one model goes through.
  private static func trainings(of study: StudySpecification) -> [TrainingSettings] {
    let heads =
      study.images.isEmpty || study.texts.isEmpty
      ? [] : study.heads.flatMap { [$0.training, $0.fineTuning] }
    return (study.images.map(\.training) + study.texts.map(\.training) + heads)
      .filter { $0.epochs > 0 }
  }

  /// Sees that ranks that add up batch statistics pass through the same layers, whatever their cases.
  private func checkStatistics(_ cases: StudyCases) throws {
    guard session.ranks != nil,
      Self.trainings(of: study).contains(where: { $0.batchStatistics == .batch })
    else { return }
    let reasons = [
      (cases.lacksImage != nil || cases.lacksText != nil, "cases that lack a side"),
      (study.images.contains { $0.views != nil }, "several views"),
      (study.heads.contains { $0.modalityDropout > 0 }, "\"modalityDropout\""),
    ]
    if let reason = reasons.first(where: \.0)?.1 {
      throw ZooError(
        .unsupported,
        "\"batchStatistics\": \"batch\" with \(reason) can't be shared by several ranks",
        at: study.data.place, advice: "take the statistics of shards, or one process")
    }
  }

  private var progress: ProgressReporter { session.progress }

  /// Trains on the first split and writes the model last, so that a folder with `model.json` is
  /// complete.
  ///
  /// What a stopped training reached is kept now and then, and gone on with by `resumes`.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  /// - Returns: the lines to print.
  package func run(resumes: Bool, skipsBad: Bool) throws -> [String] {
    guard study.images.count <= 1, study.texts.count <= 1, study.heads.count == 1 else {
      throw ZooError(
        .badValue,
        "names \(study.images.count) image encoders, \(study.texts.count) text encoders and "
          + "\(study.heads.count) heads; train takes at most one of each",
        advice: "use zoo compare for several")
    }
    guard shared.isFirst else { return try work(resumes: resumes, skipsBad: skipsBad) }
    return try OutputPlace.locked(folder) { try work(resumes: resumes, skipsBad: skipsBad) }
  }

  private func work(resumes: Bool, skipsBad: Bool) throws -> [String] {
    let place = try runFolder(skipsBad: skipsBad)
    // Weights may lie elsewhere on another machine.
    try shared.check(
      place.environment.map { $0.0.hasPrefix("/") ? ("content of weights or vectors", $0.1) : $0 })
    func exists(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    }
    // Versions before wrote no digests, and began no run.
    let isFinished =
      shared.isFirst && exists("model.json")
      && (exists(FileDigests.fileName) || !place.isBegun)
    if isFinished, !resumes {
      throw ZooError(
        .conflict, "a model is already there", at: Place(path: folder),
        advice: "choose another --output")
    }
    if shared.isFirst { try place.check(resumes: resumes) }
    if isFinished { try ModelIntegrity.check(folder) }
    guard shared.decides(!isFinished) else {
      return ["the training is finished; nothing was left to do", "model: \(folder)"]
    }
    if !place.isBegun { try study.checkFolders() }
    let cases = try StudyLoader.load(
      study, skipsBad: skipsBad, sharedBy: session.ranks, progress: progress)
    try checkStatistics(cases)
    try note(cases)
    let made =
      try shared.isFirst
      ? place.splits(of: cases.set, progress: progress) { _ in
        [try firstSplit(of: cases.set)]
      } : []
    let split = try shared.split(made.first)
    let seen = try SeenCases(
      images: study.images, texts: study.texts, of: cases.set, study.data.origin, splits: [split],
      session.registry)
    let banner = try seen.warnings(study.data.origin, isBegun: place.isBegun)
    for sentence in banner + seen.notes + study.folds.notes(on: cases.set, splits: [split]) {
      progress.note(sentence)
    }
    for branch in study.texts { try branch.checkVectors(session.registry) }
    let data = try DataDigest(cases.set)
    try shared.check([("data", try data.digest())])
    guard shared.isFirst else { return try train(cases, split) }
    try place.check(data, of: cases.set, progress: progress)
    try place.begin([split], of: cases.set, data)
    return try place.running {
      try DataNote(
        cases.set, table: study.data.resolvedPath, isSynthetic: study.data.isSynthetic,
        syntheticOrigins: try SyntheticOrigins.names(of: study.images, session.registry),
        seen: seen, folds: study.folds.sentence, seed: study.seed, splits: [split]
      ).write(to: folder)
      do { return try train(cases, split) } catch is Interrupted {
        throw Interrupted(
          "what the training reached is kept in \(folder); the same command with --resume goes on")
      }
    }
  }

  private func firstSplit(of set: CaseSet) throws -> Split {
    guard let split = try study.folds.splits(of: set).first else {
      throw ZooError(.badValue, "the folds make no split", at: study.data.place)
    }
    return split
  }

  /// Tells what of the specification and the cases a person should know.
  private func note(_ cases: StudyCases) throws {
    for sentence in study.formerNames + study.images.flatMap(\.deviations)
      + study.texts.flatMap(\.notes) + study.data.notes
    {
      progress.note(sentence)
    }
    if study.seeds > 1 {
      progress.note("\"seeds\" is passed over: one model is trained, from the first seed")
    }
    if study.tuning != nil {
      progress.note(
        "\"tuning\" is passed over: the settings are those of the specification; zoo tune searches for others"
      )
    }
    if !study.external.isEmpty {
      progress.note(
        "external data are passed over: ask the trained model by zoo evaluate MODEL --data")
    }
    if let ranks = session.ranks {
      progress.note(
        "\(ranks.count) ranks train together"
          + (shards > 1
            ? "; a batch whose training says neither \"shards\" nor \"batchStatistics\" is computed in \(shards) shards"
            : ""))
    }
    try StudyTexts.note(cases, of: study, registry: session.registry, progress: progress)
  }

  private func runFolder(skipsBad: Bool) throws -> RunFolder {
    let isBegun = FileManager.default.fileExists(atPath: "\(folder)/\(Self.specificationName)")
    return try SeenCases.lookedAtFirst(
      study, skipsBad: skipsBad, isBegun: isBegun, session.registry
    ) {
      try RunFolder(
        path: folder, specificationName: Self.specificationName, specification: study.source,
        environment: RunFolder.environment(of: study, session.kernels, session.registry)
          + SharedRun.environment(session)
          + (shards > 1 ? [(SharedRun.shardsKey, "\(shards)")] : [])
          + RunFolder.options(skipsBad: skipsBad)
          + RunFolder.files(of: study, session.registry, progress))
    }
  }

  private func train(_ cases: StudyCases, _ split: Split) throws -> [String] {
    let runner = CellRunner(study: study, cases: cases, session: session)
    let combinations = study.combinations
    var models: [String: TrainedModel] = [:]
    var results: [ResultRow] = []
    var lines: [String] = []
    for combination in combinations {
      let isLast = combination.name == combinations.last?.name
      let place =
        isLast ? folder : "\(folder)/parts/\(try FolderName.ofCombination(combination.name))"
      let isThere = shared.decides(
        FileManager.default.fileExists(atPath: "\(place)/\(FileDigests.fileName)"))
      if isThere {
        if shared.isFirst {
          try FileDigests.check(
            folder: place, advice: "train the model again into another --output")
          results += try ResultsFile.read("\(place)/results.csv")
        }
      } else {
        let checkpoints = TrainingCheckpoints(folder: place)
        let outcome = try runner.keeping(shared.isFirst ? checkpoints : nil)
          .run(combination.recipe, split) { name in
            guard let model = models[name] else { preconditionFailure("no part \(name)") }
            return model
          }
        results += outcome.results
        if shared.isFirst {
          try write(
            outcome, of: combination, cases, split, isLast ? results : outcome.results, to: place,
            isLast: isLast)
          checkpoints.remove()
        }
      }
      if !isLast { models[combination.name] = try shared.model(from: place, session.registry) }
      let score = results.first {
        $0.combination == combination.name && $0.subset == .test
          && $0.metric == .score(runner.metric)
      }
      lines.append(
        String(
          format: "%@: test %@ %.3f", combination.name, runner.metric.title, score?.value ?? .nan))
    }
    return lines + ["model: \(folder)"]
  }

  /// Writes what a combination leaves, its digests last: with them it is finished.
  private func write(
    _ outcome: CellRunner.Outcome, of combination: Combination, _ cases: StudyCases,
    _ split: Split, _ results: [ResultRow], to place: String, isLast: Bool
  ) throws {
    try AtomicFile.makeFolder(place)
    try ResultsFile.write(results, to: "\(place)/results.csv")
    try LogitsFile.write(outcome.logits, to: place)
    var names = ["results.csv", LogitsFile.fileName]
    if isLast {
      names += [Self.specificationName, DataNote.fileName, DataDigest.fileName, "folds.csv"]
    }
    if let branch = combination.image {
      names += try TrainedImages.write(
        (split.training + split.validation).map { branch.reduced(cases.set.cases[$0]) }, to: place
      )
    }
    names += try outcome.model?.write(to: place) ?? []
    try FileDigests(of: names, in: place, inputs: [:]).write(to: place)
  }
}
