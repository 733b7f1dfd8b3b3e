import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_LSTMText")
public func encoderzooPluginLSTMText() -> UnsafeMutableRawPointer {
  Plugin(name: "LSTMText", textEncoders: [LSTMEntry()]).exported()
}

private struct LSTMEntry: TextEncoderEntry {
  let description = EncoderDescription(
    name: "lstm", modality: .text, summary: "word vectors under a bidirectional LSTM",
    paper: "Long Short-Term Memory (Hochreiter and Schmidhuber, 1997)",
    link: "https://doi.org/10.1162/neco.1997.9.8.1735", licence: "Apache-2.0",
    options: LSTMSettings.descriptions)

  func prepare(
    corpus: [[String]], options: JSONObject, vectors: String?, random: RandomStream,
    progress: (Double) -> Bool
  ) throws -> TextPreparation {
    let settings = try LSTMSettings(options)
    let vocabulary = Vocabulary(counting: corpus, minimumCount: settings.minimumCount)
    guard let vectors else {
      return TextPreparation(
        vocabulary: vocabulary, dimension: settings.dimension, vectors: nil)
    }
    // Words without a vector start near zero.
    let table = try WordVectors.read(
      path: vectors, keeping: Array(vocabulary.words.dropFirst(2)))
    var draw = random.derived("vectors")
    let start = vocabulary.words.flatMap { word in
      table.vector(of: word).map { Array($0) }
        ?? (0..<table.dimension).map { _ in Float(draw.normal() * 0.1) }
    }
    return TextPreparation(
      vocabulary: vocabulary, dimension: table.dimension, vectors: start,
      coverage: vocabulary.coverage(by: table))
  }

  func maximumWords(options: JSONObject) throws -> Int? {
    try LSTMSettings(options).maximumWords
  }

  func make(options: JSONObject, preparation: TextPreparation, scope: Scope) throws
    -> any TextEncoder
  {
    try LSTMText(LSTMSettings(options), preparation, scope)
  }
}
