import Basics
import Downloads
import Foundation

/// Copies of files, hashed while they are written and flushed to the disk.
package enum CopiedFile {
  /// Copies a file to a new path; the hash of what was written.
  ///
  /// - Throws: `ZooError` of code `.notFound` or `.system`; `Interrupted`.
  @discardableResult
  package static func copy(_ source: String, to path: String, limit: Int = Int.max) throws -> String
  {
    let input = try openPlainFile(source)
    defer { close(input) }
    var digest = ""
    try AtomicFile.write(to: path) { output in
      let stream = try SHA256Stream()
      var count = 0
      try forEachPiece(of: input, path: source) { piece in
        try Interruption.check()
        count += piece.count
        guard count <= limit else {
          throw ZooError(
            .wrongContent, "has more than \(limit) bytes", at: Place(path: source))
        }
        try stream.update(piece)
        try AtomicFile.writeAll(piece, to: output, path: path)
      }
      digest = try stream.finish()
    }
    return digest
  }
}
