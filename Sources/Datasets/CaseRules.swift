/// What a study demands of its cases.
///
/// By default every breach is refused with one error that lists the first ten. With `skipsBad` the
/// cases are left out and listed in `CaseSet.leftOut`.
package struct CaseRules: Sendable, Equatable {
  /// How much a part of a case is needed.
  package enum Demand: Sendable, Equatable {
    /// Cases may lack it, but not both image and text; an image that is named and not there is a
    /// breach.
    case allowed
    /// Not looked at: cases without it stay, and image files are not looked for.
    case optional
    /// Cases without it are left out and listed, as data sets are known to have some. An image that
    /// is named and not there is a breach all the same.
    case wanted
    /// Cases without it are a breach.
    case required
  }

  /// How cases are labelled.
  package enum Labelling: Sendable, Equatable {
    /// One of two classes.
    case twoClasses
    /// One of two classes or more.
    case classes
    /// Any number of labels, `Case.findings`; the reader sees to their answers.
    case together
  }

  package var labelling: Labelling
  package var image: Demand
  package var text: Demand
  /// The names of the classes or labels allowed, in the order of their indices.
  ///
  /// Nil: two must be found (two or more of `classes`), which are then ordered by their bytes.
  package var labels: [String]?
  /// What an uncertain answer (−1) to a label becomes.
  package var uncertain = UncertainPolicy.masked
  /// Whether labels of the data that `labels` does not name are left out and counted, rather than refused.
  package var ignoresOtherLabels = false
  /// Whether labels that can't be learnt, and cases of which no answer is known, are refused rather than said.
  package var needsEveryAnswer = true
  /// Leaves out cases that break a rule, and lists them, in place of throwing.
  package var skipsBad: Bool

  package init(
    image: Demand = .optional, text: Demand = .optional, labels: [String]? = nil,
    labelling: Labelling = .twoClasses, skipsBad: Bool = false
  ) {
    self.labelling = labelling
    self.image = image
    self.text = text
    self.labels = labels
    self.skipsBad = skipsBad
  }
}
