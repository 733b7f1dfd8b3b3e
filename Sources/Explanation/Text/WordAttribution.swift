/// A word instance of a report, and what it says for the positive class.
package struct WordAttribution: Sendable, Equatable {
  /// What the model makes of a word.
  package enum State: String, Sendable {
    /// It has a vector of its own.
    case known
    /// It stands for any word that training did not meet.
    case unknown
    /// The model stops reading before it.
    case cutOff = "cut-off"
  }

  /// The word as it was written, case kept.
  package let written: String
  /// The word as the model reads it.
  package let token: String
  /// Offsets of its Unicode scalars in the report, as Python counts them.
  package let range: Range<Int>
  /// Offsets of its bytes in the report's UTF-8.
  package let bytes: Range<Int>
  package let state: State
  /// The paper's score: the squared gradient of the logit summed over the word's vector, as a share of
  /// the whole document; 0 for what is not read.
  package let gradient: Double
  /// Integrated gradients through the vector, from zero, in logits; positive speaks for the positive
  /// class.
  package let integrated: Double
}
