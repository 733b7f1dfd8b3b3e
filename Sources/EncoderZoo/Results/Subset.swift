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

  var part: ResultPart {
    switch self {
    case .training: .training
    case .validation: .validation
    case .test: .test
    case .testImageOnly: .oneSided(.image)
    case .testTextOnly: .oneSided(.text)
    case .validationAtFittedThreshold: .fitted(.validation)
    case .testAtFittedThreshold: .fitted(.test)
    }
  }
}
