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
    try write(table, to: path) { row, bytes in
      for value in row {
        bytes.append(0x20)
        bytes.append(contentsOf: value.description.utf8)
      }
      bytes.append(0x0a)
    }
  }

  /// Writes word2vec's binary: `V D`, then word, 0x20 and D little-endian 32-bit floats.
  ///
  /// Like gensim, and unlike the C tool, it writes no newline behind a vector; readers take both.
  /// Equal tables give equal bytes. The file appears whole or not at all.
  ///
  /// - Throws: `ZooError` as `writeWord2VecText` does.
  public static func writeWord2VecBinary(_ table: WordVectorTable, to path: String) throws {
    try write(table, to: path) { row, bytes in
      bytes.append(0x20)
      for value in row {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      }
    }
  }

  private static func write(
    _ table: WordVectorTable, to path: String,
    row append: (ArraySlice<Float>, inout [UInt8]) -> Void
  ) throws {
    try check(table, path: path)
    try AtomicFile.write(to: path) { descriptor in
      var bytes = Array("\(table.words.count) \(table.dimension)\n".utf8)
      for (row, word) in table.words.enumerated() {
        bytes.append(contentsOf: word.utf8)
        append(table.vector(row: row), &bytes)
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

  private static func check(_ table: WordVectorTable, path: String) throws {
    guard !table.words.isEmpty else {
      throw ZooError(.badValue, "the table has no words; expected 1 or more", at: Place(path: path))
    }
    for (row, word) in table.words.enumerated() {
      let fault: String
      if word.utf8.contains(where: { $0 <= 0x20 && [0, 0x09, 0x0a, 0x0d, 0x20].contains($0) }) {
        fault =
          "contains a space, a control character or a newline, which ends a word in the format"
      } else if word.isEmpty {
        fault = "is empty"
      } else if word.utf8.count > maximumWordBytes {
        fault = "is longer than \(maximumWordBytes) bytes"
      } else {
        continue
      }
      let shown = word.unicodeScalars.prefix(40).map { $0.escaped(asASCII: false) }.joined()
      throw ZooError(
        .badValue, "word \(row + 1) (\"\(shown)\") \(fault)", at: Place(path: path),
        advice: "Leave the word out, or join its parts with \"_\".")
    }
  }
}
