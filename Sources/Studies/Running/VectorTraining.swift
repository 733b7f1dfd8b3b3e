import Basics
import Datasets
import EncoderKit
import Registry
import Training

/// Word vectors trained on texts for their own sake, by a text encoder of the registry.
package struct VectorTraining {
  /// gensim cuts longer documents there, too: no context reaches over the cut.
  private static let longestPiece = 10_000

  /// The words of each document.
  package let documents: [[String]]
  /// The encoder's options, as a specification would give them.
  package let options: JSONValue
  /// A file or vector set to go on from; nil starts all at random.
  package let start: VectorSource?
  package let seed: UInt64
  /// How many documents were cut into pieces.
  package let cutDocuments: Int
  private let entry: any TextEncoderEntry

  /// Prepares a training.
  ///
  /// - Parameters:
  ///   - documents: The words of each document; long ones are cut into pieces.
  ///   - encoder: An encoder of the registry; nil takes the first that trains vectors.
  ///   - options: Its options. Where it bounds the size of its vocabulary or the words of a text, and
  ///     they are not given here, the bounds are what the documents have.
  ///   - start: A file or vector set to go on from.
  ///   - seed: Chooses all random numbers: the same seed gives the same vectors.
  ///   - registry: Where encoders stand.
  /// - Throws: `ZooError` for an encoder that trains no vectors, and for documents without a word.
  package init(
    documents: [[String]], encoder: String?, options: [(key: String, value: JSONValue)],
    start: VectorSource?, seed: UInt64, registry: EncoderRegistry
  ) throws {
    entry = try Self.entry(encoder, registry)
    cutDocuments = documents.count { $0.count > Self.longestPiece }
    self.documents = documents.flatMap { words in
      stride(from: 0, to: words.count, by: Self.longestPiece).map {
        Array(words[$0..<min($0 + Self.longestPiece, words.count)])
      }
    }
    let distinct = Set(self.documents.joined())
    guard !distinct.isEmpty else {
      throw ZooError(.badValue, "the texts hold no words; there is nothing to train on")
    }
    var members = options
    for (key, bound) in [
      ("maximumWords", self.documents.map(\.count).max() ?? 1), ("vocabularySize", distinct.count),
    ] where entry.description.options.contains(where: { $0.name == key }) {
      if !members.contains(where: { $0.key == key }) {
        members.append((key, bound.json))
      }
    }
    self.options = JSONValue(.object(members))
    self.start = start
    self.seed = seed
  }

  private static func entry(_ name: String?, _ registry: EncoderRegistry) throws
    -> any TextEncoderEntry
  {
    // An installed plugin that is refused trains nothing.
    let trainers = registry.names(.text).compactMap { try? registry.textEncoder($0, at: Place()) }
      .filter(\.trainsVectors)
    let names = trainers.map(\.description.name)
    guard let name else {
      guard let first = trainers.first else {
        throw ZooError(.notFound, "no text encoder of the registry trains word vectors")
      }
      return first
    }
    guard let entry = trainers.first(where: { $0.description.name == name }) else {
      throw ZooError(
        .badValue,
        "no encoder that trains word vectors is called \"\(name)\"; "
          + suggestion(for: name, among: names))
    }
    return entry
  }

  /// Trains.
  ///
  /// - Returns: the words of the vocabulary with their vectors, the most frequent first, and how much
  ///   of it the given vectors covered.
  /// - Throws: `ZooError`, or `Interrupted`.
  package func run(progress: ProgressReporter) throws
    -> (table: WordVectorTable, coverage: WordCoverage?)
  {
    if cutDocuments > 0 {
      progress.note(
        "\(cutDocuments) documents of more than \(Self.longestPiece) words were cut into pieces of that length:"
          + " no context reaches over a cut.")
    }
    let path = try start?.path(progress: progress)
    let prepared = try progress.stage("training word vectors (%)") { advance in
      try entry.prepare(
        corpus: documents, options: options.object(), vectors: path,
        random: RandomStream(seed: seed), progress: advance)
    }
    try Interruption.check()
    guard let vectors = prepared.vectors else {
      throw ZooError(
        .unsupported, "\"\(entry.description.name)\" trained no vectors with these options")
    }
    let table = try WordVectorTable(
      vocabulary: prepared.vocabulary, dimension: prepared.dimension, values: vectors)
    return (table, prepared.coverage)
  }
}

extension VectorTraining {
  /// The documents at a path: of a plain text, each line; of a study's specification (a name ending in
  /// `.json`), the texts of all its cases.
  ///
  /// Notes tell which published collection these are of, and whether `start`, the vectors to go on from, has seen it.
  ///
  /// - Throws: `ZooError` with file and line.
  package static func documents(
    at path: String, from start: String? = nil, dataFolder: String?, skipsBad: Bool,
    registry: EncoderRegistry, progress: ProgressReporter
  ) throws -> [[String]] {
    func words(_ texts: [String], _ tokenizer: Tokenizer) -> [[String]] {
      for note in TextTally.notes(on: texts, tokenizer) { progress.note(note) }
      return texts.map { tokenizer.words($0) }
    }
    guard path.hasSuffix(".json") else {
      return words(try readLines(path), Tokenizer.ofStudies)
    }
    let study = try StudySpecification(path: path, registry: registry, dataFolder: dataFolder)
    let set = try study.data.load(needsImages: false, needsTexts: true, skipsBad: skipsBad)
    StudyLoader.tell(set, progress)
    StudyLoader.tellLeftOut(set, progress)
    let seen = try SeenCases(vectors: start ?? "random", of: set, study.data.origin, registry)
    for note in seen.findings.map(\.sentence) + seen.notes { progress.note(note) }
    if !seen.collections.isEmpty {
      progress.note(
        "the texts are of \(seen.collections.joined(separator: ", ")): a study that tests cases of it with these"
          + " vectors does not score new texts, and their file does not tell")
    }
    return words(set.cases.map { $0.text ?? "" }, study.tokenizer)
  }
}
