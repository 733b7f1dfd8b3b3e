import Foundation

@testable import WeightFiles

/// PyTorch's files, zip and legacy: directory, pickle, storages, and every tensor's values.
///
/// Checksums are set right first where the archive's directory can be read, else hardly any change
/// would get past them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var data = Data(bytes: start, count: count)
  mendChecksums(&data)
  guard let file = try? StateDictionary.parse(data) else { return 0 }
  for entry in file.entries { _ = try? file.floats(entry.name) }
  return 0
}

private func mendChecksums(_ data: inout Data) {
  let size = data.count
  data.withUnsafeMutableBytes { bytes in
    func word(_ at: Int) -> Int { Int(bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)) }
    func half(_ at: Int) -> Int { Int(bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self)) }
    guard size >= 22, word(size - 22) == 0x0605_4b50 else { return }
    var record = word(size - 6)
    while record + 46 <= size, word(record) == 0x0201_4b50 {
      let header = word(record + 42)
      if header + 30 <= size {
        let first = header + 30 + half(header + 26) + half(header + 28)
        let length = word(record + 24)
        if first + length <= size {
          let sum = CRC32.checksum(UnsafeRawBufferPointer(rebasing: bytes[first..<first + length]))
          bytes.storeBytes(of: sum.littleEndian, toByteOffset: record + 16, as: UInt32.self)
          bytes.storeBytes(of: sum.littleEndian, toByteOffset: header + 14, as: UInt32.self)
        }
      }
      record += 46 + half(record + 28) + half(record + 30) + half(record + 32)
    }
  }
}
