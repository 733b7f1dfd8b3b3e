import Basics
import Foundation
import Synchronization

/// The standard output, of which every write is looked at: on a full disk a command must not end as if all
/// were well.
enum StandardOutput {
  private static let failed = Mutex<Int32>(0)

  /// Writes a text; what fails is kept for `failure`.
  static func write(_ text: String) {
    let reason = writeWhole(text, to: STDOUT_FILENO)
    if reason != 0 { failed.withLock { $0 = $0 == 0 ? reason : $0 } }
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
