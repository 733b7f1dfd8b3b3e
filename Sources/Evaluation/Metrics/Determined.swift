/// A value, or the reason why there is none: never 0 or NaN in its place.
///
/// ```swift
/// let area = MulticlassEvaluation(labels: [1, 1], logits: [0, 1, 0, 2], classCount: 2)[.auroc]
/// area.value   // nil
/// area.reason  // Undefined.oneClass
/// ```
package enum Determined<Value: Sendable & Equatable>: Sendable, Equatable {
  case value(Value)
  case undefined(Undefined)

  /// The value or, where there is none, the reason.
  package init(_ value: Value?, else reason: @autoclosure () -> Undefined) {
    self = value.map(Determined.value) ?? .undefined(reason())
  }

  /// The value; nil where it is undefined.
  package var value: Value? {
    if case .value(let value) = self { value } else { nil }
  }

  /// Why there is none; nil where there is a value.
  package var reason: Undefined? {
    if case .undefined(let reason) = self { reason } else { nil }
  }

  /// The same with another value.
  package func map<Other>(_ transform: (Value) -> Other) -> Determined<Other> {
    switch self {
    case .value(let value): .value(transform(value))
    case .undefined(let reason): .undefined(reason)
    }
  }
}

/// Which class is absent, of positive and negative cases; nil where both are there.
package func absence(positives: Int, negatives: Int) -> Undefined? {
  switch (positives, negatives) {
  case (0, 0): .noCases
  case (0, _): .noPositives
  case (_, 0): .noNegatives
  default: nil
  }
}
