import EncoderKit

/// Texts of several lengths, an empty one among them, over a small vocabulary.
struct TextSubject: Subject {
  let entry: any TextEncoderEntry
  let options: JSONValue
  let preparation: TextPreparation
  let count = 4
  let variant = "text"

  init(_ entry: any TextEncoderEntry, _ settings: ConformanceSettings) throws {
    self.entry = entry
    options = settings.options
    guard entry.fileNames.isEmpty else {
      let files = try settings.tokenizer.map {
        try EncoderFiles(folder: $0, names: entry.fileNames)
      }
      preparation = try entry.preparation(
        files: files ?? SampleTokenizer.files(named: entry.fileNames),
        options: options.object())
      return
    }
    preparation = try entry.prepare(
      corpus: Self.corpus, options: options.object(), vectors: settings.vectors,
      random: RandomStream(seed: 5)
    ) { _ in true }
  }

  var name: String { entry.description.name }

  func make(_ store: ParameterStore) throws -> any Network {
    let encoder = try entry.makeNamed(
      options: options.object(), preparation: preparation, scope: Scope(store))
    let texts = [Self.corpus[0], Self.corpus[1] + Self.corpus[2], Self.corpus[3], []]
    return TextNetwork(
      encoder: encoder, texts: texts.map(indices))
  }

  /// What the encoder is given of words.
  func indices(of words: [String]) -> [Int32] {
    guard let tokenizer = preparation.tokenizer else {
      return preparation.vocabulary.indices(of: words)
    }
    let pieces = tokenizer.pieces(of: words.joined(separator: " ")).map(\.id)
    return tokenizer.beginning + pieces + tokenizer.end
  }

  static let corpus: [[String]] = (0..<40).map { index in
    [
      ["the", "lungs", "are", "clear"], ["there", "is", "a", "large", "left", "effusion"],
      ["no", "effusion", "the", "heart", "is", "large"], ["clear", "lungs"],
    ][index % 4]
  }
}

private struct TextNetwork: Network {
  let encoder: any TextEncoder
  let texts: [[Int32]]

  var featureWidth: Int { encoder.featureWidth }

  func features(_ samples: [Int], _ pass: inout Forward, change: (Tensor) -> Tensor) -> Tensor {
    encoder.features(samples.map { texts[$0] }, &pass)
  }
}
