import Basics

/// An encoder of a study, of images or of texts.
public protocol StudyEncoder: StudyPart {}

extension StudyEncoder {
  /// The name in the registry.
  public var encoder: String {
    get { self["encoder", as: String.self] ?? "" }
    set { self["encoder", as: String.self] = newValue }
  }
  /// What combinations with it are called; nil for the encoder's name.
  public var name: String? {
    get { self["name"] }
    set { self["name"] = newValue }
  }
  /// The encoder's own options by name.
  public var options: [String: JSONValue] {
    get { self["options", as: [String: JSONValue].self] ?? [:] }
    set { self["options", as: [String: JSONValue].self] = newValue }
  }
  /// What differs from the study's training.
  public var training: Study.Training? {
    get { self["training"] }
    set { self["training"] = newValue }
  }
}

extension Study {
  /// An image encoder of a study: what it is, what it is given, how it is trained.
  public struct ImageEncoder: StudyEncoder, StudyValue {
    /// The object as JSON.
    public var json: JSONValue

    init?(studyValue: JSONValue) { json = studyValue }

    /// An encoder of the registry; further keys by subscript.
    ///
    /// - Parameters:
    ///   - encoder: its name in the registry.
    ///   - name: what combinations with it are called; nil for the encoder's name.
    ///   - size: height and width of its images in pixels; nil for what its weights were trained
    ///     on, else 224.
    ///   - channels: 1 for grey, 3 for colour; nil for what its weights were trained on, else 1.
    ///   - weights: a weight set's name, a bundle's, a model's folder or a weight file; nil for
    ///     random ones.
    ///   - frozenUpTo: the last stage that keeps its weights; `all` for every one; nil trains all.
    ///   - options: the encoder's own options by name.
    ///   - training: what differs from the study's training.
    public init(
      _ encoder: String, name: String? = nil, size: Int? = nil, channels: Int? = nil,
      weights: String? = nil, frozenUpTo: String? = nil, options: [String: JSONValue] = [:],
      training: Training? = nil
    ) {
      json = [:]
      self["encoder", as: String.self] = encoder
      self.name = name
      self.size = size
      self.channels = channels
      self.weights = weights
      self.frozenUpTo = frozenUpTo
      if !options.isEmpty { self.options = options }
      self.training = training
    }

    /// Height and width of its images in pixels, 16…2048.
    public var size: Int? {
      get { self["size"] }
      set { self["size"] = newValue }
    }
    /// 1 for grey, 3 for colour.
    public var channels: Int? {
      get { self["channels"] }
      set { self["channels"] = newValue }
    }
    /// What its weights start from; nil for random ones.
    ///
    /// A list of weights is reached by subscript.
    public var weights: String? {
      get { self["weights"] }
      set { self["weights"] = newValue }
    }
    /// The last stage that keeps its weights; nil trains all.
    public var frozenUpTo: String? {
      get { self["freeze"] }
      set { self["freeze"] = newValue }
    }
  }

  /// A text encoder of a study: what it is and how it is trained.
  public struct TextEncoder: StudyEncoder, StudyValue {
    /// The object as JSON.
    public var json: JSONValue

    init?(studyValue: JSONValue) { json = studyValue }

    /// An encoder of the registry; further keys by subscript.
    ///
    /// - Parameters:
    ///   - encoder: its name in the registry.
    ///   - name: what combinations with it are called; nil for the encoder's name.
    ///   - vectors: a set of published word vectors or a file of them; nil where the encoder needs
    ///     none.
    ///   - options: the encoder's own options by name.
    ///   - training: what differs from the study's training.
    public init(
      _ encoder: String, name: String? = nil, vectors: String? = nil,
      options: [String: JSONValue] = [:], training: Training? = nil
    ) {
      json = [:]
      self["encoder", as: String.self] = encoder
      self.name = name
      self.vectors = vectors
      if !options.isEmpty { self.options = options }
      self.training = training
    }

    /// The word vectors it starts from.
    public var vectors: String? {
      get { self["vectors"] }
      set { self["vectors"] = newValue }
    }
    /// The weights it starts from, of an encoder with a tokenizer of its own; nil for random ones.
    public var weights: String? {
      get { self["weights"] }
      set { self["weights"] = newValue }
    }
    /// The folder of such an encoder's files where they are not beside its weights.
    public var tokenizer: String? {
      get { self["tokenizer"] }
      set { self["tokenizer"] = newValue }
    }
    /// The last stage that keeps its weights, `all`, or `none`; nil for the encoder's default.
    public var frozenUpTo: String? {
      get { self["freeze"] }
      set { self["freeze"] = newValue }
    }
  }
}
