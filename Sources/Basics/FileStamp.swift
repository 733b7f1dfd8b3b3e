import Foundation

/// What the system keeps of a file besides its bytes: size, times, place on the disk.
///
/// As long as a stamp is the same, so are the bytes: every write moves the time of change, which no program
/// can set back. A file that changed less than two seconds ago has none, since a further write within the
/// same tick of the clock would not show.
package enum FileStamp {
  /// The bytes of a file; nil where there is no such file.
  package static func size(of path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// The stamp of a file; nil where there is no such file, or it has just changed.
  package static func of(_ path: String, now: Int = time(nil)) -> String? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let newest = max(status.st_mtim.tv_sec, status.st_ctim.tv_sec)
    guard newest < now - 2 else { return nil }
    let numbers: [Int] = [
      Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec,
      status.st_ctim.tv_nsec, Int(status.st_ino), Int(status.st_dev),
    ]
    return numbers.map(String.init).joined(separator: " ")
  }
}
