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
    let context = RecipeContext(
      session: session, cases: cases, tokenizer: study.tokenizer, seed: study.seed,
      cache: FeatureCache())
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
    var lines: [String] = []
    for (name, encoder) in encoders {
      try Interruption.check()
      let (indices, features) = try context.features(of: encoder, split, title: name)
      if indices.count < cases.count {
        progress.note(
          "\(name): \(cases.count - indices.count) of the \(cases.count) cases lack what it reads, and have no row"
        )
      }
      let ids = JSONValue(.array(indices.map { cases.set.cases[$0].id.json })).text(pretty: false)
      let width = features.first?.count ?? 0
      let path = "\(folder)/\(try FolderName.ofCombination(name)).safetensors"
      guard shared.isFirst else { continue }
      try TensorFile.write(
        [(name: "features", shape: [features.count, width], values: features.flatMap { $0 })],
        metadata: ["format": "pt", "encoder": name, "ids": ids], to: path)
      lines.append("\(path): \(features.count) cases, \(width) features each")
    }
    return lines
  }
}
