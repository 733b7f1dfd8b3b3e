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
  /// The licence of its code, such as `Apache-2.0`; nil where none is stated.
  public let licence: String?
  /// The options that a specification may set, each with its default and meaning.
  public let options: [Option]
  /// More about an encoder of images; nil for one of texts.
  public let image: ImageDetails?

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
    licence: String? = nil, options: [Option], image: ImageDetails? = nil
  ) {
    self.name = name
    self.modality = modality
    self.summary = summary
    self.paper = paper
    self.link = link
    self.licence = licence
    self.options = options
    self.image = image
  }
}

/// What an image encoder without options is like.
public struct ImageDetails: Sendable, Equatable {
  /// The width of the features.
  public let featureWidth: Int
  /// The key of the published classifier behind the features, such as `fc`: a linear layer
  /// `[classes, featureWidth]` with bias.
  public let classifier: String
  /// The names of the stages, in order.
  public let stages: [String]
  /// The side of the images it was published for, in pixels.
  public let size: Int
  /// The channels of the images it was published for.
  public let channels: Int
  /// The Python library that has a network of this name with these keys; nil where none does.
  public let library: Library?
  /// Of which side's multiples alone, in pixels, that network gives the same; nil where it does so of any.
  public let librarySide: Int?

  /// A Python library whose networks take an encoder's weights as they are.
  public enum Library: String, Sendable, CaseIterable {
    /// https://docs.pytorch.org/vision/stable/models.html.
    case torchvision
    /// https://huggingface.co/docs/timm.
    case timm
  }

  /// The facts of an encoder.
  public init(
    featureWidth: Int, classifier: String, stages: [String], size: Int = 224, channels: Int = 3,
    library: Library? = nil, librarySide: Int? = nil
  ) {
    self.featureWidth = featureWidth
    self.classifier = classifier
    self.stages = stages
    self.size = size
    self.channels = channels
    self.library = library
    self.librarySide = librarySide
  }
}
