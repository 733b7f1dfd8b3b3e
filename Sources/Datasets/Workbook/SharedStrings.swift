import Basics
import Foundation

/// The texts that a workbook's cells share, one behind the other.
///
/// Of rich text the runs are joined, and phonetic guides are left out.
final class SharedStrings: XMLHandler {
  /// All texts in UTF-8.
  private(set) var bytes: [UInt8] = []
  /// For each text the offset behind its last byte.
  private(set) var ends: [Int32] = []
  private var itemText: [UInt8] = []
  private var open: [Substring] = []
  private var isTooLong = false

  /// The bytes of a text.
  func range(_ index: Int) -> Range<Int>? {
    guard ends.indices.contains(index) else { return nil }
    return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
  }

  func start(
    _ name: String, attributes: [String: String], in ancestors: [String], line: Int
  ) throws(ZooError) {
    if isTooLong { throw ZooError(.unsupported, "the workbook's texts have more than 2 GB") }
    open.append(localName(name))
  }

  func text(_ characters: UnsafeBufferPointer<UInt8>) {
    guard open.last == "t", !open.contains("rPh") else { return }
    itemText.append(contentsOf: characters)
  }

  func end(depth: Int) {
    guard open.removeLast() == "si" else { return }
    bytes.append(contentsOf: withoutEscapes(itemText))
    itemText.removeAll(keepingCapacity: true)
    isTooLong = bytes.count > Int(Int32.max)
    ends.append(Int32(truncatingIfNeeded: bytes.count))
  }
}

/// A text without Excel's escapes: `_x000D_` is the character of that number, `_x005F_` an underscore.
///
/// NUL, lone surrogates and what is no such escape stay as they are.
func withoutEscapes(_ text: [UInt8]) -> [UInt8] {
  let underscore = UInt8(ascii: "_")
  guard text.contains(underscore) else { return text }
  var (result, i) = ([UInt8](), 0)
  while i < text.count {
    if text[i] == underscore, i + 7 <= text.count, text[i + 1] == UInt8(ascii: "x"),
      text[i + 6] == underscore,
      let number = UInt32(String(decoding: text[i + 2..<i + 6], as: UTF8.self), radix: 16),
      number > 0, let scalar = Unicode.Scalar(number)
    {
      result.append(contentsOf: String(Character(scalar)).utf8)
      i += 7
    } else {
      result.append(text[i])
      i += 1
    }
  }
  return result
}
