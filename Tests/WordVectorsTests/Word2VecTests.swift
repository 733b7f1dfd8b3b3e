import Basics
import Foundation
import TestSupport
import Testing
import WordVectors

@Suite("word2vec text and binary") struct Word2VecTests {
  private func check(_ table: WordVectorTable) throws {
    let rows = try Fixtures.rows()
    #expect(table.words.map { Array($0.utf8) } == rows.map { Array($0.word.utf8) })
    #expect(table.dimension == 7)
    #expect(table.values.map(\.bitPattern) == rows.flatMap(\.bits))
    for row in rows {
      #expect(table.vector(of: row.word)?.map(\.bitPattern) == row.bits)
    }
  }

  @Test("gensim's text is read bit by bit")
  func readText() throws { try check(WordVectors.readWord2VecText(path: Fixtures.text)) }

  @Test("gensim's binary is read bit by bit")
  func readBinary() throws { try check(WordVectors.readWord2VecBinary(path: Fixtures.binary)) }

  @Test("The neighbours are gensim's")
  func neighbours() throws {
    let table = try WordVectors.read(path: Fixtures.binary)
    for row in try Fixtures.rows() where !row.near.isEmpty {
      let near = try table.nearest(to: row.word, count: 7).filter { $0.word != "the" }.prefix(3)
      #expect(near.map { Array($0.word.utf8) } == row.near.map { Array($0.word.utf8) })
      for (ours, theirs) in zip(near, row.near) {
        #expect(abs(ours.similarity - theirs.cosine) < 2e-6)
      }
    }
  }

  @Test("Written binaries are gensim's byte for byte, and written texts read back")
  func roundTrip() throws {
    let table = try WordVectors.read(path: Fixtures.text)
    try withTemporaryFolder { folder throws in
      try WordVectors.writeWord2VecBinary(table, to: folder + "/a.bin")
      #expect(try readFile(folder + "/a.bin") == readFile(Fixtures.binary))
      try WordVectors.writeWord2VecText(table, to: folder + "/a.txt")
      try check(WordVectors.readWord2VecText(path: folder + "/a.txt"))
      let again = try WordVectors.read(path: folder + "/a.bin")
      #expect(again == table)
      try WordVectors.writeWord2VecText(again, to: folder + "/b.txt")
      #expect(try readFile(folder + "/a.txt") == readFile(folder + "/b.txt"))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(files == ["a.bin", "a.txt", "b.txt"])
    }
  }

  @Test("A written text is known to the byte")
  func writtenText() throws {
    let table = try WordVectorTable(
      words: ["</s>", "b\u{a0}c"], dimension: 3, values: [0, -0.0, 1e-5, 0.1, 16_777_216, -2.5])
    try withFile(Data()) { path throws in
      try WordVectors.writeWord2VecText(table, to: path)
      #expect(
        String(decoding: try readFile(path), as: UTF8.self)
          == "2 3\n</s> 0.0 -0.0 1e-05\nb\u{a0}c 0.1 16777216.0 -2.5\n")
    }
  }

  @Test(
    "The C tool's spaces at the end of lines, CRLF and a missing last newline are read",
    arguments: [
      "2 2\n</s> 1 2 \na 3 4 \n", "2 2 \r\n</s> 1 2\r\na 3 4\r\n", "2 2\n</s> 1 2\na 3 4",
    ])
  func textVariants(text: String) throws {
    try withFile(text) { path throws in
      let table = try WordVectors.read(path: path)
      #expect(table.summary?.format == .word2vecText)
      #expect(table.words == ["</s>", "a"])
      #expect(table.values == [1, 2, 3, 4])
    }
  }

  @Test("A newline behind a vector of the binary is optional", arguments: [true, false])
  func binaryNewline(newline: Bool) throws {
    let data = binaryFile(
      "3 2", [("</s>", [1, 2]), ("b", [3, 4]), ("c", [5, 6])], newline: newline)
    try withFile(data) { path throws in
      let table = try WordVectors.readWord2VecBinary(path: path, keeping: ["c", "</s>", "d"])
      #expect(table.words == ["</s>", "c"])
      #expect(table.values == [1, 2, 5, 6])
      #expect(table.summary?.wordsInFile == 3)
      #expect(table.summary?.wanted == 3)
      #expect(table.summary?.found == 2)
    }
  }

  @Test("A binary larger than the read buffer is read, newlines among its floats included")
  func largeBinary() throws {
    // The bytes of these floats are newlines and spaces.
    let newline = Float(bitPattern: 0x0a0a_0a0a)
    let space = Float(bitPattern: 0x2020_2020)
    let dimension = 1000
    let entries = (0..<300).map { word -> (word: String, values: [Float]) in
      let cycle: [Float] = [newline, space, Float(word)]
      return ("w\(word)", (0..<dimension).map { cycle[$0 % 3] })
    }
    try withFile(binaryFile("300 1000", entries)) { path throws in
      let table = try WordVectors.read(path: path)
      #expect(table.summary?.format == .word2vecBinary)
      #expect(table.words == entries.map(\.word))
      #expect(table.values == entries.flatMap(\.values))
    }
  }

  @Test("Of a word's entries the first counts")
  func duplicates() throws {
    try withFile(binaryFile("3 1", [("a", [1]), ("b", [2]), ("a", [3])])) { path throws in
      let table = try WordVectors.readWord2VecBinary(path: path)
      #expect(table.values == [1, 2])
      #expect(table.summary?.duplicates == 1)
    }
  }

  @Test("The wrong dimension is refused where one is asked for")
  func dimension() throws {
    let text = errorText { _ = try WordVectors.read(path: Fixtures.binary, dimension: 300) }
    #expect(
      text.hasPrefix("\(Fixtures.binary): the file has vectors of 7 numbers; expected 300"))
  }

  @Test(
    "A word that would not be read back is not written, and the old file stays",
    arguments: [
      "", "a b", "a\nb", "\na", "a\r", "a\tb", "a\0b", String(repeating: "x", count: 4097),
    ])
  func impossibleWord(word: String) throws {
    let table = try WordVectorTable(words: ["good", word], dimension: 1, values: [1, 2])
    try withFile("old") { path throws in
      for write in [WordVectors.writeWord2VecText, WordVectors.writeWord2VecBinary] {
        let text = errorText { try write(table, path) }
        #expect(text.hasPrefix("\(path): word 2 (\""), "\(text)")
      }
      #expect(try readFile(path) == Data("old".utf8))
    }
  }

  @Test("A table without words is not written")
  func emptyTable() throws {
    let table = try WordVectorTable(words: [], dimension: 3, values: [])
    try withFile("old") { path throws in
      let text = errorText { try WordVectors.writeWord2VecText(table, to: path) }
      #expect(text == "\(path): the table has no words; expected 1 or more")
    }
  }
}
