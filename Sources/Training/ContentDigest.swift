import Basics
import Downloads
import WeightFiles

/// A SHA-256 over tensors and a text, kept in the metadata of a file, so that what is read again is
/// seen to be what was written.
package struct ContentDigest {
  /// The metadata's key.
  package static let key = "sha256"

  /// 64 hexadecimal digits.
  package let digits: String

  /// The digest of tensors in the order of their names.
  ///
  /// - Throws: `ZooError` where libcrypto fails.
  package init(text: String, tensors: [(name: String, shape: [Int], values: [Float])]) throws {
    let hash = try SHA256Stream()
    try hash.update(line: text)
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      try hash.update(line: "\(tensor.name) \(tensor.shape)")
      try tensor.values.withUnsafeBytes { try hash.update($0) }
    }
    digits = try hash.finish()
  }

  /// The digest of a file's tensors.
  ///
  /// - Throws: `ZooError` for tensors that can't be read, or where libcrypto fails.
  package init(text: String, file: TensorFile) throws {
    try self.init(
      text: text,
      tensors: file.entries.map {
        (name: $0.name, shape: $0.shape, values: try file.floats($0.name))
      })
  }

  /// The same of a file of 32-bit floats that is too large to be held in memory.
  ///
  /// - Throws: `ZooError` for tensors that can't be read, or where libcrypto fails.
  package init(text: String, file: OpenTensorFile) throws {
    try self.init(text: text, file.entries.map { ($0.name, $0.shape) }) {
      try file.floats(file.entries[$0], $1)
    }
  }

  /// The same of tensors that are read in parts: the place of a tensor among the descriptions, and which of its values.
  ///
  /// - Throws: what `read` throws, or `ZooError` where libcrypto fails.
  init(
    text: String, _ tensors: [(name: String, shape: [Int])],
    read: (Int, Range<Int>) throws -> [Float]
  ) throws {
    let hash = try SHA256Stream()
    try hash.update(line: text)
    for place in tensors.indices.sorted(by: { tensors[$0].name < tensors[$1].name }) {
      let (name, shape) = tensors[place]
      try hash.update(line: "\(name) \(shape)")
      let count = shape.reduce(1, *)
      for start in stride(from: 0, to: count, by: Self.piece) {
        try read(place, start..<min(start + Self.piece, count))
          .withUnsafeBytes { try hash.update($0) }
      }
    }
    digits = try hash.finish()
  }

  /// Floats that are read at a time.
  private static let piece = 1 << 20
}

extension SHA256Stream {
  fileprivate func update(line: String) throws {
    try Array("\(line)\n".utf8).withUnsafeBytes { try update($0) }
  }
}
