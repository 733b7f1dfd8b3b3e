import Basics
import Foundation
import TestSupport
import Testing
import WordVectors

@Suite("GloVe text") struct GloVeTests {
  static let plain = """
    the 0.1 -0.25 1e-2
    heart 1 2 3
    . . . 4 5 6
    size 7 8 9

    """

  @Test("Only the wanted words are kept, in the order of the file")
  func wantedWords() throws {
    try withFile(Self.plain) { path throws in
      let table = try WordVectors.readGloVe(path: path, keeping: ["size", "the", "lung", "the"])
      #expect(table.words == ["the", "size"])
      #expect(table.dimension == 3)
      #expect(table.values == [0.1, -0.25, 0.01, 7, 8, 9])
      let summary = try #require(table.summary)
      #expect(summary.path == path)
      #expect(summary.format == .gloveText)
      #expect(summary.wordsInFile == 4)
      #expect(summary.wanted == 3)
      #expect(summary.found == 2)
      #expect(summary.duplicates == 0)
      #expect(summary.wordsWithSpaces == 1)
      #expect(
        summary.text
          == "\(path): GloVe text, 4 words, 2 of 3 wanted ones found, 1 words with spaces")
    }
  }

  @Test("A word with spaces is not taken for its first part")
  func wordsWithSpaces() throws {
    try withFile(Self.plain) { path throws in
      #expect(try WordVectors.readGloVe(path: path, keeping: ["."]).words.isEmpty)
      let table = try WordVectors.readGloVe(path: path, keeping: [". . ."])
      #expect(table.vector(of: ". . .") == [4, 5, 6])
    }
  }

  @Test(
    "The dimension is found whatever word stands first",
    arguments: [". . .", "3", "1\u{a0}1/2", "a@b.c at home", "</s>", "e", ", ,"])
  func dimensionOfFirstLine(word: String) throws {
    try withFile("\(word) 0.5 -1 2e3 4\n") { path throws in
      let table = try WordVectors.readGloVe(path: path)
      #expect(table.dimension == 4)
      #expect(table.words == [word])
      #expect(table.values == [0.5, -1, 2000, 4])
    }
  }

  @Test("Only byte 0x20 separates and only byte 0x0a ends a line")
  func separators() throws {
    let words = ["a\u{a0}b", "c\u{85}d", "e\u{2028}f", "g\u{3000}h", "i\tj"]
    let text = words.map { "\($0) 1 2\n" }.joined()
    try withFile(text) { path throws in
      #expect(try WordVectors.readGloVe(path: path, keeping: words).words == words)
    }
  }

  @Test("Words are compared by bytes, not by canonical equivalence")
  func bytes() throws {
    try withFile("caf\u{e9} 1 2\ncafe\u{301} 3 4\n") { path throws in
      let table = try WordVectors.readGloVe(path: path, keeping: ["cafe\u{301}"])
      #expect(table.values == [3, 4])
      let all = try WordVectors.readGloVe(path: path)
      #expect(all.vector(of: "caf\u{e9}") == [1, 2])
      #expect(all.vector(of: "cafe\u{301}") == [3, 4])
    }
  }

  @Test("Of a word's lines the first counts, and the others are counted")
  func duplicates() throws {
    try withFile("a 1 2\nb 3 4\na 5 6\na 7 8\n") { path throws in
      for wanted in [nil, ["a", "b"]] as [[String]?] {
        let table = try WordVectors.readGloVe(path: path, keeping: wanted)
        #expect(table.values == [1, 2, 3, 4])
        #expect(table.summary?.duplicates == 2)
        #expect(table.summary?.wordsInFile == 4)
      }
    }
  }

  @Test(
    "Line ends of Windows, spaces at the end and a missing last newline change nothing",
    arguments: ["a 1 2\r\nb 3 4\r\n", "a 1 2 \nb 3 4 \n", "a 1 2\nb 3 4", "a 1 2 \r\nb 3 4\r"])
  func lineEnds(text: String) throws {
    try withFile(text) { path throws in
      let table = try WordVectors.readGloVe(path: path)
      #expect(table.words == ["a", "b"])
      #expect(table.values == [1, 2, 3, 4])
    }
  }

  @Test("Lines longer than the read buffer's pieces are put together")
  func manyPieces() throws {
    let dimension = 4099
    var lines: [String] = []
    for word in 0..<97 {
      lines.append(
        (["w\(word)"] + (0..<dimension).map { "\(word * $0 % 977)" }).joined(separator: " "))
    }
    try withFile(lines.joined(separator: "\n")) { path throws in
      let table = try WordVectors.readGloVe(path: path, dimension: dimension)
      #expect(table.words == (0..<97).map { "w\($0)" })
      for word in 0..<97 {
        #expect(
          table.vector(row: word).elementsEqual((0..<dimension).map { Float(word * $0 % 977) }))
      }
    }
  }

  @Test("A shell's pipe is read like a file; a named one is refused without waiting for a writer")
  func pipe() throws {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(Self.plain.utf8))
    try pipe.fileHandleForWriting.close()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    #expect(try WordVectors.readGloVe(path: path, keeping: ["size"]).values == [7, 8, 9])
    try withTemporaryFolder { folder in
      let named = folder + "/pipe"
      #expect(mkfifo(named, 0o600) == 0)
      #expect(throws: ZooError.self) {
        _ = try WordVectors.readGloVe(path: named, keeping: ["size"])
      }
    }
  }

  @Test("Progress is told, and can stop the reading")
  func progress() throws {
    let line = "w " + Array(repeating: "0.12345", count: 100).joined(separator: " ") + "\n"
    let data = Data(repeatElement(Data(line.utf8), count: 50_000).joined())
    try withFile(data) { path throws in
      var shares: [Double] = []
      let table = try WordVectors.readGloVe(path: path, keeping: ["w"]) {
        shares.append($0)
        return true
      }
      #expect(table.summary?.duplicates == 49_999)
      #expect(shares.count == 2)
      #expect(shares.allSatisfy { (0.0...1.0).contains($0) } && shares == shares.sorted())
      #expect(throws: Interrupted.self) {
        _ = try WordVectors.readGloVe(path: path, keeping: ["w"]) { _ in false }
      }
    }
  }
}
