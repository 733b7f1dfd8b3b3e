/// What one check of an encoder or a fusion head found.
public struct ConformanceCheck: Sendable, Equatable {
  /// What a check looks at.
  public enum Kind: String, Sendable, CaseIterable {
    /// Features of the described width at several sizes, finite; images of one and three channels.
    case shapes
    /// The described width and stages are the encoder's, every parameter is of one stage; a head makes
    /// and reads what it is described to.
    case description
    /// Every parameter gets a finite gradient.
    case gradients
    /// Gradients agree with differences along their own direction.
    case differences
    /// The same input gives the same bits.
    case determinism
    /// A sample's features do not depend on the batch around it.
    case independence
    /// Evaluation changes nothing; training changes statistics alone.
    case modes
    /// Frozen parameters get no gradient and frozen statistics stay.
    case freezing
    /// A case that lacks a side is answered by its missing-modality embedding; of fusion heads alone.
    case missing
    /// Keys and shapes are the same each time, and weights come back from a file to the bit.
    case keys
    /// Features from weights and inputs rounded to bf16 stay near.
    case rounding
    /// Memory returns after use.
    case memory
    /// Recorded activations hold.
    case golden
    /// Features from elsewhere, of given inputs and weights, come out.
    case reference
  }

  /// How a check ended.
  public enum Outcome: String, Sendable {
    /// Found what was expected.
    case passed
    /// Found something else.
    case failed
    /// Could not be checked, and the finding says why.
    case notChecked = "not checked"
  }

  /// What was looked at.
  public let kind: Kind
  /// How it ended.
  public let outcome: Outcome
  /// What was found.
  public let found: String
  /// What was expected.
  public let expected: String

  package init(_ kind: Kind, _ outcome: Outcome, found: String, expected: String) {
    self.kind = kind
    self.outcome = outcome
    self.found = found
    self.expected = expected
  }
}
