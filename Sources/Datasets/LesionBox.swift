import Basics
import Foundation

/// A rectangle on an image within which a finding lies.
package struct LesionBox: Sendable, Equatable {
  /// The image as the table names it: a file name, or a path relative to the table.
  package var image: String
  /// The finding, such as `Mass`.
  package var kind: String
  /// Pixels from the left edge.
  package var x: Double
  /// Pixels from the top edge.
  package var y: Double
  /// In pixels, above 0.
  package var width: Double
  /// In pixels, above 0.
  package var height: Double
  package var source: Place

  package init(
    image: String, kind: String, x: Double, y: Double, width: Double, height: Double, source: Place
  ) {
    self.image = image
    self.kind = kind
    self.x = x
    self.y = y
    self.width = width
    self.height = height
    self.source = source
  }

  /// Reads the phantom sample's table, or one like it: `image,kind,x,y,width,height`.
  ///
  /// - Throws: `ZooError` with file and line.
  package static func read(path: String) throws -> [LesionBox] {
    let table = try CSVTable(path: path, dialect: .found)
    let image = try table.column("image")
    let kind = try table.column("kind")
    let columns = try ["x", "y", "width", "height"].map { try table.column($0) }
    return try (0..<table.rowCount).map { row in
      try LesionBox(
        image: table[row, image], kind: table[row, kind], table: table, row: row, columns: columns)
    }
  }

  /// The box of a row, whose `columns` are x, y, width and height.
  ///
  /// A decimal comma is read where it can't be the mark of thousands.
  ///
  /// - Throws: `ZooError` with file, line and column.
  init(image: String, kind: String, table: CSVTable, row: Int, columns: [Int]) throws {
    let numbers = try columns.enumerated().map { index, column in
      let text = tidied(table[row, column])
      if DecimalComma.isAmbiguous(text) {
        throw ZooError(
          .badValue, "\"\(text)\" may be thousands or a fraction",
          at: table.place(ofRow: row, column: column), advice: "write it with a point, or whole")
      }
      guard let number = DecimalComma.number(text)?.value, number.isFinite,
        index < 2 ? number >= 0 : number > 0
      else {
        throw ZooError(
          .badValue, "\"\(text)\" is no \(index < 2 ? "coordinate" : "extent") of a box in pixels",
          at: table.place(ofRow: row, column: column))
      }
      return number
    }
    self.init(
      image: image, kind: kind, x: numbers[0], y: numbers[1], width: numbers[2],
      height: numbers[3], source: table.place(ofRow: row))
  }
}
