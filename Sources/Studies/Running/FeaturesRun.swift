import Basics
import Datasets
import EncoderKit
import Foundation
import Registry
import Training
import WeightFiles

/// The features that a study's encoders give of its cases before any training, written for other programs.
package struct FeaturesRun {
  private let study: StudySpecification
  private let folder: String
  private let session: Session

  package init(study: StudySpecification, folder: String, session: Session) {
    (self.study, self.folder, self.session) = (study, folder, session)
  }

  /// Writes `NAME.safetensors` for each encoder: `features` `[cases, width]`, and in the metadata the cases' ids in the
  /// order of the rows, as `"features"` of a study reads it.
  ///
  /// An encoder that reads words is passed over, which is said: its vocabulary and vectors are learnt in training.
  /// Features are kept in the user's cache as they are made, and written from there.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  /// - Returns: the lines to print.
  package func run(skipsBad: Bool) throws -> [String] {
    let shared = SharedRun(session)
    try shared.check(
      RunFolder.environment(of: study, session.kernels, session.registry)
        + RunFolder.options(skipsBad: skipsBad) + [("specification", study.source.text())])
    if session.ranks != nil {
      let weights = try study.images.compactMap { branch in
        try branch.weights.map {
          try WeightSource($0, session.registry, at: branch.place).located()
        }
      }
      let texts = try study.texts.filter { $0.weights != nil }.flatMap {
        try $0.startFiles(session.registry, progress: session.progress)
      }
      // They may lie elsewhere on another machine.
      try shared.check(
        RunFolder.hashes(of: weights + texts).map { ("content of weights", $0.1) })
    }
    // Of several ranks the first alone writes.
    guard shared.isFirst else { return try work(shared, skipsBad: skipsBad) }
    return try OutputPlace.locked(folder) { try work(shared, skipsBad: skipsBad) }
  }

  private func work(_ shared: SharedRun, skipsBad: Bool) throws -> [String] {
    if shared.isFirst {
      try OutputPlace.check(folder, allowing: [])
      try AtomicFile.makeFolder(folder)
    }
    let progress = session.progress
    let cases = try StudyLoader.load(
      study, skipsBad: skipsBad, sharedBy: session.ranks, progress: progress)
    for sentence in study.formerNames + study.images.flatMap(\.deviations)
      + study.texts.flatMap(\.notes) + study.data.notes
    { progress.note(sentence) }
    try shared.check([("data", try DataDigest(cases.set).digest())])
    let split = try study.folds.splits(of: cases.set)[0]
    let kept = FeatureFolder.standard(session.kernels)
    let context = RecipeContext(
      session: session, cases: cases, tokenizer: study.tokenizer, seed: study.seed,
      cache: FeatureCache(folder: kept))
    var encoders: [(name: String, encoder: UnimodalRecipe.Encoder)] = study.images.map {
      ($0.name, .image($0))
    }
    for branch in study.texts {
      let entry = try session.registry.textEncoder(branch.encoder, at: branch.place)
      if entry.fileNames.isEmpty, branch.features == nil {
        progress.note(
          "\(branch.name): left out: it reads words, and learns them in training; before that it gives no features"
        )
      } else {
        encoders.append((branch.name, .text(branch)))
      }
    }
    for branch in study.images where branch.pixels.normalization == nil && branch.features == nil {
      progress.note(
        "\(branch.name): its images are normalised by the training subset of the split \(split.name)"
      )
    }
    guard !encoders.isEmpty else {
      throw ZooError(
        .badValue, "names no encoder that gives features before training", at: study.data.place)
    }
    for (name, members) in study.images.map({ ($0.name, $0.members) })
      + study.texts.map({ ($0.name, $0.members) }) where members > 1
    {
      progress.note("\(name): the features are those of one of its \(members) members")
    }
    do {
      return try written(encoders, split, context, shared)
    } catch is Interrupted where kept != nil {
      throw Interrupted(
        "features that are made are kept in the user's cache; the same command goes on")
    }
  }

  private func written(
    _ encoders: [(name: String, encoder: UnimodalRecipe.Encoder)], _ split: Split,
    _ context: RecipeContext, _ shared: SharedRun
  ) throws -> [String] {
    var lines: [String] = []
    var paths: [String] = []
    // All files or none: the same command would refuse to write over some.
    var isWhole = false
    defer { if !isWhole { for path in paths { unlink(path) } } }
    for (name, encoder) in encoders {
      try Interruption.check()
      let path = "\(folder)/\(try FolderName.ofCombination(name)).safetensors"
      try context.withFeatures(of: encoder, split, title: name) { indices, features in
        let count = context.cases.count
        if indices.count < count {
          session.progress.note(
            "\(name): \(count - indices.count) of the \(count) cases lack what it reads, and have no row"
          )
        }
        guard shared.isFirst else { return try features { _ in } }
        let ids = indices.map { context.cases.set.cases[$0].id.json }
        var width = 0
        try TensorFile.writeRows(
          "features", count: indices.count,
          metadata: [
            "format": "pt", "encoder": name, "ids": JSONValue(.array(ids)).text(pretty: false),
          ], to: path
        ) { put in
          try features { rows in
            width = rows.first?.count ?? width
            try put(rows)
          }
        }
        paths.append(path)
        lines.append("\(path): \(indices.count) cases, \(width) features each")
      }
    }
    isWhole = true
    return lines
  }
}
