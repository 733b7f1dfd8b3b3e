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
}

extension SHA256Stream {
  fileprivate func update(line: String) throws {
    try Array("\(line)\n".utf8).withUnsafeBytes { try update($0) }
  }
}
