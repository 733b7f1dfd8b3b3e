import Basics
import Foundation

extension StateDictionary {
  /// Reads the tensors of a weight file; its first bytes, not its name, say which format it has.
  ///
  /// A checkpoint is unwrapped by itself when it keeps its tensors under one of the usual keys
  /// (`TensorSearch.wrappers`, then `.averages`) and no other key holds as many; otherwise `keys` name
  /// the way from the root, or a `prefix` begins with it. Of a safetensors file they must be empty.
  ///
  /// - Throws: `ZooError` of code `.notFound` for a path or key that isn't there, `.badFormat` or
  ///   `.unsupported` for a file that can't be read, with path, entry and byte.
  package static func read(path: String, under keys: [String] = [], prefix: String? = nil) throws
    -> StateDictionary
  {
    try parse(mapFile(path), path: path, under: keys, prefix: prefix)
  }

  /// Reads the bytes of a weight file; `path` is for messages.
  ///
  /// - Throws: What `read` throws.
  package static func parse(
    _ data: Data, path: String? = nil, under keys: [String] = [], prefix: String? = nil
  ) throws -> StateDictionary {
    let contents = data.startIndex == 0 ? data : Data(data)
    let isZip = contents.starts(with: [0x50, 0x4b, 0x03, 0x04])
    // Behind the length of its header, which may begin as anything, safetensors has a brace.
    let hasBrace = contents.dropFirst(8).first == UInt8(ascii: "{")
    if hasBrace || !isZip && contents.first != 0x80 {
      try FileSignature.refuse(contents, path: path)
      guard keys.isEmpty else {
        throw ZooError(
          .notFound, "no \"\(keys[0])\": a safetensors file has no dictionaries in one another",
          at: Place(path: path))
      }
      return StateDictionary(try TensorFile.parse(contents, path: path), prefix: prefix)
    }
    return try contents.withUnsafeBytes { bytes in
      let file =
        isZip ? try TorchFile.zip(bytes, path: path) : try TorchFile.legacy(bytes, path: path)
      var search = TensorSearch(heap: file.heap, path: path, byteCount: bytes.count)
      let found = try search.tensors(of: file.root, under: keys, prefix: prefix)
      let tensors = try views(of: found, file, byteCount: bytes.count, path: path)
      var reader = AttributeReader(file: file, bytes: bytes)
      search.found.attributes = reader.attributes(search.found.values)
      return StateDictionary(
        tensors, format: file.format, found: search.found, metadata: file.metadata,
        contents: contents, path: path)
    }
  }

  /// The tensors of a safetensors file.
  private init(_ file: TensorFile, prefix: String?) {
    let tensors = file.entries.map { entry in
      let strides = entry.shape.indices.map { entry.shape[($0 + 1)...].reduce(1, *) }
      return (
        entry: Entry(
          name: entry.name, shape: entry.shape, elementType: entry.elementType, count: entry.count),
        view: View(offset: entry.range.lowerBound, strides: strides)
      )
    }
    var found = Found()
    found.prefix = prefix
    self.init(
      tensors, format: .safetensors, found: found, metadata: file.metadata,
      contents: file.contents, path: file.path)
  }

  /// Checks names, types and the number of elements, and places the tensors in the file.
  private static func views(
    of tensors: [(name: String, tensor: TorchTensor)], _ file: TorchFile, byteCount: Int,
    path: String?
  ) throws -> [(entry: Entry, view: View)] {
    var names: Set<String> = []
    var total = 0
    return try tensors.map { name, tensor in
      let place = Place(path: path, key: name)
      if let fault = TensorFile.fault(inName: name) {
        throw ZooError(.badFormat, fault, at: Place(path: path))
      }
      guard names.insert(name).inserted else {
        throw ZooError(.badFormat, "two tensors have this name", at: place)
      }
      guard let type = tensor.type.element else {
        throw ZooError(
          .unsupported, "has elements of type \(tensor.type.name), which is not read", at: place)
      }
      // Expanded tensors (stride 0) have more elements than bytes; a file may not have any number.
      let (sum, overflow) = total.addingReportingOverflow(tensor.count)
      total = sum
      guard !overflow, total <= freeElementCount + 4 * byteCount else {
        throw ZooError(
          .badFormat,
          "the tensors up to this one have more than \(freeElementCount + 4 * byteCount) elements in"
            + " a file of \(byteCount) bytes: expanded tensors this large are refused", at: place)
      }
      let offset = file.offsets[tensor.storage.index] + tensor.offset * type.byteCount
      return (
        Entry(name: name, shape: tensor.shape, elementType: type, count: tensor.count),
        View(offset: offset, strides: tensor.strides)
      )
    }
  }

  /// So many elements are let in whatever the size of the file, and four for every byte of it.
  static let freeElementCount = 1 << 20
}
