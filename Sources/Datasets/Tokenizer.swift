/// Cuts a report into lower-case words.
///
/// - A word is a run of letters, digits and combining marks of any script: `L2-L3` is `l2`, `l3`.
/// - Hyphens, slashes and all other punctuation separate: `well-expanded` is `well`, `expanded`, so
///   that spellings with and without hyphen share their words.
/// - Sentence ends leave no token, unless asked for: then `.`, `!` and `?` behind a word (and, where
///   characters are words, `。`, `！` and `？`) are the word `.`, so that a negation's reach ends where
///   its sentence does.
/// - An apostrophe between letters stays, straightened: `patient’s` is `patient's`.
/// - A number keeps its decimal point: `2.4 cm` is `2.4`, `cm`. With `numbers` merged, every word
///   of digits alone becomes `<number>`.
/// - Open-i's stand-in for removed words, four or more `X` in a row, is the one word `xxxx`:
///   that something stood there is known, its length means nothing. It may be dropped.
/// - In scripts without spaces between words (``UnspacedScript``) a whole run is one word, or, with
///   `unspaced` as characters, every character is one, with the marks that stand on it:
///   `左肺T5` is `左`, `肺`, `t5`. Characters need no dictionary, so that a model's words stay the same
///   under every version of every library, in Python too; and they were found to serve networks better
///   than words (Li et al. 2019, "Is word segmentation necessary for deep learning of Chinese
///   representations?", https://aclanthology.org/P19-1314/).
///
/// ```swift
/// Tokenizer().words("Normal chest x-XXXX, 2.4 cm.")  // normal chest x xxxx 2.4 cm
/// ```
///
/// Time is linear in the text; ASCII is cut by bytes.
package struct Tokenizer: Sendable, Equatable {
  /// What becomes of a kind of word.
  package enum Numbers: String, Sendable, CaseIterable {
    case kept, merged
  }

  /// What a word is in scripts without spaces between words.
  package enum Unspaced: String, Sendable, CaseIterable {
    /// A run of letters, as elsewhere: for texts whose words stand apart already.
    case runs
    /// A character with its marks.
    case characters
  }

  package var numbers: Numbers
  /// Whether `xxxx` stays as a word.
  package var keepsRemovedWords: Bool
  /// Whether the end of a sentence is a word.
  package var keepsSentenceEnds: Bool
  /// What a word is in scripts without spaces between words.
  package var unspaced: Unspaced

  /// The word that stands for any number when numbers are merged.
  package static let numberWord = "<number>"
  /// The word that stands for what was removed from the report.
  package static let removedWord = "xxxx"
  /// The word that stands for the end of a sentence; GloVe's files know it by this spelling too.
  package static let sentenceEndWord = "."

  package init(
    numbers: Numbers = .kept, keepsRemovedWords: Bool = true, keepsSentenceEnds: Bool = false,
    unspaced: Unspaced = .runs
  ) {
    self.numbers = numbers
    self.keepsRemovedWords = keepsRemovedWords
    self.keepsSentenceEnds = keepsSentenceEnds
    self.unspaced = unspaced
  }

  /// The words of a text with their places, in order.
  package func tokens(_ text: String) -> [Token] {
    var result: [Token] = []
    cut(text) { word, range in result.append(Token(text: word, range: range)) }
    return result
  }

  /// The words of a text, in order.
  package func words(_ text: String) -> [String] {
    var result: [String] = []
    cut(text) { word, _ in result.append(word) }
    return result
  }

  private func cut(_ text: String, _ emit: (String, Range<Int>) -> Void) {
    var text = text
    text.withUTF8 { bytes in
      var scanner = WordScanner(
        bytes: bytes, marksSentenceEnds: keepsSentenceEnds,
        cutsCharacters: unspaced == .characters)
      while let found = scanner.next() {
        if found.isSentenceEnd {
          emit(Tokenizer.sentenceEndWord, found.range)
        } else if found.isRemoved {
          if keepsRemovedWords { emit(Tokenizer.removedWord, found.range) }
        } else if found.isNumber, numbers == .merged {
          emit(Tokenizer.numberWord, found.range)
        } else {
          emit(scanner.lowercased(found), found.range)
        }
      }
    }
  }
}
