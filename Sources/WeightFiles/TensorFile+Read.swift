import Basics
import Foundation

extension TensorFile {
  /// Reads a safetensors file.
  ///
  /// - Throws: `ZooError` of code `.notFound`, or what `parse` throws.
  package static func read(path: String) throws -> TensorFile {
    try parse(readFile(path), path: path)
  }

  /// Reads the bytes of a safetensors file; `path` is for messages.
  ///
  /// - Throws: `ZooError` of code `.badFormat` or `.badValue` that names the path and the tensor.
  package static func parse(_ data: Data, path: String? = nil) throws -> TensorFile {
    let contents = data.startIndex == 0 ? data : Data(data)
    let headerEnd = try headerEnd(contents.prefix(headerStart), size: contents.count, path: path)
    let (entries, metadata) = try described(
      contents.subdata(in: lengthFieldSize..<headerEnd), dataSize: contents.count - headerEnd,
      path: path)
    return TensorFile(entries: entries, metadata: metadata, contents: contents, path: path)
  }

  /// The tensors and texts that a header tells of, in the order of their data.
  ///
  /// - Throws: as `parse`.
  static func described(_ header: Data, dataSize: Int, path: String?) throws -> (
    entries: [Entry], metadata: [String: String]
  ) {
    let dataStart = lengthFieldSize + header.count
    let header = try JSONValue.parse(header, path: path, maximumDepth: headerDepth)
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    for (name, value) in try header.object().members {
      if name == metadataKey {
        for (key, text) in try value.object().members { metadata[key] = try text.string() }
      } else {
        entries.append(
          try WeightFiles.described(name, value, dataStart: dataStart, dataSize: dataSize))
      }
    }
    // Empty tensors share an offset with their successor and go before it.
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    try checkCoverage(entries, dataStart: dataStart, dataSize: dataSize, path: path)
    return (entries, metadata)
  }

  /// Checks the length and the first byte of the header, from the first bytes of a file of some size; returns where the
  /// data start.
  static func headerEnd(_ first: Data, size: Int, path: String?) throws -> Int {
    let place = Place(path: path)
    guard size >= lengthFieldSize, first.count >= lengthFieldSize else {
      throw ZooError(
        .badFormat,
        "not a safetensors file: has \(size) bytes; expected 8 or more for the length of"
          + " its header", at: place, advice: truncationAdvice)
    }
    let length = first.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
    guard length <= UInt64(maximumHeaderLength) else {
      throw ZooError(
        .badFormat,
        "not a safetensors file: its header would have \(length) bytes; expected at most"
          + " \(maximumHeaderLength)", at: place)
    }
    let end = lengthFieldSize + Int(length)
    guard end <= size else {
      throw ZooError(
        .badFormat,
        "the header has \(length) bytes, but only \(size - lengthFieldSize) follow",
        at: place, advice: truncationAdvice)
    }
    guard length > 0, first.count > lengthFieldSize else {
      throw ZooError(.badFormat, "the header is empty; expected a JSON object", at: place)
    }
    let mark = first[lengthFieldSize]
    guard mark == UInt8(ascii: "{") else {
      throw ZooError(
        .badFormat,
        "the header starts with byte 0x\(mark < 16 ? "0" : "")\(String(mark, radix: 16));"
          + " expected '{'", at: place)
    }
    return end
  }

  /// What is wrong with a tensor's name, or nil; the writer refuses what the reader does.
  static func fault(inName name: String) -> String? {
    if name.utf8.contains(0) { return "the name of a tensor contains a NUL" }
    if name.contains("..") { return "the name of a tensor contains \"..\"" }
    return nil
  }

  /// The product of a shape, or nil when it overflows.
  ///
  /// A zero does not hide an overflow beside it: strides are products of some of the axes.
  static func elementCount(_ shape: [Int]) -> Int? {
    var product = 1
    for extent in shape where extent != 0 {
      let (value, overflow) = product.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      product = value
    }
    return shape.contains(0) ? 0 : product
  }
}

/// The header's length comes first, as a 64-bit little-endian number.
let lengthFieldSize = 8
/// The first bytes, by which a file is told: the length, and what opens the header.
let headerStart = lengthFieldSize + 1
/// The header is an object of tensors, whose shapes and offsets are arrays of numbers.
private let headerDepth = 3
private let truncationAdvice = "The file may be cut short or damaged: fetch or write it again."

/// Reads one tensor's description and checks it against the size of the data.
private func described(_ name: String, _ value: JSONValue, dataStart: Int, dataSize: Int) throws
  -> TensorFile.Entry
{
  if let fault = TensorFile.fault(inName: name) {
    throw ZooError(.badFormat, fault, at: Place(path: value.place.path, line: value.place.line))
  }
  var object = try value.object()
  let typeName = try object.choice("dtype", among: ElementType.allCases.map(\.rawValue))
  let shape = try object.required("shape").array().map { try $0.integer(in: 0...Int.max) }
  let offsetsValue = try object.required("data_offsets")
  let offsets = try offsetsValue.array().map { try $0.integer(in: 0...Int.max) }
  try object.finish()
  func failure(_ message: String) -> ZooError {
    ZooError(.badFormat, message, at: value.place)
  }
  guard let type = ElementType(rawValue: typeName) else {
    throw failure("unknown dtype \"\(typeName)\"")
  }
  guard offsets.count == 2 else {
    throw failure("data_offsets has \(offsets.count) numbers; expected 2, begin and end")
  }
  let (begin, end) = (offsets[0], offsets[1])
  guard begin <= end else {
    throw failure("data_offsets end at \(end), before their begin \(begin)")
  }
  guard end <= dataSize else {
    throw ZooError(
      .badFormat, "the data end at \(end), but the file holds \(dataSize) bytes of data",
      at: value.place, advice: truncationAdvice)
  }
  guard let count = TensorFile.elementCount(shape) else {
    throw failure("the product of the shape \(shape) overflows")
  }
  let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
  guard !overflow else { throw failure("the size of the shape \(shape) in bytes overflows") }
  guard byteCount == end - begin else {
    throw failure(
      "data_offsets span \(end - begin) bytes; expected \(byteCount) for \(typeName) of shape"
        + " \(shape)")
  }
  return TensorFile.Entry(
    name: name, elementType: type, shape: shape, range: dataStart + begin..<dataStart + end)
}

/// Refuses holes, overlaps and bytes after the last tensor; the entries come sorted by place.
private func checkCoverage(
  _ entries: [TensorFile.Entry], dataStart: Int, dataSize: Int, path: String?
) throws {
  var covered = 0
  for entry in entries {
    let begin = entry.range.lowerBound - dataStart
    guard begin == covered else {
      let what = begin < covered ? "overlap those of another tensor" : "leave a hole"
      throw ZooError(
        .badFormat, "the data begin at \(begin) and \(what); expected \(covered)",
        at: Place(path: path, key: entry.name))
    }
    covered = entry.range.upperBound - dataStart
  }
  guard covered == dataSize else {
    throw ZooError(
      .badFormat,
      "the tensors end at \(covered), but the file holds \(dataSize) bytes of data;"
        + " expected none after the last tensor", at: Place(path: path))
  }
}
