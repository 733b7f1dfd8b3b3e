import Foundation
import TestSupport
import Testing

@Suite(
  "Pictures of a run that is gone on with", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct KnownPicturesTests {
  private func data(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  /// How often files of a folder are opened while `body` runs.
  private func opened(_ folder: String, _ body: () throws -> Void) throws -> Int {
    let watch = inotify_init1(Int32(IN_NONBLOCK))
    defer { close(watch) }
    inotify_add_watch(watch, folder, UInt32(IN_OPEN))
    try body()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var count = 0
    while case let bytes = read(watch, &buffer, buffer.count), bytes > 0 {
      var offset = 0
      while offset < bytes {
        let (isFolder, length) = buffer.withUnsafeBytes { bytes in
          (
            bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self) & UInt32(IN_ISDIR)
              != 0,
            Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
          )
        }
        if !isFolder { count += 1 }
        offset += 16 + length
      }
    }
    return count
  }

  @Test("A run that is gone on with reads no picture that no missing cell needs")
  func readsNoPicture() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let images = "\(folder)/sample/images"
      // Files that have just changed are not known again by their times.
      sleep(4)
      let run = ["compare", study, "--output", "\(folder)/run"]
      #expect(try opened(images) { try ProgramRunner.succeed(run) } > 0)
      let results = try data("\(folder)/run/results.csv")
      let report = try data("\(folder)/run/report.html")
      func resumed(_ sentence: String) throws -> Int {
        var error = ""
        let count = try opened(images) {
          let outcome = try ProgramRunner.run(run + ["--resume"])
          #expect(outcome.status == 0, "\(outcome.error)")
          error = outcome.error
        }
        #expect(error.contains(sentence), "\(error)")
        #expect(try data("\(folder)/run/results.csv") == results)
        return count
      }
      let byTimes = "60 pictures are known: 60 by size and times of their files, 0 by their SHA-256"
      #expect(try resumed("\(byTimes); no cell that is missing reads them") == 0)
      // What was noted of pictures and cells stays in the report.
      let before = String(decoding: report, as: UTF8.self)
      let now = try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8)
      func noticed(_ page: String) -> Substring? {
        page.range(of: "What was noticed").map { page[$0.lowerBound...].prefix(500) }
      }
      #expect(noticed(before)?.contains("no calibrator could be fitted") == true)
      #expect(noticed(now) == noticed(before))
      // A cell of words alone needs none.
      try FileManager.default.removeItem(atPath: "\(folder)/run/cells/r1f1/words/scores.json")
      #expect(try resumed("\(byTimes); no cell that is missing reads them") == 0)
      // One of images does, and a file that was touched is hashed.
      try FileManager.default.removeItem(atPath: "\(folder)/run/cells/r1f2/net/scores.json")
      let path = "\(images)/0001.png"
      let picture = try data(path)
      try picture.write(to: URL(fileURLWithPath: path))
      let some = "60 pictures are known: 59 by size and times of their files, 1 by their SHA-256"
      #expect(try resumed("\(some); read again for net") > 0)
      // Another picture under the same name, of the same size and time, is refused.
      var status = stat()
      stat(path, &status)
      var other = picture
      other[other.count / 2] ^= 1
      try other.write(to: URL(fileURLWithPath: path))
      var times = [status.st_atim, status.st_mtim]
      utimensat(AT_FDCWD, path, &times, 0)
      let refused = try ProgramRunner.run(run + ["--resume"])
      #expect(refused.status == 1)
      #expect(refused.error.contains("1 picture is another file: "), "\(refused.error)")
    }
  }

  @Test("Bad pictures that were left out are left out again, and not read for it")
  func leftOutAgain() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try Data("none".utf8).write(to: URL(fileURLWithPath: "\(folder)/sample/images/0003.png"))
      sleep(4)
      let run = ["compare", study, "--output", "\(folder)/run", "--skip-bad"]
      try ProgramRunner.succeed(run)
      let results = try data("\(folder)/run/results.csv")
      let count = try opened("\(folder)/sample/images") {
        let outcome = try ProgramRunner.run(run + ["--resume"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(
          outcome.error.contains("1 case is left out: 1 unreadable image"), "\(outcome.error)")
        #expect(outcome.error.contains("59 pictures are known"), "\(outcome.error)")
      }
      #expect(count == 0)
      #expect(try data("\(folder)/run/results.csv") == results)
    }
  }
}
