/// A part of a split on which answers are scored, and how they are scored there.
///
/// The raw value is its name in `results.csv`; `allCases` is their order.
package enum ResultPart: RawRepresentable, Hashable, Sendable, CaseIterable {
  case training
  case validation
  case test
  /// The test part, a model of both sides shown one of them.
  case oneSided(OneSidedPart)
  /// At a threshold that the validation part chose, in place of 0.5.
  case fitted(FittedThresholdPart)

  package static let allCases: [ResultPart] =
    [.training, .validation, .test] + OneSidedPart.allCases.map(ResultPart.oneSided)
    + FittedThresholdPart.allCases.map(ResultPart.fitted)

  package var rawValue: String {
    switch self {
    case .training: "training"
    case .validation: "validation"
    case .test: "test"
    case .oneSided(let part): part.rawValue
    case .fitted(let part): part.rawValue
    }
  }

  package init?(rawValue: String) {
    guard let part = ResultPart.allCases.first(where: { $0.rawValue == rawValue }) else {
      return nil
    }
    self = part
  }
}
