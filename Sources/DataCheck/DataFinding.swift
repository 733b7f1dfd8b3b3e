import Basics

/// Something in data that a person should look at before anything is trained.
package struct DataFinding: Sendable, Equatable {
  /// How much it matters.
  package enum Severity: String, Sendable, CaseIterable, Comparable {
    /// A study can't be run, or its scores would be wrong.
    case error
    /// Scores may mislead.
    case warning
    /// Worth knowing.
    case note

    package static func < (one: Severity, other: Severity) -> Bool {
      (allCases.firstIndex(of: one) ?? 0) < (allCases.firstIndex(of: other) ?? 0)
    }
  }

  /// What kind of thing it is; its raw value stands in `check.json`.
  package enum Kind: String, Sendable, CaseIterable {
    case unusable = "unusable-cases"
    case study = "study"
    case rareLabel = "rare-label"
    case missingValue = "missing-value"
    case blankPicture = "blank-picture"
    case invertedPicture = "inverted-picture"
    case rotatedPicture = "rotated-picture"
    case cutPicture = "cut-picture"
    case colourPicture = "colour-picture"
    case oddPicture = "odd-picture"
    case brightness = "brightness"
    case sizes = "sizes"
    case duplicatePicture = "duplicate-picture"
    case duplicateText = "duplicate-text"
    case template = "template-text"
    case nearPicture = "near-duplicate-picture"
    case nearText = "near-duplicate-text"
    case longText = "long-text"
    case language = "language"
    case coverage = "coverage"
    case labelWord = "label-word"
    case crossing = "crosses-subsets"
    case attribute = "attribute-tells-label"
  }

  /// Two cases that are nearly the same.
  package struct Pair: Sendable, Equatable {
    /// Their ids.
    package let first: String
    package let second: String
    /// The correlation of pictures, the Jaccard similarity of texts, 0 to 1.
    package let similarity: Double
    /// What was done to the second picture; empty of texts.
    package let what: String
  }

  package let kind: Kind
  package let severity: Severity
  /// A sentence for a person, with counts.
  package let message: String
  /// What to do; nil where nothing need be done.
  package let advice: String?
  /// The ids of the cases it is about, all of them, in their order.
  package let cases: [String]
  /// The pairs it is about, all of them; empty for most kinds.
  package let pairs: [Pair]

  package init(
    _ kind: Kind, _ severity: Severity, _ message: String, advice: String? = nil,
    cases: [String] = [], pairs: [Pair] = []
  ) {
    self.kind = kind
    self.severity = severity
    self.message = message
    self.advice = advice
    self.cases = cases
    self.pairs = pairs
  }

  /// The finding as it stands in `check.json`.
  var json: JSONValue {
    [
      "kind": kind.rawValue.json, "severity": severity.rawValue.json, "message": message.json,
      "advice": advice.json, "cases": cases.json,
      "pairs": pairs.map { pair -> JSONValue in
        [
          "first": pair.first.json, "second": pair.second.json,
          "similarity": pair.similarity.json, "what": pair.what.json,
        ]
      }.json,
    ]
  }
}
