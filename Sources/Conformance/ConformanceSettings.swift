import EncoderKit

/// How an encoder or a fusion head is checked.
public struct ConformanceSettings: Sendable {
  /// Its options, as a specification gives them.
  public var options: JSONValue
  /// Heights and widths of images to try beside the encoder's own; a size that the encoder refuses by
  /// an error is passed over.
  public var sizes: [Int]
  /// The size of most checks; nil chooses the smallest of `sizes` that the encoder takes.
  public var size: Int?
  /// A file of word vectors, for an encoder of texts that needs one.
  public var vectors: String?
  /// The folder of the files of an encoder of texts with a tokenizer of its own; nil gives it a small one.
  public var tokenizer: String?
  /// How many parameters are compared with differences.
  public var sampledParameters: Int
  /// Recorded activations: `golden.json`; nil where none are kept.
  public var golden: String?
  /// A safetensors file of inputs, features and weights from elsewhere; nil where there is none.
  public var reference: String?
  /// Which checks are run.
  public var kinds: [ConformanceCheck.Kind]

  /// Settings; see the properties.
  public init(
    options: JSONValue = [:], sizes: [Int] = [64, 96], size: Int? = nil, vectors: String? = nil,
    tokenizer: String? = nil, sampledParameters: Int = 12, golden: String? = nil,
    reference: String? = nil, kinds: [ConformanceCheck.Kind] = ConformanceCheck.Kind.allCases
  ) {
    self.options = options
    self.sizes = sizes
    self.size = size
    self.vectors = vectors
    self.tokenizer = tokenizer
    self.sampledParameters = sampledParameters
    self.golden = golden
    self.reference = reference
    self.kinds = kinds
  }
}
