import Basics
import Foundation
import TestSupport
import Testing

@Suite("Files written whole or not at all")
struct AtomicFileTests {
  struct Refusal: Error {}

  @Test("Content is written, replaced, and nothing else stays in the folder")
  func writes() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/results.csv"
      try AtomicFile.write("one", to: path)
      try AtomicFile.write("zwei – два", to: path)
      #expect(try readFile(path) == Data("zwei – два".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["results.csv"])
    }
  }

  @Test("A failure half-way leaves the old content and no temporary file")
  func failureKeepsContent() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/results.csv"
      try AtomicFile.write("old", to: path)
      #expect(throws: Refusal.self) {
        try AtomicFile.write(to: path) { descriptor in
          try Data("ne".utf8).withUnsafeBytes {
            try AtomicFile.writeAll($0, to: descriptor, path: path)
          }
          throw Refusal()
        }
      }
      #expect(try readFile(path) == Data("old".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["results.csv"])
    }
  }

  @Test("A target that is a folder is refused, and no temporary file stays")
  func targetIsFolder() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/model"
      try AtomicFile.makeFolder("\(path)/inner")
      #expect(
        errorText { try AtomicFile.write("x", to: path) } == "\(path): can't write: Is a directory")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model"])
    }
  }

  @Test("A missing folder is named with the system's reason")
  func missingFolder() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/absent/results.csv"
      #expect(
        errorText { try AtomicFile.write("x", to: path) }
          == "\(path): can't write: No such file or directory")
    }
  }

  @Test("A file that can't be read is named with the reason")
  func reading() throws {
    try withTemporaryFolder { folder in
      #expect(errorText { _ = try readFile("\(folder)/a") } == "\(folder)/a: no such file")
      #expect(errorText { _ = try readFile(folder) } == "\(folder): is a folder; expected a file")
    }
  }
}
