import Basics
import Foundation
import TestSupport
import Testing
import WordVectors

@Suite("Writing every format, and the first words of each") struct FormatTests {
  /// As in glove.840B: words with spaces and no-break spaces, numbers as words.
  private static func table() throws -> WordVectorTable {
    try WordVectorTable(
      words: ["the", ". . .", "to 3d", "1\u{a0}1/2", "3", "-0.5", "e\u{301}", "\u{e9}"],
      dimension: 3,
      values: (0..<24).map { Float($0 * $0) * 0.1 - 7 })
  }

  @Test("A written GloVe text reads back bit by bit, words with spaces included")
  func gloVe() throws {
    try withTemporaryFolder { folder throws in
      let path = "\(folder)/a.txt"
      try WordVectors.writeGloVe(Self.table(), to: path)
      let again = try WordVectors.read(path: path)
      #expect(try again == Self.table())
      #expect(again.summary?.format == .gloveText)
      #expect(again.summary?.wordsWithSpaces == 2)
      let first = try String(decoding: readFile(path), as: UTF8.self).prefix { $0 != "\n" }
      #expect(first == "the -7.0 -6.9 -6.6")
    }
  }

  @Test(
    "What a format can't hold is told, and nothing is written",
    arguments: [
      ("a b", WordVectorFormat.gloveText, nil),
      ("a b", .word2vecText, "contains a space"), ("a b", .word2vecBinary, "contains a space"),
      ("in 2000", .gloveText, "ends like a number"), (" 7", .gloveText, "ends like a number"),
      ("a nan", .gloveText, "ends like a number"), ("2000", .gloveText, nil),
      ("a\tb", .gloveText, "contains a control character"), ("", .gloveText, "is empty"),
      (String(repeating: "x", count: 5000), .gloveText, "is longer than 4096 bytes"),
    ])
  func faults(word: String, format: WordVectorFormat, fault: String?) throws {
    let found = WordVectors.fault(of: word, in: format)
    #expect(fault.map { found?.hasPrefix($0) == true } ?? (found == nil), "\(found ?? "none")")
    let table = try WordVectorTable(words: [word], dimension: 2, values: [1, 2])
    try withTemporaryFolder { folder throws in
      let text = errorText { try WordVectors.write(table, as: format, to: "\(folder)/a") }
      #expect(text.isEmpty == (fault == nil))
      #expect(FileManager.default.fileExists(atPath: "\(folder)/a") == (fault == nil))
      if fault == nil { #expect(try WordVectors.read(path: "\(folder)/a") == table) }
    }
  }

  @Test("The first words are told without reading on", arguments: WordVectorFormat.allCases)
  func firstWords(_ format: WordVectorFormat) throws {
    try withTemporaryFolder { folder throws in
      let path = "\(folder)/a"
      let words = (0..<100).map { "word\($0)" }
      let table = try WordVectorTable(
        words: words, dimension: 3, values: (0..<300).map { Float($0) + 0.5 })
      try WordVectors.write(table, as: format, to: path)
      // Damage behind the first 64 lines: what is not looked at is not refused.
      var data = try readFile(path)
      data[data.count - 2] = format == .word2vecBinary ? data[data.count - 2] : 0x78
      try AtomicFile.write(data, to: path)
      #expect(try WordVectors.firstWords(3, path: path) == ["word0", "word1", "word2"])
      #expect(try WordVectors.firstWords(1000, path: path) == words)
    }
  }

  @Test("A file that ends early is refused where it ends", arguments: WordVectorFormat.allCases)
  func cut(_ format: WordVectorFormat) throws {
    try withTemporaryFolder { folder throws in
      let path = "\(folder)/a"
      try WordVectors.write(Self.table().keeping { !$0.contains(" ") }, as: format, to: path)
      let data = try readFile(path)
      try AtomicFile.write(data.dropLast(5), to: path)
      let text = errorText { _ = try WordVectors.firstWords(100, path: path) }
      // The last number of a text may be cut within its digits; nobody can tell.
      if format == .word2vecBinary { #expect(text.contains(path)) }
    }
  }
}
