/// The hospital that a phantom sample claims to be of: a second one has other patients, films and shares, so that what
/// a model loses elsewhere can be tried out.
package enum PhantomSite: String, Sendable, CaseIterable {
  case a = "A"
  /// Three of ten cases are abnormal, films are duller and of another curve, the lead letter is larger and at the
  /// patient's left.
  case b = "B"

  /// How many of so many cases are abnormal.
  func abnormalCount(of count: Int) -> Int { self == .a ? count / 2 : count * 3 / 10 }

  /// What ids and patients begin with, so that no two sites share one.
  var prefix: String { self == .a ? "" : rawValue }

  /// What is multiplied to the film's gain and gamma, and added to its offset.
  var film: (gain: Double, offset: Double, gamma: Double) {
    self == .a ? (1, 0, 1) : (0.72, 0.14, 1.45)
  }

  /// The share of lead letters at the patient's left.
  var leftShare: Double { self == .a ? 0.5 : 1 }

  /// How much larger the lead letter is.
  var markerScale: Double { self == .a ? 1 : 1.8 }

  /// A sentence for the sample's description; empty of the first site.
  var sentence: String {
    self == .a
      ? ""
      : "\nSite B: fewer abnormal cases, duller films of another curve, a larger lead letter, other patients."
  }
}
