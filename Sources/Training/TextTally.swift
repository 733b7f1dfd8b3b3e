import Datasets

/// How many texts of many are cut, empty or unknown to those who read them, and the sentences on it.
package struct TextTally: Sendable, Equatable {
  /// The most words or pieces of a text that are read.
  private let maximum: Int?
  private let unit: TextUnit
  private var texts = 0
  private var units = 0
  private var cutTexts = 0
  private var cutUnits = 0
  private var wordless = 0
  private var unknown = 0

  /// Texts of which as many words or pieces are read; nil reads all.
  package init(maximum: Int?, _ unit: TextUnit = .word) {
    (self.maximum, self.unit) = (maximum, unit)
  }

  /// Texts as they are read.
  package init(_ reader: TextReader) { self.init(maximum: reader.maximum, reader.unit) }

  /// Counts a text of so many words or pieces.
  package mutating func add(_ count: Int) {
    texts += 1
    units += count
    if count == 0 { wordless += 1 }
    if let maximum, count > maximum {
      cutTexts += 1
      cutUnits += count - maximum
    }
  }

  /// Counts a text as it is read.
  package mutating func add(_ reading: TextReading) {
    add(reading.unitCount)
    if !reading.tokens.isEmpty, reading.knownCount == 0 { unknown += 1 }
  }

  /// What a person must know of figures on these texts, in sentences with a full stop; `reader` is who
  /// reads them.
  package func notes(of reader: String) -> [String] {
    var notes: [String] = []
    if cutTexts > 0, let maximum {
      notes.append(
        "\(reader) reads the first \(maximum) \(unit.rawValue)s of a text: \(cutTexts) of the \(texts) texts are"
          + " longer, and \(percent(cutUnits, units)) of all \(unit.rawValue)s are cut off. \"\(unit.limit)\" in the"
          + " options of the text encoder sets the limit.")
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
