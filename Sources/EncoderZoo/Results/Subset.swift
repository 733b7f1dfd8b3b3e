import Evaluation

/// The cases that a score is of, and how they were shown and judged.
public enum Subset: String, Sendable, CaseIterable {
  /// What was trained on.
  case training
  /// What chose among epochs, combinations and thresholds.
  case validation
  /// What had no say in anything.
  case test
  /// The test part, every case with its image alone; of models that accept a missing modality.
  case testImageOnly
  /// The test part, every case with its text alone; of models that accept a missing modality.
  case testTextOnly
  /// The validation part at the threshold that it chose: optimistic.
  case validationAtFittedThreshold
  /// The test part at the threshold that validation chose.
  case testAtFittedThreshold

  var name: String {
    switch self {
    case .training, .validation, .test: rawValue
    case .testImageOnly: OneSidedPart.image.rawValue
    case .testTextOnly: OneSidedPart.text.rawValue
    case .validationAtFittedThreshold: FittedThresholdPart.validation.rawValue
    case .testAtFittedThreshold: FittedThresholdPart.test.rawValue
    }
  }
}
