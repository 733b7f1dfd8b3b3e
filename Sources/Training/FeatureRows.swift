import Basics
import WeightFiles

/// Rows of numbers, all of one width, such as the features of all cases: in memory, or left in a file.
package struct FeatureRows: Sendable {
  private enum Storage: Sendable {
    case memory([Float])
    case file(OpenTensorFile, TensorFile.Entry)
  }

  /// Bytes up to which the rows of a file are held in memory.
  package static let memoryLimit = 256 << 20

  package let count: Int
  package let width: Int
  private let storage: Storage
  /// The row of the storage that each row is; nil where they are the same.
  private let places: [Int]?

  /// Rows in memory, one after another.
  package init(_ values: [Float], width: Int, places: [Int]? = nil) {
    precondition(width > 0 ? values.count % width == 0 : values.isEmpty)
    count = places?.count ?? (width > 0 ? values.count / width : 0)
    self.width = width
    storage = .memory(values)
    self.places = places
  }

  /// The rows of a tensor of 32-bit floats `[rows, …]`; those that take more than `limit` bytes are read as they are
  /// asked for.
  ///
  /// - Throws: `ZooError` where they can't be read.
  init(_ entry: TensorFile.Entry, of file: OpenTensorFile, limit: Int = memoryLimit) throws {
    count = entry.shape.first ?? 0
    width = entry.shape.dropFirst().reduce(1, *)
    storage =
      entry.range.count <= limit
      ? .memory(try file.floats(entry, 0..<entry.count)) : .file(file, entry)
    places = nil
  }

  /// Appends a row to others.
  ///
  /// - Throws: `ZooError` where the file can't be read any more.
  package func append(_ row: Int, to values: inout [Float]) throws {
    let row = places?[row] ?? row
    let range = row * width..<(row + 1) * width
    switch storage {
    case .memory(let all): values.append(contentsOf: all[range])
    case .file(let file, let entry): values.append(contentsOf: try file.floats(entry, range))
    }
  }

  /// Some rows, one after another.
  ///
  /// - Throws: as `append(_:to:)`.
  package func values(_ rows: some Collection<Int>) throws -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(rows.count * width)
    for row in rows { try append(row, to: &values) }
    return values
  }

  /// One row.
  ///
  /// - Throws: as `append(_:to:)`.
  package func row(_ row: Int) throws -> [Float] { try values(CollectionOfOne(row)) }
}
