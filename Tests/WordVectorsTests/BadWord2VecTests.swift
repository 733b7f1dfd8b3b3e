import Basics
import Foundation
import TestSupport
import Testing
import WordVectors

@Suite("Bad word2vec files") struct BadWord2VecTests {
  /// Headers that are refused whatever follows, in both formats.
  static let headers: [(String, String)] = [
    ("-1 3", ":1: the header promises -1 words; expected 1 or more"),
    ("0 3", ":1: the header promises 0 words; expected 1 or more"),
    (
      "9223372036854775808 3",
      ":1: the header promises 9223372036854775808 words; expected 1 or more"
    ),
    (
      "9223372036854775807 3", ":1: the header promises 9223372036854775807 words of 3 numbers; the"
    ),
    ("2000000000 3", ":1: the header promises 2000000000 words of 3 numbers; the file's"),
    ("2 0", ":1: the header promises vectors of 0 numbers; expected 1 to 65536"),
    ("2 -3", ":1: the header promises vectors of -3 numbers; expected 1 to 65536"),
    ("2 65537", ":1: the header promises vectors of 65537 numbers; expected 1 to 65536"),
    (
      "2 18446744073709551616",
      ":1: the header promises vectors of 18446744073709551616 numbers; expected 1 to 65536"
    ),
    ("1 60000", ":1: the header promises 1 words of 60000 numbers; the file's"),
    ("2", ":1: the line \"2\" is no word2vec header; expected two numbers"),
    ("2 3 4", ":1: the line \"2 3 4\" is no word2vec header"),
    ("2.0 3", ":1: the line \"2.0 3\" is no word2vec header"),
    ("a 1 2 3", ":1: the line \"a 1 2 3\" is no word2vec header"),
    ("", ":1: the line \"\" is no word2vec header"),
  ]

  @Test("A bad header is refused before anything is reserved", arguments: headers)
  func header(header: String, message: String) throws {
    try withFile(Data("\(header)\na 1 2 3\nb 4 5 6\n".utf8)) { path throws in
      let text = errorText { _ = try WordVectors.readWord2VecText(path: path) }
      #expect(text.hasPrefix(path + message), "\(text)")
    }
    try withFile(binaryFile(header, [("a", [1, 2, 3]), ("b", [4, 5, 6])])) { path throws in
      let text = errorText { _ = try WordVectors.readWord2VecBinary(path: path) }
      #expect(text.hasPrefix(path + message), "\(text)")
    }
  }

  /// Where the file is short, a long word makes up for the header's promise.
  static let texts: [(String, String)] = [
    ("2 3\naaaaaaaaaa 1 2 3\n", ": the file ends after 1 words; the header promises 2"),
    ("1 3\na 1 2 3\nb 4 5 6\n", ":3: the header promises 1 words, but more lines follow"),
    (
      "2 3\naaaaaaaaaa 1 2 3\nb 4 5\n",
      ":3: the line \"b 4 5\" has 2 numbers; expected a word and 3"
    ),
    ("2 3\na 1 2 3\nb 4 5 6 7\n", ":3: the line \"b 4 5 6 7\" has 4 numbers; expected a word"),
    ("2 3\na 1 2 3\nb 4 nan 6\n", ":3: number 2 of 3 is \"nan\", which is not finite"),
    ("2 3\na 1 2 3\nb 4 0,5 6\n", ":3: number 2 of 3 is \"0,5\", which has a comma"),
    ("2 3\na 1 2 3\n\nb 4 5 6\n", ":3: the line is empty; expected a word and 3 numbers"),
  ]

  @Test("A bad line of a text is named", arguments: texts)
  func text(content: String, message: String) throws {
    try withFile(content) { path throws in
      let text = errorText {
        _ = try WordVectors.readWord2VecText(path: path, keeping: ["a", "b"])
      }
      #expect(text.hasPrefix(path + message), "\(text)")
    }
  }

  @Test("A wanted word with a number too many is named, though no other word is kept")
  func extraNumber() throws {
    try withFile("2 3\nb 4 5 6 7\nc 1 2 3\n") { path throws in
      let text = errorText { _ = try WordVectors.readWord2VecText(path: path, keeping: ["b"]) }
      #expect(text.hasPrefix("\(path):2: the line \"b 4 5 6 7\" has 4 numbers"), "\(text)")
    }
  }

