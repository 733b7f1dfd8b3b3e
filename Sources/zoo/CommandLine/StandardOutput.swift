import Foundation
import Synchronization

/// The standard output, of which every write is looked at: on a full disk a command must not end as if all
/// were well.
enum StandardOutput {
  private static let failed = Mutex<Int32>(0)

  /// Writes a text; what fails is kept for `failure`.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while let base = rest.baseAddress, !rest.isEmpty {
        let written = Foundation.write(STDOUT_FILENO, base, rest.count)
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else {
          let reason = errno
          failed.withLock { $0 = $0 == 0 ? reason : $0 }
          return
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
  }

  /// Why something could not be written; nil where all was, or nobody reads any more.
  static var failure: String? {
    let reason = failed.withLock { $0 }
    return reason == 0 || reason == EPIPE ? nil : String(cString: strerror(reason))
  }
}

/// Writes a line to the standard output, in the place of the standard library's function, which tells
/// nobody of a full disk.
func print(_ text: String, terminator: String = "\n") { StandardOutput.write(text + terminator) }
