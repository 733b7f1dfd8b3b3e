import Datasets

/// How many texts of many are cut, empty or unknown to those who read them, and the sentences on it.
package struct TextTally: Sendable, Equatable {
  /// The most words of a text that are read.
  private let maximumWords: Int?
  private var texts = 0
  private var words = 0
  private var cutTexts = 0
  private var cutWords = 0
  private var wordless = 0
  private var unknown = 0

  /// Texts of which as many words are read; nil reads all.
  package init(maximumWords: Int?) { self.maximumWords = maximumWords }

  /// Counts a text of so many words.
  package mutating func add(words count: Int) {
    texts += 1
    words += count
    if count == 0 { wordless += 1 }
    if let maximumWords, count > maximumWords {
      cutTexts += 1
      cutWords += count - maximumWords
    }
  }

  /// Counts a text as a model reads it.
  package mutating func add(_ reading: TextReading) {
    add(words: reading.tokens.count)
    if !reading.tokens.isEmpty, reading.knownCount == 0 { unknown += 1 }
  }

  /// What a person must know of figures on these texts, in sentences with a full stop; `reader` is who
  /// reads them.
  package func notes(of reader: String) -> [String] {
    var notes: [String] = []
    if cutTexts > 0, let maximumWords {
      notes.append(
        "\(reader) reads the first \(maximumWords) words of a text: \(cutTexts) of the \(texts) texts are"
          + " longer, and \(percent(cutWords, words)) of all words are cut off. \"maximumWords\" in the options"
          + " of the text encoder sets the limit.")
    }
    if wordless > 0 {
      notes.append("\(wordless) of the \(texts) texts that \(reader) reads hold no word.")
    }
    if unknown > 0 {
      notes.append("\(reader) knows no word of \(unknown) of the \(texts) texts.")
    }
    return notes
  }
}

extension TextTally {
  /// What a person must know of how texts become words, in sentences with a full stop: where they are
  /// in scripts without spaces between words.
  package static func notes(on texts: [String], _ tokenizer: Tokenizer) -> [String] {
    var scripts: Set<UnspacedScript> = []
    var count = 0
    for text in texts {
      let found = UnspacedScript.scripts(of: text)
      if !found.isEmpty { count += 1 }
      scripts.formUnion(found)
    }
    guard count > 0 else { return [] }
    let names = UnspacedScript.allCases.filter(scripts.contains).map(\.rawValue)
    let start =
      "\(count) of the \(texts.count) texts hold \(names.joined(separator: ", ")) characters, which have no"
      + " spaces between words: "
    switch tokenizer.unspaced {
    case .characters:
      return [
        start
          + "each is a word of its own. For texts whose words stand apart by spaces set \"tokenizer\":"
          + " {\"unspaced\": \"runs\"}."
      ]
    case .runs:
      return [
        start
          + "a run of them up to the next space or punctuation is one word, as \"unspaced\": \"runs\""
          + " asks for; without it each is a word of its own."
      ]
    }
  }
}
