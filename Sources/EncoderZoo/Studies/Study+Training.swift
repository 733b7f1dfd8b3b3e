import Basics

extension Study {
  /// A fusion head of a study, and how a multimodal model is trained.
  public struct FusionHead: StudyPart, StudyValue {
    /// The object as JSON.
    public var json: JSONValue

    init?(studyValue: JSONValue) { json = studyValue }

    /// A head of the registry; further keys by subscript.
    ///
    /// - Parameters:
    ///   - head: its name in the registry, such as `concat` or `gated`.
    ///   - training: of the head over the features of both encoders, which stay as they are.
    ///   - fineTuning: of everything at a low rate afterwards.
    ///   - options: the head's own options by name.
    public init(
      _ head: String, training: Training? = nil, fineTuning: Training? = nil,
      options: [String: JSONValue] = [:]
    ) {
      json = [:]
      self["head", as: String.self] = head
      self.training = training
      self.fineTuning = fineTuning
      if !options.isEmpty { self["options", as: [String: JSONValue].self] = options }
    }

    /// The name in the registry.
    public var head: String {
      get { self["head", as: String.self] ?? "" }
      set { self["head", as: String.self] = newValue }
    }
    /// Training of the head over the features of both encoders.
    public var training: Training? {
      get { self["training"] }
      set { self["training"] = newValue }
    }
    /// Training of everything at a low rate afterwards.
    public var fineTuning: Training? {
      get { self["fineTuning"] }
      set { self["fineTuning"] = newValue }
    }
  }

  /// How a model is trained; what is nil has the default of docs/compare.md.
  ///
  /// Further keys by subscript.
  public struct Training: StudyPart, StudyValue {
    /// The object as JSON.
    public var json: JSONValue

    init?(studyValue: JSONValue) { json = studyValue }

    /// Settings; see the properties.
    public init(
      epochs: Int? = nil, batchSize: Int? = nil, learningRate: Double? = nil,
      weightDecay: Double? = nil
    ) {
      json = [:]
      self.epochs = epochs
      self.batchSize = batchSize
      self.learningRate = learningRate
      self.weightDecay = weightDecay
    }

    /// Passes over the training subset, 0…10000.
    public var epochs: Int? {
      get { self["epochs"] }
      set { self["epochs"] = newValue }
    }
    /// Cases of a step, 2…4096.
    public var batchSize: Int? {
      get { self["batchSize"] }
      set { self["batchSize"] = newValue }
    }
    /// The highest rate of the schedule, 1e-9…10.
    public var learningRate: Double? {
      get { self["learningRate"] }
      set { self["learningRate"] = newValue }
    }
    /// Decoupled weight decay, 0…10.
    public var weightDecay: Double? {
      get { self["weightDecay"] }
      set { self["weightDecay"] = newValue }
    }
  }
}
