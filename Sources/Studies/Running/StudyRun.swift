import Basics
import Datasets
import Downloads
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Registry
import Training

/// A comparison in its folder: every combination on every split, then the tables and the report.
///
/// `study.json` is the specification as it was run, `run.json` what it ran on, `folds.csv` the
/// splits, `data-digest.csv` what its data were, `cells/SPLIT/COMBINATION/` the model and scores of
/// each cell. A run that was stopped at
/// any moment goes on where its last complete cell ended, and ends with the same `results.csv`.
package struct StudyRun {
  package let study: StudySpecification
  package let folder: String
  package let session: Session
  /// The command line, for the report.
  package let command: String
  /// Evaluates the models on the study's external data.
  let evaluator: any ExternalEvaluator
  /// Whether the scores of each epoch are written for TensorBoard.
  package var writesEvents = false

  package init(
    study: StudySpecification, folder: String, session: Session, command: String,
    evaluator: any ExternalEvaluator
  ) {
    self.study = study
    self.folder = folder
    self.session = session
    self.command = command
    self.evaluator = evaluator
  }

  private var registry: EncoderRegistry { session.registry }
  var progress: ProgressReporter { session.progress }

  /// Runs what is not there yet, and writes tables and report.
  ///
  /// Other processes may make cells of the run meanwhile.
  ///
  /// - Throws: `ZooError`, or `Interrupted` with everything finished so far kept.
  /// - Returns: the summary lines to print.
  package func run(resumes: Bool, skipsBad: Bool) throws -> [String] {
    try OutputPlace.locked(folder) {
      let begun = try begun(resumes: resumes, skipsBad: skipsBad)
      return try begun.place.running {
        try note(begun, skipsBad: skipsBad)
        let page = ProgressPageWriter(run: folder)
        defer { page.finish() }
        let files = try cells(begun.cases, begun.splits, begun.place).all(
          study.combinations, begun.splits, known: begun.finished)
        CellClaims(run: folder).removeAll()
        return try tables(begun, files, missing: [], skipsBad: skipsBad)
      }
    }
  }

  /// Writes what a run begins with, and no cell.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  package func plan(resumes: Bool, skipsBad: Bool) throws {
    try OutputPlace.locked(folder) { try planAlone(resumes: resumes, skipsBad: skipsBad) }
  }

  private func planAlone(resumes: Bool, skipsBad: Bool) throws {
    let begun = try begun(resumes: resumes, skipsBad: skipsBad)
    try begun.place.running { try note(begun, skipsBad: skipsBad) }
  }

  /// Lets other processes make what is not there yet, and writes tables and report.
  ///
  /// - Parameters:
  ///   - resumes: whether a run that is there is gone on with.
  ///   - skipsBad: whether cases that can't be used are left out.
  ///   - work: runs once everything that a run begins with is written, and returns when all cells are finished.
  /// - Throws: `ZooError`, `Interrupted`, or what `work` throws.
  /// - Returns: the summary lines to print.
  package func run(resumes: Bool, skipsBad: Bool, by work: (StudyPlan) throws -> Void) throws
    -> [String]
  {
    try OutputPlace.locked(folder) {
      // Its pictures are not kept in memory while others read them.
      try planAlone(resumes: resumes, skipsBad: skipsBad)
      let page = ProgressPageWriter(run: folder)
      defer { page.finish() }
      try work(StudyPlan(run: folder))
      return try mergedAlone(skipsBad: skipsBad)
    }
  }

  /// Writes tables and report of the cells that are finished.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  /// - Returns: the summary lines to print; the first ones count the cells that are missing.
  package func merged(skipsBad: Bool) throws -> [String] {
    try OutputPlace.locked(folder) {
      let lines = try mergedAlone(skipsBad: skipsBad)
      // Other processes made the cells: the page is of the moment when a comparison was here last.
      try ProgressPage.write(folder)
      return lines
    }
  }

  private func mergedAlone(skipsBad: Bool) throws -> [String] {
    let begun = try begun(resumes: true, skipsBad: skipsBad)
    let finished = try finishedCells(begun.place)
    let work = begun.splits.flatMap { split in study.combinations.map { ($0, split) } }
    let files = try work.map { combination, split in
      try begun.finished[FinishedCells.key(combination, split)]
        ?? finished.file(combination, split)
    }
    for file in files { for note in file?.notes ?? [] { progress.note(note) } }
    let missing = zip(work, files).filter { $1 == nil }.map { "\($0.0.1.name)/\($0.0.0.name)" }
    guard missing.count < work.count else {
      throw ZooError(
        .conflict, "none of the \(work.count) cells is finished", at: Place(path: folder),
        advice: "zoo cell \(folder) --all makes them")
    }
    if missing.isEmpty { CellClaims(run: folder).removeAll() }
    return try tables(begun, files.compactMap { $0 }, missing: missing, skipsBad: skipsBad)
  }

  /// A study whose folder holds its beginning: what its cells are made of, and what must be said of it.
  struct Begun {
    let cases: StudyCases
    let splits: [Split]
    let place: RunFolder
    /// Cells that were seen to be finished, by their keys.
    let finished: [String: CellFile]
    let folds: FoldPlan
    let seen: SeenCases
    let external: ExternalSets
    let deviations: [String]
    let warnings: [String]
  }

  func begun(resumes: Bool, skipsBad: Bool) throws -> Begun {
    let isBegun = FileManager.default.fileExists(atPath: "\(folder)/study.json")
    let place = try SeenCases.lookedAtFirst(study, skipsBad: skipsBad, isBegun: isBegun, registry) {
      try runFolder(skipsBad: skipsBad)
    }
    try place.check(resumes: resumes)
    try place.addTrials(progress: progress)
    if !place.isBegun { try study.checkFolders() }
    let (cases, pictures, finished) = try loaded(for: place, skipsBad: skipsBad)
    let data = try DataDigest(cases.set)
    try place.check(data, of: cases.set, progress: progress)
    for left in cases.set.leftOut.prefix(10) where skipsBad {
      progress.line("left out: \(left.place): \(left.message)")
    }
    let deviations =
      (study.images.flatMap(\.deviations) + study.texts.flatMap(\.notes)).map { "\($0)." }
    let warnings =
      try TrainedImages.warnings(study.images, cases.set, registry) + incomplete(cases)
    for note in study.formerNames + deviations + warnings + study.data.notes { progress.note(note) }
    if let tuning = study.tuning {
      progress.note(tuning.sentence(study.metric(for: cases.set)))
    }
    try StudyTexts.note(cases, of: study, registry: registry, progress: progress)
    var folds = study.folds
    let splits = try place.splits(of: cases.set, progress: progress) { byImage in
      folds = byImage ? study.folds : study.folds.withoutPictures
      return try folds.splits(of: cases.set).repeated(seeds: study.seeds)
    }
    let divisions = splits.ofFirstSeed
    try StudyTexts.checkTokenizer(of: study, cases, splits: splits, in: folder)
    let seen = try SeenCases(
      images: study.images, texts: study.texts, of: cases.set, study.data.origin,
      splits: divisions, registry)
    let banner = try seen.warnings(study.data.origin, isBegun: place.isBegun)
    let checked = StudyCheck.warnings(study, cases, divisions)
    for warning in checked { progress.note(warning) }
    var external = try ExternalSets(
      study, labels: cases.task.labels, skipsBad: skipsBad, isBegun: place.isBegun, registry)
    try external.check(
      study.images, own: data, by: evaluator, in: folder, skipsBad: skipsBad, progress: progress)
    for note in banner + external.warnings + seen.notes + external.notes
      + folds.notes(on: cases.set, splits: divisions)
    {
      progress.note(note)
    }
    try place.begin(splits, of: cases.set, data, pictures: pictures)
    return Begun(
      cases: cases, splits: splits, place: place, finished: finished, folds: folds, seen: seen,
      external: external, deviations: deviations,
      warnings: banner + external.warnings + warnings + checked)
  }

  /// The cases, with the pictures that cells still to be made read; and the cells that are finished.
  ///
  /// `wanted` are the names of the combinations that somebody means to make; nil for all.
  func loaded(for place: RunFolder, skipsBad: Bool, wanted: Set<String>? = nil) throws -> (
    cases: StudyCases, pictures: KeptPictures, finished: [String: CellFile]
  ) {
    var finished: [String: CellFile] = [:]
    let (cases, pictures) = try StudyLoader.load(
      study, skipsBad: skipsBad, progress: progress, for: place
    ) { set in
      try place.check(DataDigest(set), of: set, progress: progress)
      // Folds that are others are told below.
      guard let splits = try? place.keptSplits(of: set) else {
        return Set(study.images.map(\.name))
      }
      finished = try finishedCells(place).all(study.combinations, splits)
      let missing = splits.flatMap { split in
        study.combinations.filter {
          finished[FinishedCells.key($0, split)] == nil && wanted?.contains($0.name) != false
        }
      }
      return Set(missing.compactMap { $0.image?.name })
    }
    return (cases, pictures, finished)
  }

  /// Writes the notes of a run that was begun: its plan, the data, the external data.
  func note(_ begun: Begun, skipsBad: Bool) throws {
    try begun.external.write(to: folder)
    try DataNote(
      begun.cases.set, table: study.data.resolvedPath, isSynthetic: study.data.isSynthetic,
      syntheticOrigins: SyntheticOrigins.names(of: study.images, registry), seen: begun.seen,
      folds: begun.folds.sentence(seeds: study.seeds), seed: study.seed, splits: begun.splits
    ).write(to: folder)
    var plan = StudyPlan(study, skipsBad: skipsBad, session.kernels, command: command)
    plan.writesEvents = writesEvents
    plan.metric = study.metric(for: begun.cases.set)
    let fitted = try study.combinations(of: Set(headsFittedOnValidation()))
    plan.fittedOnValidation = study.combinations.map(\.name).filter(fitted.contains)
    plan.cells = begun.splits.flatMap { split in
      study.combinations.map {
        StudyPlan.Cell(split: split.name, combination: $0.name, needs: $0.recipe.parts)
      }
    }
    try plan.write(to: folder)
  }

  func finishedCells(_ place: RunFolder) throws -> FinishedCells {
    FinishedCells(folder: folder, inputs: try place.inputs(), progress: progress)
  }

  /// The cells of the run, to be read and made.
  ///
  /// - Throws: `ZooError` where a file of the run can't be read.
  func cells(_ cases: StudyCases, _ splits: [Split], _ place: RunFolder) throws -> StudyCells {
    let runner = CellRunner(study: study, cases: cases, session: session)
    let finished = try finishedCells(place)
    return StudyCells(
      finished: finished, runner: runner, claims: CellClaims(run: folder),
      tuner: try CellTuner(
        study, runner, splitCount: splits.count, finished,
        specificationName: place.specificationName),
      writesEvents: writesEvents)
  }

  /// Writes tables and report.
  private func tables(
    _ begun: Begun, _ files: [CellFile], missing: [String], skipsBad: Bool
  ) throws -> [String] {
    let (cases, splits) = (begun.cases, begun.splits)
    let lacks = Self.sentence(missing: missing, of: study.combinations.count * splits.count)
    for note in lacks { progress.note(note) }
    let shortcuts = missing.isEmpty ? try self.shortcuts(cases, splits.ofFirstSeed) : []
    let found = shortcuts.compactMap(\.warning)
    for note in found { progress.note(note) }
    let fittedOnValidation = try headsFittedOnValidation()
    let run = FinishedComparison(
      folder: folder, splits: splits.map(\.name), combinations: study.combinations.map(\.name),
      task: cases.task.kind, labels: cases.task.labels, rule: study.thresholdRule,
      seed: study.seed, skipsBad: skipsBad,
      fittedOnValidation: study.combinations(of: Set(fittedOnValidation)), session: session)
    // External data are asked once every model is there.
    let elsewhere =
      missing.isEmpty
      ? try begun.external.sets.map { try evaluator.evaluate($0.item, $0.set, of: run) } : []
    let warnings = lacks + begun.warnings + found
    let optimistic = fittedOnValidation.map {
      "\($0): its weights were learnt on the validation subset, so what it scores there is optimistic, and it"
        + " is not among those that validation chooses from."
    }
    let shown = Set(begun.deviations + warnings + elsewhere.flatMap(\.warnings))
    let tables = StudyTables(
      study: study, cases: cases, splits: splits.ofFirstSeed, cells: files,
      deviations: begun.deviations + optimistic, warnings: warnings,
      notes: progress.notes.filter { !shown.contains($0) },
      headsFittedOnValidation: Set(fittedOnValidation), external: elsewhere,
      tuner: try self.cells(cases, splits, begun.place).tuner)
    return try lacks
      + tables.write(to: folder, command: command, environment: environment)
      + shortcuts.map(\.line)
  }

  /// What a report without all cells says first; none where nothing is missing.
  static func sentence(missing: [String], of count: Int) -> [String] {
    guard !missing.isEmpty else { return [] }
    let more = missing.count > 6 ? " and \(missing.count - 6) more" : ""
    return [
      "incomplete: \(missing.count) of the \(count) cells are missing: "
        + "\(missing.prefix(6).joined(separator: ", "))\(more). Means are over the splits, and of a split over the seeds, that a combination has;"
        + " external data and probes of attributes are not evaluated yet."
    ]
  }

  /// What untouched encoders tell of the cases' attributes, in a study of probes; written to the run's folder.
  private func shortcuts(_ cases: StudyCases, _ splits: [Split]) throws -> [ShortcutProbe.Result] {
    guard study.probes, !study.data.attributes.isEmpty else { return [] }
    let results = try ShortcutProbe(study: study, cases: cases, session: session).run(splits)
    try ShortcutProbe.write(results, to: folder)
    return results
  }

  /// A sentence on cases that lack a side; none where all have both.
  private func incomplete(_ cases: StudyCases) -> [String] {
    let counts = [cases.lacksImage, cases.lacksText].map { $0?.count { $0 } ?? 0 }
    guard counts != [0, 0] else { return [] }
    return [
      "\(counts[0]) of the \(cases.count) cases have no image and \(counts[1]) no text. A combination"
        + " of one encoder is trained and scored on those that have what it reads, one of both on all."
    ]
  }

  /// The names of the heads that learn from the validation subset.
  private func headsFittedOnValidation() throws -> [String] {
    guard !study.images.isEmpty, !study.texts.isEmpty else { return [] }
    return try study.heads.filter {
      try registry.fusionHead($0.head, at: $0.place).description.learnsOn == .validation
    }.map(\.name)
  }

  func runFolder(skipsBad: Bool) throws -> RunFolder {
    try RunFolder(
      path: folder, specificationName: "study.json", specification: study.source,
      environment: environment + RunFolder.options(skipsBad: skipsBad)
        + RunFolder.files(of: study, registry, progress))
  }

  /// What the numbers depend on besides the specification and its files.
  private var environment: [(String, String)] {
    RunFolder.environment(of: study, session.kernels, registry)
  }
}
