/// A subset of a split on which answers are scored, and how they are scored there.
///
/// The raw value is its name in `results.csv`; `allCases` is their order, without views, which data name.
package enum ResultSubset: RawRepresentable, Hashable, Sendable, CaseIterable {
  case training
  case validation
  case test
  /// The test subset, of the model with the specification's own settings where others were searched for.
  case untuned
  /// The test subset, a model of both sides shown one of them.
  case missingModality(MissingModalitySubset)
  /// The test subset, a model of several views shown the picture of one of them.
  case view(String)
  /// At a threshold that the validation subset chose, in place of 0.5.
  case fitted(FittedThresholdSubset)

  package static let allCases: [ResultSubset] =
    [.training, .validation, .test]
    + MissingModalitySubset.allCases.map(ResultSubset.missingModality)
    + FittedThresholdSubset.allCases.map(ResultSubset.fitted) + [.untuned]

  package var rawValue: String {
    switch self {
    case .training: "training"
    case .validation: "validation"
    case .test: "test"
    case .untuned: "test, untuned"
    case .missingModality(let subset): subset.rawValue
    case .view(let name): "test, \(name) only"
    case .fitted(let subset): subset.rawValue
    }
  }

  package init?(rawValue: String) {
    if let subset = ResultSubset.allCases.first(where: { $0.rawValue == rawValue }) {
      self = subset
    } else if rawValue.hasPrefix("test, "), rawValue.hasSuffix(" only"), rawValue.count > 11 {
      self = .view(String(rawValue.dropFirst(6).dropLast(5)))
    } else {
      return nil
    }
  }
}
