import Basics
import Foundation
import TestSupport
import Testing
import WordVectors

@Suite("Detection of the format") struct DetectionTests {
  @Test("The content decides")
  func formats() throws {
    #expect(try WordVectorFormat.detect(path: Fixtures.text) == .word2vecText)
    #expect(try WordVectorFormat.detect(path: Fixtures.binary) == .word2vecBinary)
    try withFile("the 0.1 0.2\n. . . 0.3 0.4\n") { path throws in
      #expect(try WordVectorFormat.detect(path: path) == .gloveText)
      #expect(try WordVectors.read(path: path, keeping: ["the"]).values == [0.1, 0.2])
    }
    try withFile("1 1\na 0.5\n") { path throws in
      #expect(try WordVectorFormat.detect(path: path) == .word2vecText)
    }
    try withFile(binaryFile("1 1", [("a", [0.5])])) { path throws in
      #expect(try WordVectorFormat.detect(path: path) == .word2vecBinary)
    }
  }

  static let packed: [([UInt8], String)] = [
    ([0x1f, 0x8b, 8, 0], "gunzip -k"), (Array("PK\u{3}\u{4}".utf8), "unzip"),
    (Array("BZh91AY".utf8), "bunzip2 -k"), ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0], "unxz -k"),
    ([0x28, 0xb5, 0x2f, 0xfd], "unzstd"),
  ]

  @Test("A packed file is refused with the command that unpacks it", arguments: packed)
  func packedFile(head: [UInt8], command: String) throws {
    try withFile(Data(head) + Data(repeating: 7, count: 100), named: "it's.bin") { path throws in
      let quoted = "'" + path.replacingOccurrences(of: "'", with: "'\\''") + "'"
      for read in [
        { _ = try WordVectorFormat.detect(path: path) },
        { _ = try WordVectors.readGloVe(path: path, keeping: ["a"]) },
        { _ = try WordVectors.readWord2VecText(path: path) },
        { _ = try WordVectors.readWord2VecBinary(path: path) },
      ] as [() throws -> Void] {
        let text = errorText(read)
        #expect(text.hasPrefix("\(path): the file is packed with "), "\(text)")
        #expect(text.hasSuffix("Unpack it: \(command) \(quoted)"), "\(text)")
      }
    }
  }

  @Test(
    "What is none of the formats is refused",
    arguments: ["hello world\n", "{\"a\": 1}", "\u{0}\u{0}\u{0}\u{0}", "5 0\na 1\n", "7 2"])
  func neither(text: String) throws {
    try withFile(text) { path throws in
      #expect(errorText { _ = try WordVectorFormat.detect(path: path) }.hasPrefix("\(path):"))
    }
  }
}
