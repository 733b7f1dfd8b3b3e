import Foundation

/// The names of files and folders that are being written: `NAME.PID.RANDOM.tmp`, beside their target.
///
/// The random part can't be guessed, so nobody can put a link there beforehand. The process tells whose it is once
/// that process is gone, and the random part's first eight digits on which machine it ran: several may share a folder.
package enum TemporaryName {
  /// A name in the target's folder that nothing has; a long target's is cut, so that the name still fits.
  package static func beside(_ path: String) -> String {
    let (folder, name) = parts(path)
    var short = name
    while short.utf8.count > 180 { short.removeLast() }
    let random = hexadecimal(UInt64.random(in: .min ... .max), digits: 16)
    return "\(folder)\(short).\(getpid()).\(machine)\(random).tmp"
  }

  /// Eight digits of this machine and namespace of processes, the same after it has started again.
  package static let machine: String = {
    let identifier = (try? readFile("/etc/machine-id")) ?? Data()
    let space =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
    let name = ProcessInfo.processInfo.hostName
    // FNV-1a (Fowler, Noll, Vo).
    let hash = (Array(identifier) + Array(" \(space) \(name)".utf8)).reduce(
      UInt64(0xcbf2_9ce4_8422_2325)
    ) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return hexadecimal(hash >> 32, digits: 8)
  }()

  /// Seconds after which a file that another machine was writing is taken for abandoned.
  private static let abandoned = 86_400.0

  /// Removes, below a folder, what processes of this machine that are gone left half-written, and what those of other
  /// machines have not touched for a day.
  ///
  /// - Returns: how many files and folders were removed.
  @discardableResult
  package static func removeRemains(below folder: String) -> Int {
    var removed = 0
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      let path = "\(folder)/\(name)"
      if let writer = writer(of: name), isRemains(path, name, of: writer) {
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

  private static func isRemains(_ path: String, _ name: String, of writer: Int32) -> Bool {
    let random = name.split(separator: ".").dropLast().last ?? ""
    // Earlier versions did not write the machine: theirs was this one.
    guard random.count == 24, !random.hasPrefix(machine) else { return !isAlive(writer) }
    var status = stat()
    guard lstat(path, &status) == 0 else { return false }
    return Double(time(nil) - status.st_mtim.tv_sec) > abandoned
  }

  private static func hexadecimal(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
  }

  private static func isAlive(_ pid: Int32) -> Bool { kill(pid, 0) == 0 || errno == EPERM }

  private static func parts(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    let next = path.index(after: slash)
    return (String(path[..<next]), String(path[next...]))
  }
}
