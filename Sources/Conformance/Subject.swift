import EncoderKit

/// An encoder under examination: how it is built, and a fixed set of samples to show it.
protocol Subject {
  var description: EncoderDescription { get }
  /// How many samples there are; at least three, all different.
  var count: Int { get }
  /// Tells subjects of one encoder apart whose weights differ in shape.
  var variant: String { get }
  /// Builds the network, taking every parameter from the store.
  func make(_ store: ParameterStore) throws -> any Network
}

/// A built encoder with the samples it is shown.
protocol Network {
  var featureWidth: Int { get }
  /// The features of some samples; `change` replaces the input tensor, where there is one.
  func features(_ samples: [Int], _ run: inout Forward, change: (Tensor) -> Tensor) -> Tensor
}

extension Network {
  func features(_ samples: [Int], _ run: inout Forward) -> Tensor {
    features(samples, &run) { $0 }
  }
}

/// Images of one size and number of channels, normally distributed as after normalisation.
struct ImageSubject: Subject {
  let entry: any ImageEncoderEntry
  let options: JSONValue
  let size: Int
  let channels: Int
  let count = 4
  var variant: String { "\(size) \(channels)" }

  var description: EncoderDescription { entry.description }

  func make(_ store: ParameterStore) throws -> any Network {
    let encoder = try entry.make(
      options: options.object(), input: ImageInput(size: size, channels: channels),
      scope: Scope(store))
    return ImageNetwork(encoder: encoder, images: images)
  }

  /// `[count, size, size, channels]`.
  private var images: Tensor {
    var random = RandomStream(seed: 11).derived("images")
    return Tensor(
      (0..<count * size * size * channels).map { _ in Float(random.normal()) },
      shape: [count, size, size, channels])
  }
}

struct ImageNetwork: Network {
  let encoder: any ImageEncoder
  let images: Tensor

  var featureWidth: Int { encoder.featureWidth }

  func batch(_ samples: [Int]) -> Tensor {
    let width = images.count / images.shape[0]
    let values = images.values
    return Tensor(
      samples.flatMap { values[$0 * width..<($0 + 1) * width] },
      shape: [samples.count] + images.shape.dropFirst())
  }

  func features(_ samples: [Int], _ run: inout Forward, change: (Tensor) -> Tensor) -> Tensor {
    encoder.features(change(batch(samples)), &run)
  }
}

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

  var description: EncoderDescription { entry.description }

  func make(_ store: ParameterStore) throws -> any Network {
    let encoder = try entry.make(
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

  func features(_ samples: [Int], _ run: inout Forward, change: (Tensor) -> Tensor) -> Tensor {
    encoder.features(samples.map { texts[$0] }, &run)
  }
}
