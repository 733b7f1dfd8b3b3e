import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Registry
import Training

/// The training of one model into a folder: the parts of a multimodal first, then itself.
package struct TrainingRun {
  package let study: StudySpecification
  package let folder: String
  package let session: Session

  package init(study: StudySpecification, folder: String, session: Session) {
    self.study = study
    self.folder = folder
    self.session = session
  }

  private var progress: ProgressReporter { session.progress }

  /// What a stopped training leaves in its folder.
  private static let ownNames = [
    "parts", "results.csv", "folds.csv", "specification.json", DataNote.fileName,
    DataDigest.fileName, FileDigests.fileName, LogitsFile.fileName, "trained-on.txt",
    "vocabulary.txt", ModelFiles.tokenizerFolder, "model.safetensors",
  ]

  /// Trains on the first split and writes the model last, so that a folder with `model.json` is
  /// complete.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  /// - Returns: the lines to print.
  package func run(skipsBad: Bool) throws -> [String] {
    try OutputPlace.locked(folder) { try runAlone(skipsBad: skipsBad) }
  }

  private func runAlone(skipsBad: Bool) throws -> [String] {
    guard study.images.count <= 1, study.texts.count <= 1, study.heads.count == 1 else {
      throw ZooError(
        .badValue,
        "names \(study.images.count) image encoders, \(study.texts.count) text encoders and "
          + "\(study.heads.count) heads; train takes at most one of each",
        advice: "use zoo compare for several")
    }
    if FileManager.default.fileExists(atPath: "\(folder)/model.json") {
      throw ZooError(
        .conflict, "a model is already there", at: Place(path: folder),
        advice: "choose another --output")
    }
    try OutputPlace.check(folder, allowing: TrainingRun.ownNames)
    try study.checkFolders()
    let cases = try StudyLoader.load(study, skipsBad: skipsBad, progress: progress)
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
    try StudyTexts.note(cases, of: study, registry: session.registry, progress: progress)
    let splits = try study.folds.splits(of: cases.set)
    guard let split = splits.first else {
      throw ZooError(.badValue, "the folds make no split", at: study.data.place)
    }
    let seen = try SeenCases(
      images: study.images, texts: study.texts, of: cases.set, study.data.origin, splits: [split],
      session.registry)
    let banner = try seen.warnings(study.data.origin, isBegun: false)
    for sentence in banner + seen.notes + study.folds.notes(on: cases.set, splits: [split]) {
      progress.note(sentence)
    }
    for branch in study.texts { try branch.checkVectors(session.registry) }
    let data = try DataDigest(cases.set)
    let note = try DataNote(
      cases.set, table: study.data.resolvedPath, isSynthetic: study.data.isSynthetic,
      syntheticOrigins: try SyntheticOrigins.names(of: study.images, session.registry),
      seen: seen, folds: study.folds.sentence, seed: study.seed, splits: [split])
    let runner = CellRunner(study: study, cases: cases, session: session)
    let combinations = study.combinations
    var results: [ResultRow] = []
    var lines: [String] = []
    for combination in combinations {
      let outcome = try runner.run(combination.recipe, split) {
        "\(folder)/parts/\(try FolderName.ofCombination($0))"
      }
      let isLast = combination.name == combinations.last?.name
      results += outcome.results
      lines.append(
        String(
          format: "%@: test %@ %.3f", combination.name, runner.metric.title,
          outcome.value(runner.metric, .test) ?? .nan))
      if isLast {
        try AtomicFile.makeFolder(folder)
        try ResultsFile.write(results, to: "\(folder)/results.csv")
        try AtomicFile.write(study.source.text() + "\n", to: "\(folder)/specification.json")
        try note.write(to: folder)
        try data.write(to: folder)
        try FoldsFile.write([split], cases: cases.set, to: "\(folder)/folds.csv")
      }
      let place =
        isLast ? folder : "\(folder)/parts/\(try FolderName.ofCombination(combination.name))"
      try AtomicFile.makeFolder(place)
      var names =
        isLast
        ? [
          "results.csv", "specification.json", DataNote.fileName, DataDigest.fileName, "folds.csv",
        ] : []
      try LogitsFile.write(outcome.logits, to: place)
      names.append(LogitsFile.fileName)
      if let branch = combination.image {
        names += try TrainedImages.write(
          (split.training + split.validation).map { branch.reduced(cases.set.cases[$0]) }, to: place
        )
      }
      names += try outcome.model?.write(to: place) ?? []
      try FileDigests(of: names, in: place, inputs: [:]).write(to: place)
    }
    return lines + ["model: \(folder)"]
  }
}
