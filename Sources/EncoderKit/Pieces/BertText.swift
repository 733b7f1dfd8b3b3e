import Foundation

/// A text as BERT's tokenizers read it: characters cleaned, and cut into words and punctuation marks.
///
/// Devlin et al. 2019, https://arxiv.org/abs/1810.04805; the steps of `BertNormalizer` and `BertPreTokenizer` of the
/// library tokenizers. Control characters vanish, white space becomes a space, Chinese characters stand alone; accents and
/// capitals are taken away where asked.
struct BertText {
  /// A character after cleaning, and the bytes of the text that it comes from.
  struct Character {
    let scalar: Unicode.Scalar
    let range: Range<Int>
  }

  /// Words and single punctuation marks, in order.
  let words: [[Character]]

  init(_ text: String, _ rules: BertTextRules) {
    var words: [[Character]] = []
    var word: [Character] = []
    func end() {
      if !word.isEmpty { words.append(word) }
      word = []
    }
    var start = 0
    for scalar in text.unicodeScalars {
      let range = start..<start + UTF8.width(scalar)
      start = range.upperBound
      if rules.cleans, scalar.value == 0 || scalar.value == 0xfffd || BertText.isControl(scalar) {
        continue
      }
      let isAlone = rules.separatesChinese && BertText.isChinese(scalar)
      if isAlone { end() }
      for made in BertText.cleaned(scalar, rules) {
        if made.properties.isWhitespace {
          end()
        } else if BertText.isPunctuation(made) {
          end()
          words.append([Character(scalar: made, range: range)])
        } else {
          word.append(Character(scalar: made, range: range))
        }
      }
      if isAlone { end() }
    }
    end()
    self.words = words
  }

  private static func cleaned(_ scalar: Unicode.Scalar, _ rules: BertTextRules) -> [Unicode.Scalar]
  {
    if scalar.isASCII {
      let isCapital = rules.lowercases && scalar.value >= 65 && scalar.value <= 90
      return [isCapital ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar]
    }
    var scalars = [scalar]
    if rules.stripsAccents {
      scalars = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.filter {
        $0.properties.generalCategory != .nonspacingMark
      }
    }
    if rules.lowercases {
      scalars = scalars.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
    }
    return scalars
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 9, 10, 13: return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate: return true
    default: return false
    }
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 33...47, 58...64, 91...96, 123...126: return true
    case ..<128: return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4e00...0x9fff, 0x3400...0x4dbf, 0x20000...0x2a6df, 0x2a700...0x2b73f,
      0x2b740...0x2b81f, 0x2b920...0x2ceaf, 0xf900...0xfaff, 0x2f800...0x2fa1f:
      return true
    default: return false
    }
  }
}
