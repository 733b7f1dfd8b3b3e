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
      // Of some sizes, and one whose size the system does not tell.
      for count in [0, 1, 1 << 16, 1 << 16 + 1, 200_000] {
        let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) })
        try bytes.write(to: URL(fileURLWithPath: "\(folder)/bytes"))
        #expect(try readFile("\(folder)/bytes") == bytes)
      }
      let status = String(decoding: try readFile("/proc/self/status"), as: UTF8.self)
      #expect(status.contains("VmPeak:"))
      #expect(try readFile("/dev/null").isEmpty)
      #expect(errorText { _ = try readFile("\(folder)/a") } == "\(folder)/a: no such file")
      #expect(errorText { _ = try readFile(folder) } == "\(folder): is a folder; expected a file")
    }
  }

  @Test("A pipe or device is refused at once, however it is opened")
  func noPlainFile() throws {
    try withTemporaryFolder { folder in
      let pipe = "\(folder)/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      #expect(
        errorText { _ = try readFile(pipe) }
          == "\(pipe): is no plain file but a pipe; write its content to a file first")
      #expect(
        errorText { _ = try readFile("/dev/zero") } == "/dev/zero: is no plain file but a device")
    }
  }

  @Test("A planted link under the name of a temporary file is not followed: nobody can guess it")
  func temporaryNames() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/results.csv"
      let names = Set((0..<100).map { _ in TemporaryName.beside(path) })
      #expect(names.count == 100)
      #expect(names.allSatisfy { $0.hasPrefix(path + ".\(getpid()).") && $0.hasSuffix(".tmp") })
      let long = String(repeating: "心", count: 80)
      try AtomicFile.write("x", to: "\(folder)/\(long)")
      #expect(try readFile("\(folder)/\(long)") == Data("x".utf8))
    }
  }

  @Test("What a process that is gone left half-written is removed, and nothing else")
  func remains() throws {
    try withTemporaryFolder { folder in
      let dead = Process()
      dead.executableURL = URL(fileURLWithPath: "/bin/true")
      try dead.run()
      dead.waitUntilExit()
      let gone = dead.processIdentifier
      try AtomicFile.makeFolder("\(folder)/cells/a")
      let kept = [
        "results.csv", "cells/a/x.\(getpid()).ff.tmp", "cells/notes.tmp", "cells/1.2.3.txt",
      ]
      for name in kept + ["scores.json.\(gone).0a1b.tmp", "cells/a/m.\(gone).ff.tmp"] {
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      #expect(TemporaryName.removeRemains(below: folder) == 2)
      for name in kept { #expect(FileManager.default.fileExists(atPath: "\(folder)/\(name)")) }
    }
  }

  @Test(
    "What another machine writes to a shared folder stays for a day, whatever runs here under its number"
  )
  func otherMachines() throws {
    try withTemporaryFolder { folder in
      let dead = Process()
      dead.executableURL = URL(fileURLWithPath: "/bin/true")
      try dead.run()
      dead.waitUntilExit()
      let gone = dead.processIdentifier
      let machine = TemporaryName.machine == "00000000" ? "00000001" : "00000000"
      let random = "0123456789abcdef"
      let (fresh, old) = ("a.\(gone).\(machine)\(random).tmp", "b.\(gone).\(machine)\(random).tmp")
      let own = "c.\(gone).\(TemporaryName.machine)\(random).tmp"
      for name in [fresh, old, own] {
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -90_000)],
        ofItemAtPath: "\(folder)/\(old)")
      #expect(TemporaryName.removeRemains(below: folder) == 2)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [fresh])
      let name = TemporaryName.beside("\(folder)/x")
      #expect(name.contains(".\(getpid()).\(TemporaryName.machine)"))
    }
  }

  @Test("A folder that can't be made is named with the system's reason")
  func folderReason() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("x", to: "\(folder)/file")
      #expect(
        errorText { try AtomicFile.makeFolder("\(folder)/file/inner/most") }
          == "\(folder)/file/inner/most: can't make the folder: Not a directory")
      #expect(
        errorText { try AtomicFile.makeFolder("\(folder)/file") }
          == "\(folder)/file: can't make the folder: File exists")
    }
  }

  @Test("All bytes are written to a pipe that takes few at a time; a closed one tells why")
  func wholeWrite() throws {
    let pipe = Pipe()
    let text = String(repeating: "phantom ", count: 100_000)
    let reading = pipe.fileHandleForReading
    let done = DispatchGroup()
    nonisolated(unsafe) var read = Data()
    DispatchQueue.global().async(group: done) { read = reading.readDataToEndOfFile() }
    #expect(writeWhole(text, to: pipe.fileHandleForWriting.fileDescriptor) == 0)
    try pipe.fileHandleForWriting.close()
    done.wait()
    #expect(String(decoding: read, as: UTF8.self) == text)
    #expect(writeWhole("x", to: -1) == EBADF && writeWhole("", to: -1) == 0)
  }
}
