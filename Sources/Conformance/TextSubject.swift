import EncoderKit

/// Texts of several lengths, an empty one among them, over a small vocabulary.
struct TextSubject: Subject {
  let entry: any TextEncoderEntry
  let options: JSONValue
  let preparation: TextPreparation
  let count = 4
  let variant = "text"

  init(_ entry: any TextEncoderEntry, options: JSONValue, vectors: String?) throws {
    self.entry = entry
    self.options = options
    preparation = try entry.prepare(
      corpus: Self.corpus, options: options.object(), vectors: vectors,
      random: RandomStream(seed: 5)
    ) { _ in true }
  }

  var name: String { entry.description.name }

  func make(_ store: ParameterStore) throws -> any Network {
    let encoder = try entry.makeNamed(
      options: options.object(), preparation: preparation, scope: Scope(store))
    let texts = [Self.corpus[0], Self.corpus[1] + Self.corpus[2], Self.corpus[3], []]
    return TextNetwork(
      encoder: encoder, texts: texts.map { preparation.vocabulary.indices(of: $0) })
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
