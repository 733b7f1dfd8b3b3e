import Basics
import Foundation

extension WordVectors {
  private static let pieceBytes = 1 << 20

  /// Writes word2vec's text: `V D`, then `word v1 … vD` a line.
  ///
  /// A number is the shortest decimal that reads back as the same float, so a round trip loses
  /// nothing. Equal tables give equal bytes. The file appears whole or not at all.
  ///
  /// - Throws: `ZooError` for a table without words, for a word that the format can't hold (empty,
  ///   longer than `maximumWordBytes`, with a space, tab, carriage return, newline or NUL), or from
  ///   the operating system.
  public static func writeWord2VecText(_ table: WordVectorTable, to path: String) throws {
    try write(table, as: .word2vecText, to: path)
  }

  /// Writes word2vec's binary: `V D`, then word, 0x20 and D little-endian 32-bit floats.
  ///
  /// Like gensim, and unlike the C tool, it writes no newline behind a vector; readers take both.
  /// Equal tables give equal bytes. The file appears whole or not at all.
  ///
  /// - Throws: `ZooError` as `writeWord2VecText` does.
  public static func writeWord2VecBinary(_ table: WordVectorTable, to path: String) throws {
    try write(table, as: .word2vecBinary, to: path)
  }

  /// Writes GloVe's text: `word v1 … vD` a line, without a header.
  ///
  /// Words may contain spaces, as some of glove.840B do. Numbers as `writeWord2VecText` has them.
  ///
  /// - Throws: `ZooError` as `writeWord2VecText` does; of a word with spaces, when its last part
  ///   looks like a number and could not be told from the vector's.
  public static func writeGloVe(_ table: WordVectorTable, to path: String) throws {
    try write(table, as: .gloveText, to: path)
  }

  /// Writes a table in any of the formats; see the functions for each.
  ///
  /// - Throws: `ZooError` for what the format can't hold, or from the operating system.
  public static func write(_ table: WordVectorTable, as format: WordVectorFormat, to path: String)
    throws
  {
    try check(table, format, path: path)
    let header = format == .gloveText ? "" : "\(table.words.count) \(table.dimension)\n"
    try AtomicFile.write(to: path) { descriptor in
      var bytes = Array(header.utf8)
      for (row, word) in table.words.enumerated() {
        bytes.append(contentsOf: word.utf8)
        append(table.vector(row: row), isBinary: format == .word2vecBinary, to: &bytes)
        if bytes.count >= pieceBytes || row == table.words.count - 1 {
          try Interruption.check()
          try bytes.withUnsafeBytes {
            try AtomicFile.writeAll($0, to: descriptor, path: path)
          }
          bytes.removeAll(keepingCapacity: true)
        }
      }
    }
  }

  /// Why a format can't hold a word, as the end of a sentence; nil when it can.
  public static func fault(of word: String, in format: WordVectorFormat) -> String? {
    let allowsSpaces = format == .gloveText
    if word.utf8.contains(where: {
      $0 <= 0x20 && [0, 0x09, 0x0a, 0x0d].contains($0) || $0 == 0x20 && !allowsSpaces
    }) {
      return "contains \(allowsSpaces ? "" : "a space, ")a control character or a newline, which "
        + "ends a word in the format"
    }
    if word.isEmpty { return "is empty" }
    if word.utf8.count > maximumWordBytes { return "is longer than \(maximumWordBytes) bytes" }
    guard format == .gloveText, let last = word.utf8.split(separator: 0x20).last,
      last.count < word.utf8.count
    else { return nil }
    let looksNumeric = Array(last).withUnsafeBytes { DecimalNumber.looksNumeric($0) }
    return looksNumeric ? "ends like a number, which could not be told from the vector's" : nil
  }

  private static func append(_ row: ArraySlice<Float>, isBinary: Bool, to bytes: inout [UInt8]) {
    if isBinary {
      bytes.append(0x20)
      for value in row {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      }
    } else {
      for value in row {
        bytes.append(0x20)
        bytes.append(contentsOf: value.description.utf8)
      }
      bytes.append(0x0a)
    }
  }

  private static func check(_ table: WordVectorTable, _ format: WordVectorFormat, path: String)
    throws
  {
    guard !table.words.isEmpty else {
      throw ZooError(.badValue, "the table has no words; expected 1 or more", at: Place(path: path))
    }
    for (row, word) in table.words.enumerated() {
      guard let fault = fault(of: word, in: format) else { continue }
      let shown = word.unicodeScalars.prefix(40).map { $0.escaped(asASCII: false) }.joined()
      throw ZooError(
        .badValue, "word \(row + 1) (\"\(shown)\") \(fault)", at: Place(path: path),
        advice: "Leave the word out, or join its parts with \"_\".")
    }
  }
}
