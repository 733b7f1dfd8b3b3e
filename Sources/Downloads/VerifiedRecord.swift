import Basics
import Foundation

/// That a file was hashed, and what it looked like then: kept as JSON beside it.
///
/// A file whose size or time of change is another was touched since, and counts as never verified.
struct VerifiedRecord: Sendable, Equatable {
  var sha256: String
  var size: Int
  /// Nanoseconds since 1970.
  var modified: Int

  /// The record at a path; nil when there is none or it can't be understood.
  init?(contentsOf path: String) {
    var information = stat()
    guard lstat(path, &information) == 0, information.st_size < 64 << 10,
      let value = try? JSONValue.parse(contentsOf: path), var object = try? value.object(),
      let sha256 = try? object.string("sha256"), let size = try? object.required("size").integer(),
      let modified = try? object.required("modified").integer()
    else { return nil }
    self.sha256 = sha256
    self.size = size
    self.modified = modified
  }

  /// The record of a file with that hash.
  init(sha256: String, _ information: stat) {
    self.sha256 = sha256
    size = Int(information.st_size)
    modified = VerifiedRecord.nanoseconds(information)
  }

  func describes(_ information: stat) -> Bool {
    size == Int(information.st_size) && modified == VerifiedRecord.nanoseconds(information)
  }

  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to path: String) throws {
    let members: [(key: String, value: JSONValue)] = [
      ("sha256", sha256.json), ("size", size.json), ("modified", modified.json),
    ]
    try AtomicFile.write(JSONValue(.object(members)).text() + "\n", to: path)
  }

  private static func nanoseconds(_ information: stat) -> Int {
    information.st_mtim.tv_sec &* 1_000_000_000 &+ information.st_mtim.tv_nsec
  }
}
