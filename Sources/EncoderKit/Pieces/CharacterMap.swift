import Foundation

/// SentencePiece's table of characters and what each becomes, such as NFKC.
///
/// Kudo and Richardson 2018, https://arxiv.org/abs/1808.06226. The bytes are a double array (Yata et al. 2007), four bytes
/// of its length first, and behind it the texts it leads to, each ended by a zero. Read as the library tokenizers does:
/// whole grapheme clusters of fewer than six bytes first, then their characters one by one.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]

  /// - Throws: `ZooError` of code `.badFormat` where the length runs over the end.
  init(_ bytes: [UInt8]) throws {
    func word(_ place: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
    }
    guard bytes.count >= 4, case let size = Int(word(0)), size % 4 == 0, size <= bytes.count - 4,
      size > 0
    else {
      throw ZooError(.badFormat, "the table of characters of a tokenizer is damaged")
    }
    units = (0..<size / 4).map { word(4 + 4 * $0) }
    texts = Array(bytes[(4 + size)...])
  }

  /// What the shortest beginning of some bytes becomes; nil where none stands in the table.
  private func text(of bytes: some Sequence<UInt8>) -> [UInt8]? {
    var place = offset(units[0])
    for byte in bytes {
      guard byte != 0 else { return nil }
      place ^= Int(byte)
      guard place < units.count else { return nil }
      let unit = units[place]
      guard unit & 0x8000_00ff == UInt32(byte) else { return nil }
      place ^= offset(unit)
      guard place < units.count else { return nil }
      if unit >> 8 & 1 == 1 {
        let start = Int(units[place] & 0x7fff_ffff)
        guard start <= texts.count else { return nil }
        return Array(texts[start...].prefix { $0 != 0 })
      }
    }
    return nil
  }

  private func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 0x200) >> 6)
  }

  /// A text's characters as the table has them, each with the bytes that it comes from.
  func scalars(of text: String) -> [(scalar: Unicode.Scalar, range: Range<Int>)] {
    var scalars: [(scalar: Unicode.Scalar, range: Range<Int>)] = []
    var start = 0
    func add(_ bytes: [UInt8], _ range: Range<Int>) {
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        scalars.append((scalar, range))
      }
    }
    for character in text {
      let bytes = Array(character.utf8)
      if bytes.count < 6, let made = self.text(of: bytes) {
        add(made, start..<start + bytes.count)
        start += bytes.count
        continue
      }
      for scalar in character.unicodeScalars {
        let width = UTF8.width(scalar)
        if let made = self.text(of: String(scalar).utf8) {
          add(made, start..<start + width)
        } else {
          scalars.append((scalar, start..<start + width))
        }
        start += width
      }
    }
    return scalars
  }
}
