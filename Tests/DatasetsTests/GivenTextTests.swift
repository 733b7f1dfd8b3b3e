import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Reports on a command line")
struct GivenTextTests {
  @Test(
    "Texts are taken as they stand",
    arguments: [
      "The lungs are clear.", "clear", "", "AP/lateral views", "see report.txt", "1.5 cm",
    ])
  func texts(_ text: String) throws { try GivenText.check(text) }

  @Test(
    "What looks like a path that is not there is refused with the option for files",
    arguments: ["no/such/report.txt", "report.TXT", "/nowhere/report", "a/b"])
  func paths(_ text: String) {
    let error = errorText { try GivenText.check(text) }
    #expect(error.contains("looks like a path"), "\(error)")
    #expect(error.contains("--text-file \(text)"), "\(error)")
  }

  @Test("A path that is there is refused, of a folder too")
  func existing() throws {
    try withTemporaryFolder { folder in
      try "Clear.".write(toFile: "\(folder)/a report", atomically: true, encoding: .utf8)
      for path in ["\(folder)/a report", folder] {
        let error = errorText { try GivenText.check(path) }
        #expect(error.contains("is a path; --text takes the report itself"), "\(error)")
      }
    }
  }

  @Test("A file's text is read without its byte-order mark")
  func file() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/report"
      try Data([0xef, 0xbb, 0xbf] + Array("Größe\n".utf8)).write(to: URL(fileURLWithPath: path))
      #expect(try GivenText.read(path) == "Größe\n")
    }
  }

  @Test("What holds no text is refused with the reason")
  func refusals() throws {
    try withTemporaryFolder { folder in
      let cases: [(name: String, bytes: [UInt8], part: String)] = [
        ("empty", [], "is empty"), ("blank", Array(" \n".utf8), "is empty"),
        ("mark", [0xef, 0xbb, 0xbf], "is empty"),
        ("latin1", Array("a\nGr".utf8) + [0xf6, 0xdf], "latin1:2: is not valid UTF-8"),
        ("wide", [0xff, 0xfe, 0x41, 0], "is UTF-16"),
      ]
      for (name, bytes, part) in cases {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        let error = errorText { _ = try GivenText.read("\(folder)/\(name)") }
        #expect(error.contains(part), "\(error)")
      }
      try #require(mkfifo("\(folder)/pipe", 0o600) == 0)
      for path in ["\(folder)/pipe", folder, "/dev/zero"] {
        #expect(errorText { _ = try GivenText.read(path) }.contains("is no plain file"), "\(path)")
      }
      #expect(errorText { _ = try GivenText.read("\(folder)/none") }.contains("no such file"))
    }
  }
}
