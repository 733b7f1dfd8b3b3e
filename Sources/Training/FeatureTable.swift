import Basics
import Foundation
import WeightFiles

/// Vectors that were computed elsewhere, one for each case by its id.
///
/// A safetensors file of one tensor `[cases, width]`, or NumPy's `.npy` of such an array of four- or eight-byte floats. The
/// ids, in the order of the rows, are a JSON list in the safetensors' metadata, `ids`, or stand one a line in a text file of
/// the same name with `.ids.txt` behind it.
package struct FeatureTable: Sendable {
  /// The file.
  package let path: String
  /// Numbers of a vector.
  package let width: Int
  /// The rows by id.
  private let places: [String: Int]
  private let values: [Float]

  /// How many vectors there are.
  package var count: Int { places.count }

  /// Reads a file.
  ///
  /// - Throws: `ZooError` that names the file: it is of neither form, an id stands twice, rows and ids are not equally
  ///   many, or a value is no finite number.
  package init(path: String) throws {
    self.path = path
    var ids: [String]?
    let shape: [Int]
    if path.hasSuffix(".npy") {
      (shape, values) = try NumPyArray.read(path: path)
    } else {
      let file = try TensorFile.read(path: path)
      guard file.entries.count == 1, let entry = file.entries.first else {
        throw ZooError(
          .badFormat, "holds \(file.entries.count) tensors; expected one, [cases, width]",
          at: Place(path: path))
      }
      (shape, values) = (entry.shape, try file.floats(entry.name))
      ids = try file.metadata["ids"].map { text in
        try JSONValue.parse(Data(text.utf8), path: path).array().map { try $0.string() }
      }
    }
    guard shape.count == 2, shape[0] > 0, shape[1] > 0 else {
      throw ZooError(
        .badFormat, "holds a tensor of shape \(shape); expected [cases, width]",
        at: Place(path: path))
    }
    let list = "\(path).ids.txt"
    if ids == nil, FileManager.default.fileExists(atPath: list) { ids = try readLines(list) }
    guard let ids else {
      throw ZooError(
        .notFound, "does not tell whose vectors these are", at: Place(path: path),
        advice:
          "write the ids, one a line and in the order of the rows, to \(lastName(of: list)) beside it,"
          + " or as a JSON list to the safetensors' metadata, \"ids\"")
    }
    guard ids.count == shape[0] else {
      throw ZooError(
        .badFormat, "has \(shape[0]) vectors and \(ids.count) ids", at: Place(path: path))
    }
    var places: [String: Int] = [:]
    for (row, id) in ids.enumerated() {
      guard places.updateValue(row, forKey: id) == nil else {
        throw ZooError(.badFormat, "has two vectors of \"\(id)\"", at: Place(path: path))
      }
    }
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw ZooError(
        .notFinite,
        "the vector of \"\(ids[bad / shape[1]])\" has a value that is no finite number",
        at: Place(path: path))
    }
    width = shape[1]
    self.places = places
  }

  /// The vectors of cases, in their order.
  ///
  /// - Throws: `ZooError` of code `.notFound` that counts the cases that have none.
  package func rows(of ids: [String]) throws -> FeatureRows {
    let missing = ids.filter { places[$0] == nil }
    guard missing.isEmpty else {
      throw ZooError(
        .notFound,
        "has no vector of \(missing.count) of the \(ids.count) cases, such as \"\(missing[0])\"",
        at: Place(path: path),
        advice:
          "ids must be those of the study's cases; leave cases out of the table, or compute their vectors"
      )
    }
    return FeatureRows(values, width: width, places: ids.map { places[$0] ?? 0 })
  }
}
