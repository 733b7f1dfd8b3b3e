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

  package var image: Demand
  package var text: Demand
  /// The class names allowed, in the order of their indices.
  ///
  /// Nil: exactly two must be found, which are then ordered by their bytes.
  package var labels: [String]?
  /// Leaves out cases that break a rule, and lists them, in place of throwing.
  package var skipsBad: Bool

  package init(
    image: Demand = .optional, text: Demand = .optional, labels: [String]? = nil,
    skipsBad: Bool = false
  ) {
    self.image = image
    self.text = text
    self.labels = labels
    self.skipsBad = skipsBad
  }
}
