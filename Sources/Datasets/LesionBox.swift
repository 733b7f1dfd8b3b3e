import Basics
import Foundation

/// A rectangle on an image within which a finding lies.
package struct LesionBox: Sendable, Equatable {
  /// The image as the table names it: a file name, or a path relative to the table.
  package var image: String
  /// The finding, such as `Mass`.
  package var kind: String
  /// Pixels, or the share of the width, from the left edge.
  package var x: Double
  /// Pixels, or the share of the height, from the top edge.
  package var y: Double
  /// As `x`, above 0.
  package var width: Double
  /// As `y`, above 0.
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

  /// Reads the phantom sample's table, or one like it: `image,kind,x,y,width,height`, or
  /// `image,kind,x_min,y_min,x_max,y_max`.
  ///
  /// - Returns: the boxes, and how many rows had none.
  /// - Throws: `ZooError` with file and line: a missing column, what is no number, a row without a box
  ///   that is not to be skipped, numbers that look like shares or corners where nobody says what they
  ///   are.
  package static func read(path: String, format: BoxFormat = BoxFormat()) throws -> (
    boxes: [LesionBox], empty: Int
  ) {
    let table = try CSVTable(path: path, dialect: .found)
    let image = try table.column("image")
    let kind = try table.column("kind")
    let areCorners = corners.allSatisfy(table.columns.contains)
    let columns = try (areCorners ? corners : sizes).map { try table.column($0) }
    let form = areCorners ? .corners : format.form
    var (boxes, numbers, empty) = ([LesionBox](), [[Double]](), 0)
    for row in 0..<table.rowCount {
      guard let found = try self.numbers(table, row, columns, form: form, format) else {
        empty += 1
        continue
      }
      numbers.append(found)
      boxes.append(
        try LesionBox(
          image: table[row, image], kind: table[row, kind], numbers: found,
          form: form ?? .cornerSize, at: table.place(ofRow: row)))
    }
    try check(numbers, form: form, units: format.units, path: path)
    return (boxes, empty)
  }

  private static let sizes = ["x", "y", "width", "height"]
  private static let corners = ["x_min", "y_min", "x_max", "y_max"]

  /// The numbers of a row, whose `columns` are those of a box; nil where it has none and such rows are
  /// skipped.
  ///
  /// A decimal comma is read where it can't be the mark of thousands.
  ///
  /// - Throws: `ZooError` with file, line and column.
  static func numbers(
    _ table: CSVTable, _ row: Int, _ columns: [Int], form: BoxFormat.Form? = nil,
    _ format: BoxFormat = BoxFormat()
  ) throws -> [Double]? {
    if columns.allSatisfy({ isMissing(table[row, $0]) }) {
      guard !format.skipsEmpty else { return nil }
      throw ZooError(
        .badValue, "the row has no box", at: table.place(ofRow: row),
        advice: "pass over rows without one by --skip-empty-boxes")
    }
    return try columns.enumerated().map { index, column in
      let text = tidied(table[row, column])
      if DecimalComma.isAmbiguous(text) {
        throw ZooError(
          .badValue, "\"\(text)\" may be thousands or a fraction",
          at: table.place(ofRow: row, column: column), advice: "write it with a point, or whole")
      }
      let isExtent = index > 1 && form != .corners
      // Rounding may put an edge a little before the image's.
      let isPossible: (Double) -> Bool = { isExtent ? $0 > 0 : $0 > -1 }
      guard let number = DecimalComma.number(text)?.value, number.isFinite, isPossible(number)
      else {
        throw ZooError(
          .badValue, "\"\(text)\" is no \(isExtent ? "extent" : "coordinate") of a box",
          at: table.place(ofRow: row, column: column))
      }
      return number
    }
  }

  private static func isMissing(_ text: String) -> Bool {
    isBlank(text) || ["nan", "na", "n/a", "none", "null", "-"].contains(text.lowercased())
  }

  /// The box of four numbers.
  ///
  /// - Throws: `ZooError` with file and line where the second corner is not behind the first.
  init(
    image: String, kind: String, numbers: [Double], form: BoxFormat.Form = .cornerSize,
    at source: Place
  ) throws {
    var (x, y, width, height) = (numbers[0], numbers[1], numbers[2], numbers[3])
    switch form {
    case .cornerSize: break
    case .centerSize: (x, y) = (x - width / 2, y - height / 2)
    case .corners:
      (width, height) = (width - x, height - y)
      guard width > 0, height > 0 else {
        throw ZooError(
          .badValue,
          "the box ends at \(numbers[2]), \(numbers[3]), which is not right of and below its start, "
            + "\(numbers[0]), \(numbers[1])",
          at: source)
      }
    }
    self.init(
      image: image, kind: kind, x: x, y: y, width: width, height: height, source: source)
  }

  /// Boxes from which a table is judged by all of its rows together.
  private static let fewest = 5

  /// Refuses numbers that all look like shares, or like corners, where nobody says what they are.
  private static func check(
    _ numbers: [[Double]], form: BoxFormat.Form?, units: BoxFormat.Units?, path: String
  ) throws {
    guard !numbers.isEmpty else { return }
    if units == nil, numbers.allSatisfy({ $0.allSatisfy { (0...1).contains($0) } }) {
      throw ZooError(
        .badValue,
        "all \(numbers.count) boxes have numbers within 0…1 only: they look like shares of the image, "
          + "and pixels are expected", at: Place(path: path),
        advice:
          "say --box-units shares, and --box-form center-size where x and y are the box's middle, "
          + "as YOLO has it; or --box-units pixels, if they are")
    }
    if form == nil, numbers.count >= fewest,
      numbers.allSatisfy({ $0[2] > $0[0] && $0[3] > $0[1] })
    {
      throw ZooError(
        .badValue,
        "in all \(numbers.count) boxes width is above x and height above y: they look like two corners, "
          + "and a corner and sizes are expected", at: Place(path: path),
        advice: "say --box-form corners; or --box-form corner-size, if they are")
    }
  }
}
