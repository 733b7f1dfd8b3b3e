import Foundation
import TestSupport
import Testing

@testable import Basics

@Suite("Reasons of the system")
struct SystemReasonTests {
  @Test("Errors of Foundation are told in the system's words, with their path")
  func foundation() throws {
    try withTemporaryFolder { folder in
      let missing = "\(folder)/missing"
      #expect(
        errorText { _ = try folderEntries(missing) }
          == "\(missing): the folder can't be read: No such file or directory")
      #expect(
        errorText { try removeTree(missing) }
          == "\(missing): can't be removed: No such file or directory")
      do {
        try FileManager.default.copyItem(atPath: missing, toPath: "\(folder)/copy")
        Issue.record("copied what is not there")
      } catch {
        #expect(systemReason(of: error) == "No such file or directory")
        #expect(errorSentence(error).hasSuffix(": No such file or directory"))
      }
    }
    #expect(systemReason(of: POSIXError(.ENOSPC)) == "No space left on device")
    #expect(systemReason(of: CocoaError(.fileWriteVolumeReadOnly)) == "Read-only file system")
    #expect(errorSentence(ZooError(.badValue, "wrong")) == "wrong")
  }

  @Test("No message of the program holds Foundation's own words")
  func sources() throws {
    let root = packageFile("Sources")
    let files = try #require(FileManager.default.enumerator(atPath: root))
    for case let name as String in files where name.hasSuffix(".swift") {
      guard name != "Basics/SystemReason.swift" else { continue }
      let text = try String(contentsOfFile: "\(root)/\(name)", encoding: .utf8)
      for word in ["localizedDescription", "NSError", "localizedFailureReason"] {
        #expect(!text.contains(word), "\(name) holds \(word): use systemReason(of:)")
      }
    }
  }

  @Test("A signal that asks to stop ends a wait for a pipe")
  func pipe() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interruption.install()
      var ends: [Int32] = [0, 0]
      _ = Glibc.pipe(&ends)
      Thread.detachNewThread {
        usleep(200_000)
        kill(getpid(), SIGTERM)
      }
      do {
        try waitForBytes(ends[0])
        exit(1)
      } catch { exit(error is Interrupted ? 7 : 2) }
    }
  }

  @Test("A file's stamp changes with every write, and a file that has just changed has none")
  func stamps() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a"
      try Data("one".utf8).write(to: URL(fileURLWithPath: path))
      #expect(FileStamp.of(path) == nil)
      let later = time(nil) + 10
      let first = try #require(FileStamp.of(path, now: later))
      #expect(FileStamp.of(path, now: later + 5) == first)
      var before = stat()
      stat(path, &before)
      usleep(20_000)
      try Data("two".utf8).write(to: URL(fileURLWithPath: path))
      // A program that sets the time back leaves the time of change.
      var times = [before.st_atim, before.st_mtim]
      utimensat(AT_FDCWD, path, &times, 0)
      #expect(FileStamp.of(path, now: later) != first)
      #expect(FileStamp.of(folder, now: later) == nil)
      #expect(FileStamp.of("\(folder)/b", now: later) == nil)
    }
  }
}
