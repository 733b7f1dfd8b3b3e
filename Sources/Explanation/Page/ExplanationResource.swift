/// The files of `Resources/`, which the build puts into the program.
enum ExplanationResource {
  /// The rules of explanations, beside those of every page; colours are Okabe and Ito's
  /// (https://jfly.uni-koeln.de/color/).
  static let sheet = text(PackageResources.explanation_css)
  /// The page's own clustering: the twin of `Sight`.
  ///
  /// Both add the same numbers in the same order and break ties alike, so that they agree to the last
  /// bit; a test runs this text under Node and compares.
  static let sight = text(PackageResources.sight_js)
  /// What the page does when its controls move.
  static let controls = text(PackageResources.explanation_js)

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
