/// What people want to know of a fusion head before they use it, and the program of how to run it.
public struct FusionHeadDescription: Sendable, Equatable {
  /// What `fuse` makes.
  public enum Result: String, Sendable, CaseIterable {
    /// Fused features: the specification's decoder (`hidden`, `dropout`) makes logits of them.
    case features
    /// The image's features and then the text's, unchanged: the same, and the decoder over them can
    /// begin as the sum of the two decoders that were trained with each encoder alone.
    case sideBySide
    /// The logits, `[batch, outputs]`.
    case logits
  }

  /// What a head may ask for besides the features of both sides.
  public enum Reading: String, Sendable, CaseIterable {
    /// The image encoder's last map before pooling.
    case regions
    /// What the text encoder knows of each word.
    case words
    /// The logits of each side's own decoder.
    case logits
  }

  /// The subset of a split that teaches the head its parameters.
  public enum Teacher: String, Sendable, CaseIterable {
    /// The training subset, as everything else.
    case training
    /// The validation subset, which the encoders have not seen; for a handful of parameters only.
    case validation
  }

  /// The name in specifications, such as `gated`.
  public let name: String
  /// One line about it.
  public let summary: String
  /// Its formula in one line, x the image's features and y the text's.
  public let formula: String
  /// The paper's title.
  public let paper: String
  /// The paper's address.
  public let link: String
  /// The options that a specification may set, each with its default and meaning.
  public let options: [EncoderDescription.Option]
  /// What it makes.
  public let result: Result
  /// What it reads besides the features.
  public let reads: Set<Reading>
  /// What it learns from.
  public let learnsOn: Teacher

  /// A complete description.
  public init(
    name: String, summary: String, formula: String, paper: String, link: String,
    options: [EncoderDescription.Option] = [], result: Result = .features,
    reads: Set<Reading> = [], learnsOn: Teacher = .training
  ) {
    self.name = name
    self.summary = summary
    self.formula = formula
    self.paper = paper
    self.link = link
    self.options = options
    self.result = result
    self.reads = reads
    self.learnsOn = learnsOn
  }
}
