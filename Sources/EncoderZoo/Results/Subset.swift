import Evaluation

/// The cases that a score is of, and how they were shown and judged.
public enum Subset: String, Sendable, CaseIterable {
  /// What was trained on.
  case training
  /// What chose among epochs, combinations and thresholds.
  case validation
  /// What had no say in anything.
  case test
  /// The test subset, every case with its image alone; of models that accept a missing modality.
  case testImageOnly
  /// The test subset, every case with its text alone; of models that accept a missing modality.
  case testTextOnly
  /// The validation subset at the threshold that it chose: optimistic.
  case validationAtFittedThreshold
  /// The test subset at the threshold that validation chose.
  case testAtFittedThreshold

  var subset: ResultSubset {
    switch self {
    case .training: .training
    case .validation: .validation
    case .test: .test
    case .testImageOnly: .missingModality(.image)
    case .testTextOnly: .missingModality(.text)
    case .validationAtFittedThreshold: .fitted(.validation)
    case .testAtFittedThreshold: .fitted(.test)
    }
  }
}
