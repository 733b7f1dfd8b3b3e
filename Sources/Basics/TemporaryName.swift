import Foundation

/// The names of files and folders that are being written: `NAME.PID.RANDOM.tmp`, beside their target.
///
/// The random part can't be guessed, so nobody can put a link there beforehand; the process tells
/// whose it is once that process is gone.
package enum TemporaryName {
  /// A name in the target's folder that nothing has; a long target's is cut, so that the name still fits.
  package static func beside(_ path: String) -> String {
    let (folder, name) = parts(path)
    var short = name
    while short.utf8.count > 180 { short.removeLast() }
    let random = String(UInt64.random(in: .min ... .max), radix: 16)
    return "\(folder)\(short).\(getpid()).\(random).tmp"
  }

  /// Removes, below a folder, what processes of this machine that are gone left half-written.
  ///
  /// - Returns: how many files and folders were removed.
  @discardableResult
  package static func removeRemains(below folder: String) -> Int {
    var removed = 0
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      let path = "\(folder)/\(name)"
      if let writer = writer(of: name), !isAlive(writer) {
        if (try? FileManager.default.removeItem(atPath: path)) != nil { removed += 1 }
        continue
      }
      var status = stat()
      if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        removed += removeRemains(below: path)
      }
    }
    return removed
  }

  /// The process that writes under a name; nil for a name of another kind.
  package static func writer(of name: String) -> Int32? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts.last == "tmp",
      parts[parts.count - 2].allSatisfy(\.isHexDigit), let pid = Int32(parts[parts.count - 3]),
      pid > 0
    else { return nil }
    return pid
  }

  private static func isAlive(_ pid: Int32) -> Bool { kill(pid, 0) == 0 || errno == EPERM }

  private static func parts(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    let next = path.index(after: slash)
    return (String(path[..<next]), String(path[next...]))
  }
}
