import Foundation

/// A file in memory, for readers that open a path.
struct MemoryFile {
  let path: String
  private let descriptor: CInt

  init() {
    var name = Array("/dev/shm/encoderzoo-XXXXXX".utf8CString)
    descriptor = mkstemp(&name)
    precondition(descriptor >= 0 && unlink(name) == 0, "no file in memory")
    path = "/proc/self/fd/\(descriptor)"
  }

  /// Replaces the content.
  func set(_ start: UnsafePointer<UInt8>, _ count: Int) {
    precondition(ftruncate(descriptor, 0) == 0 && pwrite(descriptor, start, count, 0) == count)
  }
}

let memoryFile = MemoryFile()
