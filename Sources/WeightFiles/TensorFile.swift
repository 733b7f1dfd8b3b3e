import Basics
import Foundation

/// Named tensors in the safetensors format: eight bytes of header length, a JSON header, the data.
///
/// Stricter than the reference reader (version 0.8.0): white space before the header, duplicate
/// names, names with NUL or `..`, unknown members and shapes whose product overflows are refused,
/// and so is every byte of data that no tensor claims. Shapes and data stay in the order of the
/// file; bringing them to the order of the program is the caller's part.
///
/// ```swift
/// let file = try TensorFile.read(path: "weights.safetensors")
/// let kernel = try file.floats("features.conv0.weight")
/// ```
///
/// Format: [safetensors](https://github.com/huggingface/safetensors).
package struct TensorFile: Sendable {
  /// A tensor as the header describes it.
  package struct Entry: Sendable, Equatable {
    /// The key, such as `features.conv0.weight`.
    package let name: String
    /// How an element is kept.
    package let elementType: ElementType
    /// The extent of each axis, outermost first; empty for a scalar.
    package let shape: [Int]
    /// Where its bytes stand in `contents`, counted from the first byte of the file.
    package let range: Range<Int>

    /// How many elements it has: the product of the shape, 1 for a scalar.
    package var count: Int { range.count / elementType.byteCount }
  }

  /// The longest header that is read or written, in bytes.
  package static let maximumHeaderLength = 100_000_000
  /// The member of the header that holds texts about the file, not a tensor.
  static let metadataKey = "__metadata__"

  /// The tensors, in the order of their data.
  package let entries: [Entry]
  /// Texts about the file, by key.
  package let metadata: [String: String]
  /// The whole file, its first byte at index 0.
  package let contents: Data
  /// Where it came from, for messages.
  package let path: String?
  private let positions: [String: Int]

  init(entries: [Entry], metadata: [String: String], contents: Data, path: String?) {
    self.entries = entries
    self.metadata = metadata
    self.contents = contents
    self.path = path
    positions = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// The tensor of a name, or nil.
  package func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The values of a tensor as 32-bit floats, row-major in the order of its shape.
  ///
  /// F16 and BF16 convert without loss. F64 rounds to the nearest; beyond the range of Float it
  /// becomes infinite.
  ///
  /// - Throws: `ZooError` of code `.notFound` when there is no such tensor (with the nearest name),
  ///   `.badValue` when its elements are whole numbers or booleans.
  package func floats(_ name: String) throws -> [Float] {
    guard let entry = entry(name) else {
      let near = nearestName(to: name, among: entries.map(\.name))
        .map { "; did you mean \"\($0)\"?" }
      throw ZooError(
        .notFound, "no tensor \"\(name)\" among \(entries.count)\(near ?? "")",
        at: Place(path: path))
    }
    return try contents.withUnsafeBytes { file in
      let bytes = UnsafeRawBufferPointer(rebasing: file[entry.range])
      switch entry.elementType {
      case .float32, .float16, .bfloat16, .float64:
        return FloatConversion.floats(bytes, as: entry.elementType)
      case .int64, .int32, .int16, .int8, .uint8, .boolean:
        throw ZooError(
          .badValue,
          "found elements of type \(entry.elementType.rawValue);"
            + " expected F32, F16, BF16 or F64",
          at: Place(path: path, key: name))
      }
    }
  }
}
