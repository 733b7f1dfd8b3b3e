/// How a table of boxes is to be read where its header leaves it open.
package struct BoxFormat: Sendable, Equatable {
  /// What the four numbers are.
  package enum Form: String, Sendable, CaseIterable {
    /// The upper left corner, then width and height.
    case cornerSize = "corner-size"
    /// The middle, then width and height, as YOLO has it.
    case centerSize = "center-size"
    /// The upper left corner, then the lower right one.
    case corners
  }

  /// What they are counted in.
  package enum Units: String, Sendable, CaseIterable {
    case pixels
    /// Shares of the image's width and height, 0…1.
    case shares
  }

  /// Nil: `cornerSize`, and refused where the numbers look like corners.
  package var form: Form?
  /// Nil: `pixels`, and refused where the numbers look like shares.
  package var units: Units?
  /// Whether rows without a box are passed over.
  package var skipsEmpty: Bool

  package init(form: Form? = nil, units: Units? = nil, skipsEmpty: Bool = false) {
    self.form = form
    self.units = units
    self.skipsEmpty = skipsEmpty
  }
}
