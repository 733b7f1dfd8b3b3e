/// What people want to know of an encoder before they use it.
public struct EncoderDescription: Sendable, Equatable {
  /// Which kind of input an encoder reads.
  public enum Modality: String, Sendable, CaseIterable {
    /// Radiographs and other pictures.
    case image
    /// Reports and other texts.
    case text
  }

  /// The name in specifications, such as `densenet121`.
  public let name: String
  /// What it reads.
  public let modality: Modality
  /// One line about it.
  public let summary: String
  /// The paper's title.
  public let paper: String
  /// The paper's address.
  public let link: String
  /// The options that a specification may set, each with its default and meaning.
  public let options: [Option]

  /// An option of an encoder.
  public struct Option: Sendable, Equatable {
    /// The key in a specification.
    public let name: String
    /// The default as it would be written there.
    public let fallback: String
    /// One line about it.
    public let summary: String

    /// An option's key, default and meaning.
    public init(_ name: String, default fallback: String, _ summary: String) {
      self.name = name
      self.fallback = fallback
      self.summary = summary
    }
  }

  /// A complete description.
  public init(
    name: String, modality: Modality, summary: String, paper: String, link: String,
    options: [Option]
  ) {
    self.name = name
    self.modality = modality
    self.summary = summary
    self.paper = paper
    self.link = link
    self.options = options
  }
}
