import Basics
import Datasets
import Foundation

/// Lesions' boxes by image: `BBox_List_2017.csv` of ChestX-ray14, or a table
/// `image,kind,x,y,width,height` such as that of the phantom sample.
package struct BoxTable: Sendable {
  /// The file.
  package let path: String
  /// The boxes by the images as the table names them, in its order.
  package let boxes: [String: [LesionBox]]
  /// Rows without a box, which were passed over.
  package let empty: Int
  /// The side of the images that coordinates are of; nil where they are of the files themselves.
  package let side: Int?
  /// Whether coordinates are shares of the image.
  private let areShares: Bool
  /// What was found out or left out in reading, in sentences.
  package let notes: [String]

  /// Reads a table; which of the two it is its header tells.
  ///
  /// - Throws: `ZooError` with file and line: a damaged table, no box at all, numbers that look like
  ///   others than `format` says.
  package init(path: String, format: BoxFormat = BoxFormat()) throws {
    self.path = path
    var dialect = CSVTable.Dialect.found
    dialect.toleratesTrailingSeparators = true
    let table = try CSVTable(path: path, dialect: dialect)
    notes = table.notes
    let isPublished = table.columns.contains("Image Index")
    if isPublished, format.form != nil || format.units != nil {
      throw ZooError(
        .usage, "is ChestX-ray14's list, whose boxes are known: a corner and sizes in pixels",
        at: Place(path: path), advice: "leave out --box-form and --box-units")
    }
    let (all, empty) =
      try isPublished
      ? ChestXray14.boxes(path: path, format: format) : LesionBox.read(path: path, format: format)
    side = isPublished ? ChestXray14.imageSize : nil
    areShares = format.units == .shares
    self.empty = empty
    guard !all.isEmpty else {
      throw ZooError(.badValue, "holds no box", at: Place(path: path))
    }
    boxes = Dictionary(grouping: all, by: \.image)
  }

  /// The name of an image's file without its folders.
  package static func fileName(_ path: String) -> String { lastName(of: path) }

  /// The lesions on an image of a size, in its pixels.
  ///
  /// A box that reaches less than a pixel beyond the image, as rounding leaves it, is clipped.
  ///
  /// - Parameters:
  ///   - name: The image as the table names it.
  ///   - width: Its columns.
  ///   - height: Its rows.
  ///   - kind: Leaves out all others.
  /// - Returns: the lesions, and how many of them were clipped.
  /// - Throws: `ZooError` with file and line for a box that reaches further beyond the image.
  package func lesions(named name: String, width: Int, height: Int, kind: String? = nil) throws -> (
    lesions: [LocalisationCase.Lesion], clipped: Int
  ) {
    let size = (x: Double(width), y: Double(height))
    let factor =
      areShares ? size : side.map { (size.x / Double($0), size.y / Double($0)) } ?? (1, 1)
    var clipped = 0
    let lesions = try (boxes[name] ?? []).compactMap { box -> LocalisationCase.Lesion? in
      if let kind, box.kind != kind { return nil }
      var lesion = LocalisationCase.Lesion(box, factor: factor)
      let found = lesion.box
      let (right, bottom) = (found.x + found.width, found.y + found.height)
      let beyond = max(-found.x, -found.y, right - size.x, bottom - size.y)
      guard beyond > 0 else { return lesion }
      let (left, top) = (max(0, found.x), max(0, found.y))
      let (columns, rows) = (min(size.x, right) - left, min(size.y, bottom) - top)
      guard beyond < 1 || beyond <= 1 && side != nil, columns > 0, rows > 0 else {
        throw ZooError(
          .badValue,
          "the box reaches beyond its image \(name), which has \(side ?? width) × \(side ?? height) "
            + "pixels",
          at: box.source,
          advice: "--box-form says what its numbers are: corner-size, center-size or corners")
      }
      // What is left of a product with a size is no mistake of the table.
      if beyond > 1e-6 * max(size.x, size.y) { clipped += 1 }
      lesion.box = Region(x: left, y: top, width: columns, height: rows)
      return lesion
    }
    return (lesions, clipped)
  }
}
