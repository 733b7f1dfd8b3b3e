/// The files of `Resources/`, which the build puts into the program.
package enum PageResource {
  /// The colours of everything, light and dark; the series' are Okabe and Ito's
  /// (https://jfly.uni-koeln.de/color/).
  static let colours = text(PackageResources.colours_css)
  /// What drawings are made of.
  static let drawing = text(PackageResources.drawing_css)
  /// The style sheet of every page.
  package static let sheet = colours + "\n" + drawing + "\n" + text(PackageResources.page_css)
  /// Sorts the tables that `SortableTable` makes headings for.
  package static let sorting = text(PackageResources.sort_js)

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
