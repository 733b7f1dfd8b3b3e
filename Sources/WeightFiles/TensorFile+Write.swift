import Basics
import Foundation

extension TensorFile {
  /// Writes 32-bit floats to a safetensors file, whole or not at all.
  ///
  /// The bytes depend on the content alone, not on the order of the arguments, and are those of the
  /// reference writer (0.8.0): tensors sorted by the UTF-8 bytes of their names, a compact header
  /// padded with spaces to a multiple of eight. Metadata are sorted by key; none are written when
  /// there are none.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a name, shape or header that can't be written,
  ///   `.system` that names the path.
  package static func write(
    _ tensors: [(name: String, shape: [Int], values: [Float])], metadata: [String: String] = [:],
    to path: String
  ) throws {
    let (prefix, sorted) = try layout(tensors, metadata, path: path)
    try AtomicFile.write(to: path) { descriptor in
      try prefix.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: path) }
      for tensor in sorted {
        try withLittleEndianBytes(tensor.values) {
          try AtomicFile.writeAll($0, to: descriptor, path: path)
        }
      }
    }
  }

  /// The bytes that `write` puts into a file.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a name, shape or header that can't be written.
  package static func encode(
    _ tensors: [(name: String, shape: [Int], values: [Float])], metadata: [String: String] = [:]
  ) throws -> Data {
    let (prefix, sorted) = try layout(tensors, metadata, path: nil)
    var data = prefix
    data.reserveCapacity(
      sorted.reduce(prefix.count) { $0 + $1.values.count * MemoryLayout<Float>.size })
    for tensor in sorted { withLittleEndianBytes(tensor.values) { data.append(contentsOf: $0) } }
    return data
  }

  /// The length field with the header, and the tensors in the order in which their data follow.
  private static func layout(
    _ tensors: [(name: String, shape: [Int], values: [Float])], _ metadata: [String: String],
    path: String?
  ) throws -> (prefix: Data, sorted: [(name: String, shape: [Int], values: [Float])]) {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var members: [(key: String, value: JSONValue)] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      members.append(
        (metadataKey, JSONValue(.object(texts.map { ($0.key, $0.value.json) }))))
    }
    var names: Set<String> = [metadataKey]
    var offset = 0
    for tensor in sorted {
      func failure(_ message: String) -> ZooError {
        ZooError(.badValue, message, at: Place(path: path, key: tensor.name))
      }
      if let fault = fault(inName: tensor.name) { throw failure(fault) }
      guard names.insert(tensor.name).inserted else {
        throw failure("the name of a tensor is taken already")
      }
      guard tensor.shape.allSatisfy({ $0 >= 0 }),
        elementCount(tensor.shape) == tensor.values.count
      else {
        throw failure("has \(tensor.values.count) values; expected those of shape \(tensor.shape)")
      }
      let end = offset + tensor.values.count * MemoryLayout<Float>.size
      members.append(
        (
          tensor.name,
          JSONValue(
            .object([
              ("dtype", ElementType.float32.rawValue.json), ("shape", tensor.shape.json),
              (
                "data_offsets",
                JSONValue(.array([offset.json, end.json]))
              ),
            ]))
        ))
      offset = end
    }
    var header = Data(JSONValue(.object(members)).text(pretty: false).utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    guard header.count <= maximumHeaderLength else {
      throw ZooError(
        .badValue,
        "the header would have \(header.count) bytes; expected at most \(maximumHeaderLength)",
        at: Place(path: path), advice: "Shorten the metadata, or split the tensors into files.")
    }
    var prefix = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
    prefix.append(header)
    return (prefix, sorted)
  }
}

/// Hands out values as the little-endian bytes of the format, without a copy where the machine's
/// own order is that.
private func withLittleEndianBytes(
  _ values: [Float], _ body: (UnsafeRawBufferPointer) throws -> Void
) rethrows {
  #if _endian(little)
    try values.withUnsafeBytes(body)
  #else
    try values.map { $0.bitPattern.littleEndian }.withUnsafeBytes(body)
  #endif
}
