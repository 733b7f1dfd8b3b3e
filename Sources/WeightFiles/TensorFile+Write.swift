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
    let (prefix, sorted) = try layout(of: tensors, metadata, path: path)
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
    let (prefix, sorted) = try layout(of: tensors, metadata, path: nil)
    var data = prefix
    data.reserveCapacity(
      sorted.reduce(prefix.count) { $0 + $1.values.count * MemoryLayout<Float>.size })
    for tensor in sorted { withLittleEndianBytes(tensor.values) { data.append(contentsOf: $0) } }
    return data
  }

  /// Writes rows of 32-bit floats as the one tensor of a file, `[rows, width]`, as they come; whole or not at all.
  ///
  /// `body` puts all rows, in their order and as many at a time as it likes.
  ///
  /// - Throws: as `write`, and what `body` throws.
  package static func writeRows(
    _ name: String, count: Int, metadata: [String: String] = [:], to path: String,
    _ body: (_ put: @escaping ([[Float]]) throws -> Void) throws -> Void
  ) throws {
    try AtomicFile.write(to: path) { descriptor in
      var (done, width) = (0, 0)
      func begin() throws {
        let prefix = try layout([(name, [count, width])], metadata, path: path).prefix
        try prefix.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: path) }
      }
      try body { rows in
        guard let first = rows.first else { return }
        if done == 0 {
          width = first.count
          try begin()
        }
        precondition(rows.allSatisfy { $0.count == width }, "rows of different widths")
        done += rows.count
        try withLittleEndianBytes(rows.flatMap { $0 }) {
          try AtomicFile.writeAll($0, to: descriptor, path: path)
        }
      }
      precondition(done == count, "\(done) rows of \(count)")
      if count == 0 { try begin() }
    }
  }

  private static func layout(
    of tensors: [(name: String, shape: [Int], values: [Float])], _ metadata: [String: String],
    path: String?
  ) throws -> (prefix: Data, sorted: [(name: String, shape: [Int], values: [Float])]) {
    for tensor in tensors
    where tensor.shape.contains(where: { $0 < 0 })
      || elementCount(tensor.shape) != tensor.values.count
    {
      throw ZooError(
        .badValue, "has \(tensor.values.count) values; expected those of shape \(tensor.shape)",
        at: Place(path: path, key: tensor.name))
    }
    let (prefix, order) = try layout(tensors.map { ($0.name, $0.shape) }, metadata, path: path)
    return (prefix, order.map { tensors[$0] })
  }

  /// The length field with the header of tensors of 32-bit floats, and the order in which their data follow.
  ///
  /// - Throws: as `write`.
  package static func layout(
    _ tensors: [(name: String, shape: [Int])], _ metadata: [String: String], path: String?
  ) throws -> (prefix: Data, order: [Int]) {
    let order = tensors.indices.sorted {
      tensors[$0].name.utf8.lexicographicallyPrecedes(tensors[$1].name.utf8)
    }
    var members: [(key: String, value: JSONValue)] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      members.append(
        (metadataKey, JSONValue(.object(texts.map { ($0.key, $0.value.json) }))))
    }
    var names: Set<String> = [metadataKey]
    var offset = 0
    for tensor in order.map({ tensors[$0] }) {
      func failure(_ message: String) -> ZooError {
        ZooError(.badValue, message, at: Place(path: path, key: tensor.name))
      }
      if let fault = fault(inName: tensor.name) { throw failure(fault) }
      guard names.insert(tensor.name).inserted else {
        throw failure("the name of a tensor is taken already")
      }
      guard tensor.shape.allSatisfy({ $0 >= 0 }), let count = elementCount(tensor.shape) else {
        throw failure("can't have the shape \(tensor.shape)")
      }
      let end = offset + count * MemoryLayout<Float>.size
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
    return (prefix, order)
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
