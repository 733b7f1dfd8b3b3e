import Studies

/// What a model says of a case.
public struct Prediction: Sendable, Equatable {
  /// How likely a label is.
  public struct Answer: Sendable, Equatable {
    /// The label that is asked about.
    public let label: String
    /// The log-odds; of several classes what the softmax is taken of.
    public let logit: Double
    /// 0…1: the sigmoid of the logit, or the softmax over all classes' logits.
    public let probability: Double
    /// What the model's calibrator, fitted on validation cases, makes of the logit, 0…1; nil where it has none.
    public let calibratedProbability: Double?
    /// Whether the label is there: by its threshold, or as the most probable class.
    public let isPositive: Bool

    init(_ found: CasePrediction.Answer) {
      label = found.label
      logit = found.logit
      probability = found.probability
      calibratedProbability = found.calibrated
      isPositive = found.isPositive
    }
  }

  /// The class that the model chooses, by its threshold or as the most probable; nil for findings that a
  /// case may have together.
  public let label: String?
  /// One, of the positive class; or one for each class or finding, in the order of the labels.
  public let answers: [Answer]
  /// What a person must know of the answer: of the picture's file, words that are cut off or
  /// unknown.
  public let notes: [String]
  /// The same as the command line prints it.
  package let found: CasePrediction

  init(_ found: CasePrediction, notes: [String]) {
    label = found.label
    answers = found.answers.map(Answer.init)
    self.notes = notes
    self.found = found
  }
}
