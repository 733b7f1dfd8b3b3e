import Basics
import Datasets
import EncoderKit

/// The language of texts, as far as it is known.
package enum TextLanguage {
  /// Checks a language's code: ISO 639 with parts behind hyphens, such as `de` or `pt-BR`.
  ///
  /// - Throws: `ZooError` of code `.badValue`.
  package static func check(_ code: String, at place: Place = Place()) throws {
    let parts = code.split(separator: "-", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { part in
      !part.isEmpty && part.count <= 8
        && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }
    let first = parts.first ?? ""
    guard isPlain, (2...3).contains(first.count), first.allSatisfy(\.isLowercase) else {
      throw ZooError(
        .badValue,
        "the language is \"\(code)\"; expected a code of ISO 639, such as de, en or pt-BR",
        at: place)
    }
  }

  /// The language that the script of a vocabulary leaves no doubt of; nil for any other.
  ///
  /// Latin, Cyrillic and Arabic letters are many languages'. Han characters alone are Chinese, beside
  /// Hiragana Japanese.
  package static func certain(of vocabulary: Vocabulary) -> String? {
    var counts: [String: Int] = [:]
    var all = 0
    for word in vocabulary.words.dropFirst(2) {
      guard let scalar = word.unicodeScalars.first, scalar.properties.isAlphabetic else { continue }
      all += 1
      if let code = code(of: scalar.value) { counts[code, default: 0] += 1 }
    }
    let japanese = counts["ja", default: 0]
    if japanese > 0 {
      counts["ja"] = japanese + counts.removeValue(forKey: "zh", default: 0)
    }
    return counts.first { 2 * $0.value > all }?.key
  }

  private static func code(of scalar: UInt32) -> String? {
    switch UnspacedScript(scalar) {
    case .han, .bopomofo: return "zh"
    case .hiragana: return "ja"
    case .thai: return "th"
    case .lao: return "lo"
    case .burmese: return "my"
    case .khmer: return "km"
    case nil: break
    }
    switch scalar {
    case 0x30a0...0x30ff: return "ja"
    case 0x1100...0x11ff, 0x3130...0x318f, 0xac00...0xd7af: return "ko"
    case 0x0370...0x03ff, 0x1f00...0x1fff: return "el"
    case 0x0530...0x058f: return "hy"
    case 0x10a0...0x10ff: return "ka"
    default: return nil
    }
  }
}

extension Dictionary {
  fileprivate mutating func removeValue(forKey key: Key, default value: Value) -> Value {
    removeValue(forKey: key) ?? value
  }
}
