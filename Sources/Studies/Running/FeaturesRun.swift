import Basics
import Datasets
import EncoderKit
import Foundation
import Ranks
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
    var inputs =
      RunFolder.environment(of: study, session.kernels, session.registry)
      + RunFolder.options(skipsBad: skipsBad) + [("specification", study.source.text())]
    try shared.check(inputs)
    // They may lie elsewhere on another machine.
    let contents = try RunFolder.files(of: study, session.registry, session.progress).map {
      ("content of a file", $0.1)
    }
    try shared.check(contents)
    inputs += contents
    // Of several ranks the first alone writes.
    guard shared.isFirst else { return try work(shared, inputs, skipsBad: skipsBad) }
    return try OutputPlace.locked(folder) { try work(shared, inputs, skipsBad: skipsBad) }
  }

  private func work(_ shared: SharedRun, _ inputs: [(String, String)], skipsBad: Bool) throws
    -> [String]
  {
    if shared.isFirst {
      try OutputPlace.check(
        folder,
        allowing: try (study.images.map(\.name) + study.texts.map(\.name)).map { name in
          lastName(of: try path(of: name))
        })
      try AtomicFile.makeFolder(folder)
    }
    let progress = session.progress
    let cases = try StudyLoader.load(
      study, skipsBad: skipsBad, sharedBy: session.ranks, progress: progress)
    for sentence in study.formerNames + study.images.flatMap(\.deviations)
      + study.texts.flatMap(\.notes) + study.data.notes
    { progress.note(sentence) }
    let data = try DataDigest(cases.set).digest()
    try shared.check([("data", data)])
    let split = try study.folds.splits(of: cases.set)[0]
    // Its training subset may decide how images are normalised.
    let run = try sha256(
      of: (inputs + [("data", data), ("training", "\(split.training)")])
        .map { "\($0.0) \($0.1)" }.joined(separator: "\n"))
    let context = RecipeContext(
      session: session, cases: cases, tokenizer: study.tokenizer, seed: study.seed,
      cache: FeatureCache(folder: .standard(session.kernels)))
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
      return try written(encoders, split, context, shared, run: run)
    } catch is Interrupted {
      throw Interrupted("what is finished is kept; the same command goes on")
    }
  }

  private func path(of encoder: String) throws -> String {
    "\(folder)/\(try FolderName.ofCombination(encoder)).safetensors"
  }

  /// What a stopped run of the same has written already.
  ///
  /// - Throws: `ZooError` of code `.conflict` for a file of anything else.
  private func present(_ names: [String], run: String) throws -> [String] {
    try names.filter { name in
      let path = try path(of: name)
      guard FileManager.default.fileExists(atPath: path) else { return false }
      guard (try? OpenTensorFile(path: path))?.metadata[Self.runKey] == run else {
        throw ZooError(
          .conflict,
          "is there already, with features of other cases, weights or settings, or of another program",
          at: Place(path: path), advice: "choose another --output")
      }
      return true
    }
  }

  /// Of the metadata the digest of all that the features were made from.
  private static let runKey = "run"

  private func written(
    _ encoders: [(name: String, encoder: UnimodalRecipe.Encoder)], _ split: Split,
    _ context: RecipeContext, _ shared: SharedRun, run: String
  ) throws -> [String] {
    var lines: [String] = []
    let own = shared.isFirst ? try present(encoders.map(\.name), run: run) : []
    let present =
      session.ranks.map {
        String(decoding: $0.fromFirst(Array(own.joined(separator: "\n").utf8)), as: UTF8.self)
          .split(separator: "\n").map(String.init)
      } ?? own
    for (name, encoder) in encoders {
      try Interruption.check()
      let path = try path(of: name)
      guard !present.contains(name) else {
        lines.append("\(path): was there already")
        continue
      }
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
            Self.runKey: run,
          ], to: path
        ) { put in
          try features { rows in
            width = rows.first?.count ?? width
            try put(rows)
          }
        }
        lines.append("\(path): \(indices.count) cases, \(width) features each")
      }
    }
    return lines
  }
}
