import Basics
import Foundation

/// The right to make a cell, kept by a heartbeat until it is given back.
package final class CellClaim: Sendable {
  /// What the name of a claim that was given back has behind it.
  static let freed = ".free"

  private let path: String
  /// The claim that somebody makes who takes this one for abandoned.
  private let next: String
  private let bell = DispatchSemaphore(value: 0)

  init(path: String, next: String, lease: Double) {
    (self.path, self.next) = (path, next)
    let interval = lease / 8
    let beat = Thread { [path, bell] in
      while bell.wait(timeout: .now() + interval) == .timedOut { _ = CellClaim.touch(path) }
    }
    beat.stackSize = 1 << 18
    beat.start()
  }

  deinit { bell.signal() }

  /// Whether nobody has taken the cell over; where somebody has, what was made is his to write.
  package var isHeld: Bool {
    let files = FileManager.default
    return files.fileExists(atPath: path) && !files.fileExists(atPath: next)
  }

  /// Gives the cell back, finished or not.
  package func release() {
    bell.signal()
    let descriptor = open(path + CellClaim.freed, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    // Where nothing can be written any more, the lease ends it.
    if descriptor >= 0 { close(descriptor) }
  }

  /// Sets a file's time to the clock of its file system.
  static func touch(_ path: String) -> Bool { utimensat(AT_FDCWD, path, nil, 0) == 0 }
}