  @Test("A binary cut off anywhere is refused")
  func truncated() throws {
    let whole = binaryFile("2 2", [("abc", [1, 2]), ("d", [3, 4])], newline: true)
    // Without the last newline it is whole; with one byte less it is not.
    for count in 1..<whole.count - 1 {
      try withFile(whole.prefix(count)) { path throws in
        let text = errorText { _ = try WordVectors.readWord2VecBinary(path: path) }
        #expect(text.hasPrefix(path), "\(count) bytes")
      }
    }
    try withFile(whole.dropLast()) { path throws in
      #expect(try WordVectors.readWord2VecBinary(path: path).values == [1, 2, 3, 4])
    }
  }

  @Test("The last vector cut off is told from a bad header")
  func lastVector() throws {
    // A long first word, so that the size alone does not give it away.
    let entries: [(word: String, values: [Float])] = [("abcdefghijkl", [1, 2]), ("d", [3, 4])]
    try withFile(binaryFile("2 2", entries).dropLast(3)) { path throws in
      let text = errorText { _ = try WordVectors.readWord2VecBinary(path: path) }
      #expect(text.hasPrefix("\(path): the file ends after 1 words; the header promises 2"))
    }
  }

  @Test("A word without a space behind it is refused")
  func noSpace() throws {
    try withFile(Data("1 2\n".utf8) + Data(repeating: 0x61, count: 5000)) { path throws in
      let text = errorText { _ = try WordVectors.readWord2VecBinary(path: path) }
      #expect(text.hasPrefix("\(path): word 1: no space within 4096 bytes"), "\(text)")
      #expect(
        errorText { _ = try WordVectorFormat.detect(path: path) }
          .hasPrefix("\(path):2: no space behind the first word"))
    }
    try withFile(Data("1 2\n".utf8) + Data(repeating: 0x61, count: 20)) { path throws in
      let text = errorText { _ = try WordVectors.readWord2VecBinary(path: path) }
      #expect(text.hasPrefix("\(path): the file ends after 0 words"), "\(text)")
    }
  }

  @Test(
    "A number that is not finite is refused, kept or not",
    arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
  func notFinite(value: Float) throws {
    let values = [Float](repeating: 1, count: 70)
    for index in [0, 33, 69] {
      var bad = values
      bad[index] = value
      try withFile(binaryFile("2 70", [("a", values), ("b", bad)])) { path throws in
        let text = errorText { _ = try WordVectors.readWord2VecBinary(path: path, keeping: ["a"]) }
        #expect(text.hasPrefix("\(path): word 2: number \(index + 1) of \"b\" is NaN or infinite"))
      }
    }
  }

  @Test("A binary word that was cut within a letter is left out and counted")
  func brokenWord() throws {
    var data = binaryFile("3 2", [("lung", [1, 2]), ("cut?", [3, 4]), ("heart", [5, 6])])
    let word = try #require(data.firstRange(of: Data("cut?".utf8)))
    data[word.upperBound - 1] = 0xd0
    try withFile(data) { path throws in
      let table = try WordVectors.read(path: path)
      #expect(table.words == ["lung", "heart"] && table.values == [1, 2, 5, 6])
      #expect(table.summary?.brokenWords == 1 && table.summary?.wordsInFile == 3)
      #expect(try WordVectors.firstWords(2, path: path) == ["lung", "heart"])
      #expect(try WordVectors.read(path: path, keeping: ["heart"]).values == [5, 6])
    }
  }

  @Test("Binary words of which most are no UTF-8 or one is empty, and bytes left over, are refused")
  func badWords() throws {
    var data = binaryFile("2 1", [("a", [1]), ("b", [2])])
    try withFile(data + Data([0x0a, 0x0a])) { path throws in
      let text = errorText { _ = try WordVectors.readWord2VecBinary(path: path) }
      #expect(text.contains("bytes follow the 2 words that the header promises"), "\(text)")
    }
    data[4] = 0xff
    data[data.count - 6] = 0xff
    try withFile(data) { path throws in
      let text = errorText { _ = try WordVectors.readWord2VecBinary(path: path, keeping: ["b"]) }
      #expect(text.hasPrefix("\(path): word 1: 2 of 2 words are no UTF-8"), "\(text)")
      #expect(!text.contains("iconv"))
    }
    try withFile(binaryFile("1 2", [("", [2, 3])]) + Data([0])) { path throws in
      let text = errorText { _ = try WordVectors.readWord2VecBinary(path: path) }
      #expect(text.hasPrefix("\(path): word 1: the word is empty"), "\(text)")
    }
  }
}
