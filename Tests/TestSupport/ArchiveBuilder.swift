import Foundation

/// Archives made by hand, so that tests know every byte of them.
public enum ArchiveBuilder {
  /// A ustar archive of regular files; `kind` `2` makes symbolic links.
  public static func tar(_ files: [(name: String, data: Data)], kind: Character = "0") -> Data {
    var archive = Data()
    for (name, data) in files {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, _ offset: Int) {
        for (index, byte) in text.utf8.enumerated() { header[offset + index] = byte }
      }
      put(name, 0)
      put("0000644", 100)
      put(octal(data.count, 11), 124)
      put(octal(0, 11), 136)
      put("        ", 148)
      put(String(kind), 156)
      put("ustar", 257)
      put("00", 263)
      put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", 148)
      archive += header + data
      archive += Data(count: (512 - data.count % 512) % 512)
    }
    return archive + Data(count: 1024)
  }

  /// A zip of stored files.
  public static func zip(_ files: [(name: String, data: Data)]) -> Data {
    var archive = Data()
    var directory = Data()
    for (name, data) in files {
      let sizes = little(crc32(data), 4) + little(data.count, 4) + little(data.count, 4)
      let common = little(0, 8) + sizes + little(name.utf8.count, 2) + little(0, 2)
      directory += Data("PK\u{1}\u{2}".utf8) + little(20, 2) + little(20, 2) + common
      directory += little(0, 2) + little(0, 2) + little(0, 2) + little(0o100644 << 16, 4)
      directory += little(archive.count, 4) + Data(name.utf8)
      archive += Data("PK\u{3}\u{4}".utf8) + little(20, 2) + common + Data(name.utf8) + data
    }
    let end = little(files.count, 2) + little(files.count, 2) + little(directory.count, 4)
    return archive + directory + Data("PK\u{5}\u{6}".utf8) + little(0, 4) + end
      + little(archive.count, 4) + little(0, 2)
  }

  private static func octal(_ value: Int, _ width: Int) -> String {
    let digits = String(value, radix: 8)
    return String(repeating: "0", count: width - digits.count) + digits
  }

  private static func little(_ value: Int, _ count: Int) -> Data {
    Data((0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }

  private static func crc32(_ data: Data) -> Int {
    var crc: UInt32 = ~0
    for byte in data {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return Int(~crc)
  }
}
