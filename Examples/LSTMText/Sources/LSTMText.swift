import EncoderKit

/// Word vectors under a long short-term memory that reads each text from both ends.
///
/// Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735; both ends: Schuster and
/// Paliwal 1997, https://doi.org/10.1109/78.650093. Texts, each a list of word indices, to the two last
/// states `[texts, 2 · width]`. Keys: `embedding.weight` `[words, dimension]`, and those of a
/// bidirectional `torch.nn.LSTM` below `lstm`.
struct LSTMText: TextEncoder {
  private let table: Parameter
  private let forward: LongShortTermMemory
  private let backward: LongShortTermMemory
  private let settings: LSTMSettings

  var featureWidth: Int { 2 * settings.width }

  init(_ settings: LSTMSettings, _ preparation: TextPreparation, _ scope: Scope) throws {
    self.settings = settings
    table = try scope("embedding").parameter(
      "weight", shape: [preparation.vocabulary.count, preparation.dimension],
      initializer: preparation.vectors.map { .values($0) } ?? .normal(0.1))
    forward = try LongShortTermMemory(
      scope("lstm"), from: preparation.dimension, width: settings.width)
    backward = try LongShortTermMemory(
      scope("lstm"), from: preparation.dimension, width: settings.width, isReversed: true)
  }

  func features(_ texts: [[Int32]], _ pass: inout Forward) -> Tensor {
    // An empty text counts as one unknown word.
    let words = texts.map { $0.isEmpty ? [1] : Array($0.prefix(settings.maximumWords)) }
    let layout = PackedLayout(lengths: words.map(\.count), gap: 0)
    let vectors = pass.dropout(
      pass.embedding(table, words.flatMap { $0 }, padding: 0), rate: settings.dropout)
    let ends = [forward, backward].map { $0.last($0(vectors, layout, &pass), layout, &pass) }
    return pass.concatenate(ends)
  }
}

/// The encoder's options.
struct LSTMSettings {
  let dimension: Int
  let width: Int
  let maximumWords: Int
  let minimumCount: Int
  let dropout: Float

  init(_ options: JSONObject) throws {
    var options = options
    dimension = try options.integer("dimension", in: 1...4096, default: 100)
    width = try options.integer("width", in: 1...4096, default: 64)
    maximumWords = try options.integer("maximumWords", in: 1...10_000, default: 140)
    minimumCount = try options.integer("minimumCount", in: 1...1000, default: 2)
    dropout = Float(try options.number("dropout", in: 0...0.9, default: 0.2))
    try options.finish()
  }

  /// The options as the description lists them.
  static let descriptions: [EncoderDescription.Option] = [
    .init("dimension", default: "100", "length of a word vector, unless vectors are given"),
    .init("width", default: "64", "cells of each direction"),
    .init("maximumWords", default: "140", "words of a text that are read"),
    .init("minimumCount", default: "2", "rarer words count as unknown"),
    .init("dropout", default: "0.2", "dropout on word vectors, in training"),
  ]
}
