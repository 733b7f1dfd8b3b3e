import Foundation
import TestSupport
import Testing

@testable import Basics

@Suite("Lines of a text file")
struct TextLinesTests {
  @Test(
    "Lines end with a newline, behind a carriage return or not",
    arguments: [
      ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\r\nb\r\n", ["a", "b"]),
      ("a\n\nb", ["a", "", "b"]),
      ("\u{85}a\u{2028}b\n", ["\u{85}a\u{2028}b"]),
    ] as [(String, [String])])
  func lines(text: String, expected: [String]) throws {
    try withTemporaryFolder { folder throws in
      try AtomicFile.write(text, to: "\(folder)/a")
      #expect(try readLines("\(folder)/a") == expected)
    }
  }

  @Test("A line that is no UTF-8 is named")
  func malformed() throws {
    try withTemporaryFolder { folder throws in
      try AtomicFile.write(Data([0x61, 0x0a, 0xe9, 0x0a]), to: "\(folder)/a")
      #expect(errorText { _ = try readLines("\(folder)/a") }.contains("a:2: the line is no UTF-8"))
    }
  }

  @Test("A stage told in shares ends at 100, and ends when its work fails")
  func stage() throws {
    let bench = ProgressReporterTests.Bench()
    let progress = bench.reporter(.plain)
    let result = progress.stage("work") { advance in
      #expect(advance(0.25) && advance(0.2) && advance(0.5))
      return 7
    }
    #expect(result == 7)
    #expect(bench.written == ["work: 100/100 in 0 s\n"])
    #expect(
      errorText {
        try progress.stage("other") { advance in
          _ = advance(0.1)
          throw Interrupted()
        }
      } == "interrupted")
    #expect(bench.written.last == "other: 10/100 in 0 s\n")
  }
}
