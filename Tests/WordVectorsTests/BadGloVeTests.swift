import Basics
import Foundation
import TestSupport
import Testing
import WordVectors

@Suite("Bad GloVe text") struct BadGloVeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    var dimension: Int?
    var wanted: [String]? = ["a", "b", "c"]
    /// What the message contains, behind the path.
    let message: String
  }

  /// 70 good lines, so that what follows is behind the probed ones.
  static let long = (0..<70).map { "w\($0) 1 2 3\n" }.joined()

  static let cases: [Case] = [
    Case(
      testDescription: "ragged: a number too few in line 2", text: "a 1 2 3\nx 1 2\nc 1 2 3\n",
      message: ":2: the line \"x 1 2\" has 2 numbers; expected a word and 3 numbers"),
    Case(
      testDescription: "ragged: a number too many in line 3",
      text: "a 1 2 3\nb 1 2 3\nx 1 2 3 4\n",
      message: ":3: the line \"x 1 2 3 4\" has 4 numbers; expected a word and 3 numbers"),
    Case(
      testDescription: "ragged far behind, unwanted, too short", text: long + "x 1 2\n",
      message: ":71: the line \"x 1 2\" has 2 numbers; expected a word and 3 numbers"),
    Case(
      testDescription: "ragged far behind, wanted, too long", text: long + "a 1 2 3 4\n",
      message: ":71: the line \"a 1 2 3 4\" has 4 numbers; expected a word and 3 numbers"),
    Case(
      testDescription: "cut off in the last line", text: long + "a 1 2",
      message: ":71: the line \"a 1 2\" has 2 numbers"),
    Case(
      testDescription: "a word with a space, a number too few", text: long + "a b 1 2\n",
      message: ":71: number 1 of 3 is \"b\", which is no number; expected a finite decimal number"),
    Case(
      testDescription: "an empty line", text: long + "\nx 1 2 3\n",
      message: ":71: the line is empty; expected a word and 3 numbers"),
    Case(
      testDescription: "an empty first line", text: "\na 1 2 3\nb 1 2 3\n",
      message: ":1: the line is empty; expected a word and 3 numbers"),
    Case(
      testDescription: "two spaces", text: "a 1  3\nb 1 2 3\nc 1 2 3\n",
      message: ":1: number 2 of 3 is empty"),
    Case(
      testDescription: "no word", text: "a 1 2 3\n 1 2 3\n", wanted: nil,
      message: ":2: the line has no word; expected a word and 3 numbers"),
    Case(
      testDescription: "tabs", text: "a\t1\t2\t3\nb\t1\t2\t3\n",
      message: ":1: the line \"a\u{fffd}1\u{fffd}2\u{fffd}3\" has no numbers behind its word"),
    Case(
      testDescription: "another dimension than asked for", text: "a 1 2 3\nb 1 2 3\n", dimension: 2,
      message: ":1: the lines have 3 numbers; expected 2, as asked for"),
    Case(
      testDescription: "dimension 0", text: "a 1 2 3\n", dimension: 0,
      message: ": dimension is 0; expected 1 to 65536"),
    Case(
      testDescription: "a huge dimension", text: "a 1 2 3\n", dimension: .max,
      message: ": dimension is 9223372036854775807; expected 1 to 65536"),
    Case(
      testDescription: "a word2vec header", text: "2 3\na 1 2 3\nb 1 2 3\n",
      message: ":1: the line is a word2vec header (2 words, 3 numbers each); GloVe's text has"),
    Case(
      testDescription: "nan in the first lines", text: "a 1 2 3\nx 1 nan 3\n",
      message: ":2: number 2 of 3 is \"nan\", which is not finite or no decimal number"),
    Case(
      testDescription: "nan alone", text: "a 1 NaN 3\n",
      message: ":1: number 2 of 3 is \"NaN\", which is not finite"),
    Case(
      testDescription: "nan far behind", text: long + "a nan 2 3\n",
      message: ":71: number 1 of 3 is \"nan\", which is not finite"),
    Case(
      testDescription: "inf", text: long + "a 1 2 -inf\n",
      message: ":71: number 3 of 3 is \"-inf\", which is not finite"),
    Case(
      testDescription: "1e999", text: long + "a 1 1e999 2\n",
      message: ":71: number 2 of 3 is \"1e999\", which is not finite"),
    Case(
      testDescription: "beyond a float", text: "a 1 3.5e38 2\n",
      message: ":1: number 2 of 3 is \"3.5e38\", which is not finite"),
    Case(
      testDescription: "decimal commas", text: "a 0,1 0,2 0,3\nb 0,4 0,5 0,6\n",
      message: ":1: number 1 of 3 is \"0,1\", which has a comma; expected a finite decimal number"),
    Case(
      testDescription: "a decimal comma far behind", text: long + "b 1 2,5 3\n",
      message: ":71: number 2 of 3 is \"2,5\", which has a comma"),
    Case(
      testDescription: "a hexadecimal number", text: long + "b 1 0x10 3\n",
      message: ":71: number 2 of 3 is \"0x10\", which is no number"),
    Case(
      testDescription: "prose", text: "Once upon a time\nthere was a file\n",
      message: ":1: the line \"Once upon a time\" has no numbers behind its word"),
    Case(
      testDescription: "one word", text: "a",
      message: ":1: the line \"a\" has no numbers behind its word"),
  ]

  @Test("A fault is named with its line", arguments: cases)
  func fault(example: Case) throws {
    try withFile(example.text) { path throws in
      let text = errorText {
        _ = try WordVectors.readGloVe(
          path: path, dimension: example.dimension, keeping: example.wanted)
      }
      #expect(text.hasPrefix(path + example.message), "\(text)")
    }
  }

  @Test(
    "A word that is no UTF-8 is left out and counted, in any line and text format",
    arguments: [0, 70])
  func brokenWord(line: Int) throws {
    let lines = Self.long.split(separator: "\n").map { Data("\($0)\n".utf8) }
    let broken = Data([0x63, 0xe9]) + Data(" 1 2 3\n".utf8)
    let all = (lines.prefix(line) + [broken] + lines.dropFirst(line)).reduce(Data(), +)
    let header = Data("\(lines.count + 1) 3\n".utf8)
    for data in [all, header + all] {
      try withFile(data) { path throws in
        let table = try WordVectors.read(path: path)
        let summary = try #require(table.summary)
        #expect(summary.brokenWords == 1 && summary.wordsInFile == lines.count + 1)
        #expect(summary.text.hasSuffix("1 word is no UTF-8 and left out"))
        #expect(table.words.count == lines.count - summary.duplicates)
        #expect(try WordVectors.firstWords(3, path: path).count == min(3, lines.count))
        #expect(table.coverage(of: ["a": 1]).brokenWords == 1)
      }
    }
  }

  @Test("A text of another encoding is refused with what writes it anew, beside the old file")
  func badEncoding() throws {
    let data = Data([0x63, 0xe9]) + Data(" 1 2 3\n".utf8)
    try withFile(data) { path throws in
      let text = errorText { _ = try WordVectors.readGloVe(path: path, keeping: ["x"]) }
      #expect(
        text.hasPrefix("\(path):1: 1 of 1 words are no UTF-8, the first is \"c\u{fffd}\""),
        "\(text)")
      #expect(text.contains("iconv -f ENCODING -t utf-8 OLD > NEW"))
    }
  }

  @Test(
    "A byte-order mark is refused",
    arguments: [[0xef, 0xbb, 0xbf], [0xff, 0xfe], [0xfe, 0xff]] as [[UInt8]])
  func byteOrderMark(mark: [UInt8]) throws {
    try withFile(Data(mark) + Data("a 1 2 3\n".utf8)) { path throws in
      let text = errorText { _ = try WordVectors.readGloVe(path: path, keeping: ["a"]) }
      #expect(text.hasPrefix("\(path):1: the file starts with a byte-order mark"), "\(text)")
    }
  }

  @Test("An endless line is refused, at the front and behind", arguments: [0, 2])
  func endlessLine(before: Int) throws {
    let front = String(repeating: "a 1 2 3\n", count: before)
    let data = Data(front.utf8) + Data(repeating: 0x61, count: 20 << 20)
    try withFile(data) { path throws in
      let text = errorText { _ = try WordVectors.readGloVe(path: path, keeping: ["a"]) }
      #expect(
        text.hasPrefix("\(path):\(before + 1): a line is longer than 1048576 bytes"), "\(text)")
    }
  }

  @Test("Lines of more numbers than the limit are refused")
  func hugeDimension() throws {
    try withFile("a" + String(repeating: " 1", count: 65_537)) { path throws in
      let text = errorText { _ = try WordVectors.readGloVe(path: path) }
      #expect(text.hasPrefix("\(path):1: the lines have 65537 numbers; expected at most 65536"))
    }
  }

  @Test("An empty file, a missing file and a folder are named")
  func noFile() throws {
    try withFile(Data()) { path throws in
      #expect(
        errorText { _ = try WordVectors.readGloVe(path: path) }
          .hasPrefix("\(path): the file is empty; expected word vectors"))
      #expect(
        errorText { _ = try WordVectors.readGloVe(path: path + "x") }
          .hasPrefix("\(path)x: no such file"))
      let folder = (path as NSString).deletingLastPathComponent
      #expect(
        errorText { _ = try WordVectors.readGloVe(path: folder) }
          == "\(folder): is a folder; expected a file")
    }
  }
}
