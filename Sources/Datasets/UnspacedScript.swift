/// Scripts whose words stand without spaces between them.
///
/// Han, Hiragana, Bopomofo, Thai, Lao, Burmese and Khmer. Katakana is not among them: its runs are
/// words of their own, which a change of script ends. Korean has spaces.
package enum UnspacedScript: String, Sendable, CaseIterable {
  case han = "Chinese"
  case hiragana = "Japanese"
  case bopomofo = "Bopomofo"
  case thai = "Thai"
  case lao = "Lao"
  case burmese = "Burmese"
  case khmer = "Khmer"

  /// The script of a Unicode scalar; nil for any other script, for punctuation too.
  ///
  /// By Unicode's blocks: the standard library knows no scripts.
  package init?(_ scalar: UInt32) {
    guard scalar >= 0x0e00 else { return nil }
    switch scalar {
    case 0x0e00...0x0e7f: self = .thai
    case 0x0e80...0x0eff: self = .lao
    case 0x1000...0x109f, 0xa9e0...0xa9ff, 0xaa60...0xaa7f: self = .burmese
    case 0x1780...0x17ff: self = .khmer
    case 0x2e80...0x2fdf, 0x3005, 0x3007, 0x3021...0x3029, 0x3038...0x303b, 0x3400...0x4dbf,
      0x4e00...0x9fff, 0xf900...0xfaff, 0x20000...0x323af:
      self = .han
    case 0x3041...0x309f: self = .hiragana
    case 0x3105...0x312f, 0x31a0...0x31bf: self = .bopomofo
    default: return nil
    }
  }

  /// The ranges in Python's notation for a character class.
  package static let pythonRanges =
    #"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b"#
    + #"\u3041-\u309f\u3105-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\ua9e0-\ua9ff\uaa60-\uaa7f"#
    + #"\uf900-\ufaff\U00020000-\U000323af"#

  /// The scripts of a text's letters, each once, in the order of `allCases`.
  package static func scripts(of text: String) -> [UnspacedScript] {
    var found: Set<UnspacedScript> = []
    for scalar in text.unicodeScalars where scalar.value >= 0x0e00 {
      if scalar.properties.isAlphabetic, let script = UnspacedScript(scalar.value) {
        found.insert(script)
      }
    }
    return allCases.filter(found.contains)
  }
}
