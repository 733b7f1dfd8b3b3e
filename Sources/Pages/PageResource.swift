/// The files of `Resources/`, which the build puts into the program.
package enum PageResource {
  /// The style sheet of every page; its colours are Okabe and Ito's
  /// (https://jfly.uni-koeln.de/color/).
  package static let sheet = text(PackageResources.page_css)
  /// Sorts the tables that `SortableTable` makes headings for.
  package static let sorting = text(PackageResources.sort_js)

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
