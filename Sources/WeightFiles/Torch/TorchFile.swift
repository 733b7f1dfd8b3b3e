import Basics
import Foundation

/// What a PyTorch file holds: the pickle's value, and where the bytes of its storages stand.
struct TorchFile {
  let format: StateDictionary.Format
  /// The pickle's value and what it refers to.
  let root: PickleValue
  let heap: PickleHeap
  /// The first byte of each storage, counted from the first of the file.
  let offsets: [Int]
  let metadata: [String: String]
}

extension TorchFile {
  /// Reads the zip archive that `torch.save` writes.
  ///
  /// - Throws: `ZooError` of code `.badFormat` or `.unsupported` that names the path and the entry.
  static func zip(_ bytes: UnsafeRawBufferPointer, path: String?) throws -> TorchFile {
    func failure(_ message: String, _ key: String? = nil, advice: String? = nil) -> ZooError {
      ZooError(.badFormat, message, at: Place(path: path, key: key), advice: advice)
    }
    let archive = try ZipArchive(bytes, path: path)
    let pickles = archive.entries.filter { $0.name.split(separator: "/").last == "data.pkl" }
    guard let pickle = pickles.first else {
      throw failure("a zip archive without data.pkl; expected one that torch.save wrote")
    }
    guard pickles.count == 1 else {
      throw failure("has two pickles, \"\(pickle.name)\" and \"\(pickles[1].name)\"; expected one")
    }
    let prefix = String(pickle.name.dropLast("data.pkl".count))
    if archive.entry(prefix + "constants.pkl") != nil {
      throw ZooError(
        .unsupported, "is a TorchScript program, which is not read", at: Place(path: path),
        advice: "Load it in Python with torch.jit.load and save its state_dict() with torch.save.")
    }
    func line(_ name: String) throws -> String? {
      guard let entry = archive.entry(prefix + name) else { return nil }
      guard entry.range.count <= 64,
        let text = String(validating: bytes[entry.range], as: UTF8.self)
      else {
        throw failure("has \(entry.range.count) bytes; expected a short text", entry.name)
      }
      return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    var metadata: [String: String] = [:]
    if let order = try line("byteorder") {
      guard order == "little" else {
        throw ZooError(
          .unsupported, "the byte order is \"\(order)\"; expected \"little\"",
          at: Place(path: path, key: prefix + "byteorder"))
      }
      metadata["byteorder"] = order
    }
    if let version = try line("version") {
      guard let number = Int(version), (1...10).contains(number) else {
        throw ZooError(
          .unsupported, "the archive has version \"\(version)\"; expected 1 to 10",
          at: Place(path: path, key: prefix + "version"))
      }
      metadata["version"] = version
    }
    guard pickle.range.count <= PickleMachine.maximumByteCount else {
      throw failure(
        "the pickle has \(pickle.range.count) bytes; expected at most"
          + " \(PickleMachine.maximumByteCount)", pickle.name)
    }
    var machine = PickleMachine(
      UnsafeRawBufferPointer(rebasing: bytes[pickle.range]),
      place: Place(path: path, key: pickle.name))
    let root = try machine.run()
    guard machine.position == pickle.range.count else {
      throw failure(
        "the pickle ends at byte \(machine.position) of \(pickle.range.count);"
          + " expected none after it", pickle.name)
    }
    let offsets = try machine.storages.map { storage in
      guard let entry = archive.entry("\(prefix)data/\(storage.key)") else {
        throw failure("storage \"\(storage.key)\" is missing", "\(prefix)data/\(storage.key)")
      }
      guard entry.range.count == storage.byteCount else {
        throw failure(
          "the storage has \(entry.range.count) bytes; expected \(storage.byteCount)", entry.name)
      }
      return entry.range.lowerBound
    }
    return TorchFile(
      format: .torchZip, root: root, heap: machine.heap, offsets: offsets, metadata: metadata)
  }

  /// Reads the stream that `torch.save` wrote before version 1.6: five pickles (a magic number, the
  /// version of the protocol, the machine, the content, the keys of the storages), then each
  /// storage's count of elements in eight bytes with its elements.
  ///
  /// - Throws: `ZooError` of code `.badFormat` or `.unsupported` that names the path and the byte.
  static func legacy(_ bytes: UnsafeRawBufferPointer, path: String?) throws -> TorchFile {
    let place = Place(path: path)
    var position = 0
    func next() throws -> (value: PickleValue, machine: PickleMachine) {
      var machine = PickleMachine(
        UnsafeRawBufferPointer(rebasing: bytes[position...]), place: place, origin: position)
      let value = try machine.run()
      position += machine.position
      return (value, machine)
    }
    let magic = try? next()
    guard let magic, case .large(magicNumber) = magic.machine.heap[magic.value] else {
      throw ZooError(
        .badFormat, "is a pickle, but does not begin with PyTorch's magic number", at: place,
        advice: "Files of pickle.dump or joblib are not read: write them with torch.save or"
          + " safetensors.")
    }
    let version = try next()
    guard version.value == .integer(1001) else {
      let found =
        if case .integer(let number) = version.value { "\(number)" } else {
          version.machine.heap.kind(version.value)
        }
      throw ZooError(
        .unsupported, "the protocol of the file is \(found); expected 1001", at: place)
    }
    let system = try next()
    guard system.machine.heap.dictionary(system.value)?["little_endian"] == .boolean(true) else {
      throw ZooError(
        .unsupported, "does not say that its numbers are little-endian; others are not read",
        at: place)
    }
    let content = try next()
    let keys = try next()
    let offsets = try storages(
      keys, of: content.machine.storages, bytes: bytes, position: position, place: place)
    return TorchFile(
      format: .torchLegacy, root: content.value, heap: content.machine.heap, offsets: offsets,
      metadata: [:])
  }

  /// Walks the storages behind the pickles of a legacy file.
  private static func storages(
    _ keys: (value: PickleValue, machine: PickleMachine), of storages: [TorchStorageRecord],
    bytes: UnsafeRawBufferPointer, position: Int, place: Place
  ) throws -> [Int] {
    func failure(_ message: String, advice: String? = nil) -> ZooError {
      ZooError(.badFormat, message, at: place, advice: advice)
    }
    guard case .list(let items) = keys.machine.heap[keys.value] else {
      throw failure(
        "the keys of the storages are \(keys.machine.heap.kind(keys.value)); expected a list")
    }
    guard items.count == storages.count else {
      throw failure("lists \(items.count) storages; the tensors name \(storages.count)")
    }
    let records = Dictionary(storages.enumerated().map { ($1.key, ($0, $1)) }) { first, _ in first }
    var offsets = [Int?](repeating: nil, count: storages.count)
    var position = position
    for item in items {
      guard let key = keys.machine.heap.text(item) else {
        throw failure("the key of a storage is \(keys.machine.heap.kind(item)); expected a text")
      }
      guard let (index, record) = records[key], offsets[index] == nil else {
        throw failure("lists storage \"\(key)\", which no tensor names or which stood there before")
      }
      guard bytes.count - position >= 8 else {
        throw failure(
          "ends at byte \(bytes.count), before storage \"\(key)\"", advice: ZipReader.cutShort)
      }
      let count = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Int64.self))
      guard count == record.byteCount / record.elementByteCount else {
        throw failure(
          "storage \"\(key)\" has \(count) elements; expected"
            + " \(record.byteCount / record.elementByteCount)")
      }
      position += 8
      guard bytes.count - position >= record.byteCount else {
        throw failure(
          "storage \"\(key)\" has \(record.byteCount) bytes, but only \(bytes.count - position)"
            + " follow", advice: ZipReader.cutShort)
      }
      offsets[index] = position
      position += record.byteCount
    }
    guard position == bytes.count else {
      throw failure(
        "the storages end at byte \(position), but the file has \(bytes.count); expected none after"
          + " the last storage")
    }
    return offsets.compactMap { $0 }
  }

  /// 0x1950a86a20f9469cfc6c, the lowest byte first.
  private static let magicNumber: [UInt8] = [
    0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
  ]
}
