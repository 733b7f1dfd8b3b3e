import Foundation

/// Writes every byte to a descriptor, going on after partial writes and signals.
///
/// - Returns: 0, or the number of the error that stopped it.
package func writeWhole(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  var rest = bytes
  while let start = rest.baseAddress, !rest.isEmpty {
    let written = Foundation.write(descriptor, start, min(rest.count, 1 << 30))
    if written < 0 && errno == EINTR { continue }
    guard written > 0 else { return errno }
    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
  }
  return 0
}

/// Writes a text as UTF-8.
///
/// - Returns: as above.
@discardableResult
package func writeWhole(_ text: String, to descriptor: Int32) -> Int32 {
  var text = text
  return text.withUTF8 { writeWhole(UnsafeRawBufferPointer($0), to: descriptor) }
}
