import Basics

/// Reads the pictures of a table's rows: one a row, or a list in a cell.
struct RowPictures {
  private let column: Int?
  private let view: Int?
  /// What stands between two pictures of a cell; nil where a cell names one.
  private let separator: String?
  private let names: (image: String, view: String)

  /// Finds the columns.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a column that is not there.
  init(_ columns: CSVColumns, _ table: CSVTable) throws {
    column = try (columns.images ?? columns.image).map { try table.column($0) }
    view = try columns.view.map { try table.column($0) }
    separator = columns.images == nil ? nil : columns.imageSeparator
    names = (columns.images ?? columns.image ?? "", columns.view ?? "")
  }

  /// The pictures that a row names, their paths as written.
  ///
  /// - Throws: `ZooError` of code `.badValue` where a list of views is not as long as that of pictures.
  func read(_ row: Int, _ values: inout TableValues) throws -> [CaseImage] {
    guard let written = values.text(row, column) else { return [] }
    guard let separator else {
      return [CaseImage(path: written, view: values.value(row, view))]
    }
    let paths = parts(written, separator)
    guard view != nil else { return paths.map { CaseImage(path: $0) } }
    let views = values.value(row, view).map { parts($0, separator) } ?? []
    guard views.isEmpty || views.count == paths.count else {
      throw ZooError(
        .badValue,
        "\(paths.count) pictures in \"\(names.image)\" and \(views.count) views in \"\(names.view)\"; expected"
          + " a view for each picture")
    }
    return paths.enumerated().map { place, path in
      CaseImage(
        path: path, view: views.isEmpty || views[place].isEmpty ? nil : views[place])
    }
  }

  private func parts(_ text: String, _ separator: String) -> [String] {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
      .map { tidied(String($0)) }
    // A separator at the end, or two in a row, name no picture.
    return parts.count > 1 ? parts.filter { !$0.isEmpty } : parts
  }
}
