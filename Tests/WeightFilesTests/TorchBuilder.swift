import Foundation

@testable import WeightFiles

/// Pieces of a pickle, written operation by operation.
enum Pickle {
  static let stop: [UInt8] = [UInt8(ascii: ".")]
  static let none: [UInt8] = [UInt8(ascii: "N")]
  static let mark: [UInt8] = [UInt8(ascii: "(")]
  static let emptyTuple: [UInt8] = [UInt8(ascii: ")")]
  static let emptyDictionary: [UInt8] = [UInt8(ascii: "}")]
  static let emptyList: [UInt8] = [UInt8(ascii: "]")]

  /// A pickle of protocol 2 from its operations.
  static func whole(_ operations: [UInt8]) -> [UInt8] { [0x80, 2] + operations + stop }

  static func operation(_ letter: Character) -> [UInt8] { [letter.asciiValue ?? 0] }

  static func text(_ text: String) -> [UInt8] {
    operation("X") + little(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  static func integer(_ value: Int) -> [UInt8] { [0x8a, 8] + little(value) }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func tuple(_ items: [[UInt8]]) -> [UInt8] { mark + items.flatMap { $0 } + operation("t") }

  static func list(_ items: [[UInt8]]) -> [UInt8] {
    emptyList + mark + items.flatMap { $0 } + operation("e")
  }

  static func dictionary(_ items: KeyValuePairs<String, [UInt8]>) -> [UInt8] {
    emptyDictionary + mark + items.flatMap { text($0.key) + $0.value } + operation("u")
  }

  static func call(_ module: String, _ name: String, _ arguments: [[UInt8]]) -> [UInt8] {
    global(module, name) + tuple(arguments) + operation("R")
  }

  /// An object of a class with a state.
  static func object(_ module: String, _ name: String, _ state: [UInt8]?) -> [UInt8] {
    global(module, name) + emptyTuple + [0x81] + (state.map { $0 + operation("b") } ?? [])
  }

  static func storage(_ key: String, _ count: Int, _ type: String = "FloatStorage") -> [UInt8] {
    tuple([text("storage"), global("torch", type), text(key), text("cpu"), integer(count)])
      + operation("Q")
  }

  /// A tensor of the storage "0" with four floats, unless it says otherwise.
  static func tensor(
    _ storage: [UInt8] = Pickle.storage("0", 4), offset: Int = 0, shape: [Int] = [4],
    strides: [Int] = [1]
  ) -> [UInt8] {
    call(
      "torch._utils", "_rebuild_tensor_v2",
      [
        storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89],
        call("collections", "OrderedDict", []),
      ])
  }

  /// A module without children; its parameters by name.
  static func module(
    _ parameters: KeyValuePairs<String, [UInt8]>, children: KeyValuePairs<String, [UInt8]> = [:],
    of path: (String, String) = ("torch.nn.modules.module", "Module")
  ) -> [UInt8] {
    object(
      path.0, path.1,
      dictionary([
        "_parameters": dictionary(parameters), "_buffers": emptyDictionary,
        "_modules": dictionary(children),
      ]))
  }

  /// A dictionary with one tensor.
  static let state = dictionary(["w": tensor()])
}

/// The bytes of a number, the lowest first.
func little(_ value: some FixedWidthInteger) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// Four floats, 0.5 to 3.5, as they stand in a file.
let fourFloats = [Float(0.5), 1.5, 2.5, 3.5].flatMap { little($0.bitPattern) }

/// A file of a zip archive, and the lies to tell about it.
struct ZipItem {
  var name: String
  var data: [UInt8]
  var localName: String?
  var method: UInt16 = 0
  var flags: UInt16 = 0
  var checksum: UInt32?
  var size: UInt32?
  var localSize: UInt32?
  var attributes: UInt32 = 0
  var offset: UInt32?
  var extra: [UInt8] = []

  init(_ name: String, _ data: [UInt8]) {
    self.name = name
    self.data = data
  }

  /// The same with something changed.
  func with(_ change: (inout ZipItem) -> Void) -> ZipItem {
    var copy = self
    change(&copy)
    return copy
  }
}

/// A zip archive of some files, with what ends it changed by `end`.
func zipArchive(_ items: [ZipItem], end change: (inout [UInt8], Int, Int) -> Void = { _, _, _ in })
  -> Data
{
  var body: [UInt8] = []
  var directory: [UInt8] = []
  for item in items {
    let start = UInt32(body.count)
    let sum = item.checksum ?? item.data.withUnsafeBytes { CRC32.checksum($0) }
    let size = item.size ?? UInt32(item.data.count)
    func fields(_ size: UInt32, _ name: String) -> [UInt8] {
      little(item.flags) + little(item.method) + little(UInt32(0)) + little(sum) + little(size)
        + little(size) + little(UInt16(name.utf8.count))
    }
    let localName = item.localName ?? item.name
    body +=
      [0x50, 0x4b, 3, 4] + little(UInt16(20)) + fields(item.localSize ?? size, localName)
      + little(UInt16(0)) + Array(localName.utf8) + item.data
    directory += [0x50, 0x4b, 1, 2] + little(UInt16(item.attributes == 0 ? 20 : 0x314))
    directory += little(UInt16(20)) + fields(size, item.name) + little(UInt16(item.extra.count))
    directory += little(UInt16(0)) + little(UInt16(0)) + little(UInt16(0))
    directory += little(item.attributes) + little(item.offset ?? start) + Array(item.name.utf8)
    directory += item.extra
  }
  var end: [UInt8] = [0x50, 0x4b, 5, 6, 0, 0, 0, 0] + little(UInt16(items.count))
  end += little(UInt16(items.count)) + little(UInt32(directory.count)) + little(UInt32(body.count))
  end += [0, 0]
  change(&end, body.count, directory.count)
  return Data(body + directory + end)
}

/// What `torch.save` makes of a pickle's operations with the storage "0", in a zip archive.
func torchZip(_ operations: [UInt8], storage: [UInt8] = fourFloats, with extra: [ZipItem] = [])
  -> Data
{
  zipArchive(
    [ZipItem("m/data.pkl", Pickle.whole(operations)), ZipItem("m/data/0", storage)] + extra)
}

/// What `torch.save` made of a pickle's operations with the storage "0" before.
func torchLegacy(
  _ operations: [UInt8], storage: [UInt8] = fourFloats, keys: [UInt8]? = nil, count: Int = 4,
  magic: [UInt8] = legacyMagic, version: Int = 1001, littleEndian: Bool = true,
  trailing: [UInt8] = []
) -> Data {
  var bytes = Pickle.whole([0x8a, 10] + magic) + Pickle.whole(Pickle.integer(version))
  bytes += Pickle.whole(Pickle.dictionary(["little_endian": [littleEndian ? 0x88 : 0x89]]))
  bytes += Pickle.whole(operations)
  bytes += Pickle.whole(keys ?? Pickle.list([Pickle.text("0")]))
  return Data(bytes + little(count) + storage + trailing)
}

let legacyMagic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
