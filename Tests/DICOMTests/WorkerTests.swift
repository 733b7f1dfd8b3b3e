import Basics
import Foundation
import TestSupport
import Testing

@testable import DICOM

@Suite("The worker that crashes, hangs or lies") struct WorkerTests {
  /// The error of a picture asked of a script in the worker's place.
  private func failure(_ script: String, seconds: Int = 20) throws -> String {
    try withTemporaryFolder { folder in
      let program = "\(folder)/worker"
      try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: program))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      let workers = DICOMWorkers(program: program, seconds: seconds)
      return errorText {
        _ = try DICOMFile.picture(path: "chest.dcm", DICOMReading(), workers: workers)
      }
    }
  }

  @Test("A crash is an error that names the file and the signal")
  func crash() throws {
    let text = try failure("kill -SEGV $$")
    #expect(
      text.hasPrefix("chest.dcm: the decoder of DICOM files crashed on it (signal 11"), "\(text)")
    for (script, reason) in [("kill -ABRT $$", "signal 6"), ("exit 3", "ended with code 3")] {
      let text = try failure(script)
      #expect(text.contains(reason), "\(text)")
    }
  }

  @Test("A worker that hangs is stopped after its time")
  func hang() throws {
    let start = Date()
    #expect(try failure("exec sleep 100", seconds: 1).contains("was stopped after 1 seconds"))
    #expect(Date().timeIntervalSince(start) < 20)
  }

  @Test("Who wants to stop does not wait for a file that hangs")
  func stopped() async throws {
    let work = Task {
      try withTemporaryFolder { folder in
        let program = "\(folder)/worker"
        try Data("#!/bin/sh\nexec sleep 100\n".utf8).write(to: URL(fileURLWithPath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        _ = try DICOMFile.picture(
          path: "chest.dcm", DICOMReading(), workers: DICOMWorkers(program: program, seconds: 100))
      }
    }
    // By a thread of its own: long tests may hold all of those that tasks run on.
    Thread.detachNewThread {
      usleep(300_000)
      work.cancel()
    }
    // A file that hangs to the end of its time is told as that.
    await #expect(throws: Interrupted.self) { try await work.value }
  }

  @Test("An answer that can't be is refused")
  func lies() throws {
    for bytes in ["\\0", "QRD1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
      #expect(
        try failure("head -c 20 >/dev/null; printf '\(bytes)%040d' 0 >&0; sleep 1").contains(
          "gave no sense"))
    }
  }

  @Test("A missing worker is said with what to install")
  func missing() {
    for (program, reason) in [
      (nil, "libdcmtk-dev libopenjp2-7-dev"), ("/nowhere", "can't be started"),
    ]
      as [(String?, String)]
    {
      let workers = DICOMWorkers(program: program, seconds: 1)
      let text = errorText {
        _ = try DICOMFile.picture(path: "chest.dcm", DICOMReading(), workers: workers)
      }
      #expect(text.hasPrefix("chest.dcm: is DICOM") && text.contains(reason), "\(text)")
    }
  }

  @Test(
    "After a crash the next file is read by a new worker; many threads have one each",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func again() throws {
    let right = try DICOMFile.picture(path: fixture("j2k"), DICOMReading())
    try withTemporaryFolder { folder in
      // Crashes once, then is the real worker.
      let program = "\(folder)/worker"
      let real = try #require(DICOMWorkers.found)
      try Data(
        "#!/bin/sh\n[ -e \(folder)/done ] || { : > \(folder)/done; kill -SEGV $$; }\nexec \(real)\n"
          .utf8
      ).write(to: URL(fileURLWithPath: program))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      let workers = DICOMWorkers(program: program, seconds: 30)
      #expect(throws: ZooError.self) {
        try DICOMFile.picture(path: fixture("j2k"), DICOMReading(), workers: workers)
      }
      DispatchQueue.concurrentPerform(iterations: 40) { index in
        let name = ["j2k", "raw", "lossless70", "jpegls"][index % 4]
        let picture = try? DICOMFile.picture(
          path: fixture(name), DICOMReading(), workers: workers)
        #expect(picture?.pixels == right.pixels)
      }
    }
  }

  @Test(
    "A kept worker that has ended blames no file: a new one is asked",
    .enabled(if: hasWorker, "zoo-dicom is not built"))
  func kept() throws {
    try withTemporaryFolder { folder in
      let program = "\(folder)/worker"
      let real = try #require(DICOMWorkers.shared.program)
      try Data("#!/bin/sh\necho $$ >> \(folder)/started\nexec \(real)\n".utf8).write(
        to: URL(fileURLWithPath: program))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      let workers = DICOMWorkers(program: program, seconds: 20)
      func ask() throws {
        _ = try DICOMFile.picture(path: fixture("raw"), DICOMReading(), workers: workers)
      }
      func started() throws -> [Int32] {
        try String(contentsOfFile: "\(folder)/started", encoding: .utf8).split(separator: "\n")
          .compactMap { Int32($0) }
      }
      try ask()
      try ask()
      #expect(try started().count == 1)
      kill(try #require(try started().first), SIGKILL)
      try ask()
      #expect(try started().count == 2)
    }
  }

  @Test("Records that can't be are refused")
  func records() {
    let right: [UInt8] = [0x10, 0, 0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0x31, 0x32]
    #expect(DICOMHeader(records: right)?.integer(.rows) == 12)
    for count in 1..<right.count {
      #expect(DICOMHeader(records: Array(right.prefix(count))) == nil)
    }
    for place in [4, 8, 12] {
      var wrong = right
      wrong[place] = 200
      #expect(DICOMHeader(records: wrong) == nil)
    }
  }

  @Test("Names in UTF-8 and in Latin-1 come through with their letters")
  func letters() {
    func record(_ bytes: [UInt8]) -> [UInt8] {
      // Patient's name, scope of the file, text.
      [0x10, 0x00, 0x10, 0x00] + [0, 0, 0, 0, 0, 0, 0, 0, UInt8(bytes.count), 0, 0, 0]
        + bytes
    }
    let tag = DICOMTag(rawValue: 0x0010_0010)
    #expect(DICOMHeader(records: record(Array("Müller".utf8)))?.text(tag) == "Müller")
    #expect(
      DICOMHeader(records: record([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72]))?.text(tag) == "Müller")
  }
}
