import Basics
import Foundation

/// The right to write a file or folder, among processes and threads, by `flock`.
///
/// The lock's file is removed with it. Who waited for a removed one notices that the name leads
/// elsewhere now, and tries again.
package struct FileLock: ~Copyable {
  private let descriptor: Int32
  private let path: String

  /// Waits until the lock is free; `onWait` is called ten times a second meanwhile.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path, or what `onWait` throws.
  package init(_ path: String, onWait: () throws -> Void) throws {
    self.path = path
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard descriptor >= 0 else { throw systemError("can't make the lock file", path) }
      do {
        try FileLock.wait(for: descriptor, path: path, onWait)
      } catch {
        close(descriptor)
        throw error
      }
      if FileLock.isSame(descriptor, path) {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit {
    unlink(path)
    close(descriptor)
  }

  private static func wait(for descriptor: Int32, path: String, _ onWait: () throws -> Void) throws
  {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR else {
        throw systemError("can't be locked", path)
      }
      try onWait()
      usleep(100_000)
    }
  }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var held = stat()
    var named = stat()
    return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0
      && held.st_ino == named.st_ino && held.st_dev == named.st_dev
  }
}
