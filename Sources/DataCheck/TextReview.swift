import Datasets

/// What the reports of a study are like: lengths, words, languages, templates.
package struct TextReview: Sendable, Equatable {
  /// A reader of texts, such as a text encoder of the study.
  package struct Reader: Sendable {
    package var name: String
    /// The most words it reads; nil for all.
    package var maximumWords: Int?
    /// Words that its vectors know; nil where it learns its own.
    package var known: (@Sendable (String) -> Bool)?

    package init(
      name: String, maximumWords: Int? = nil, known: (@Sendable (String) -> Bool)? = nil
    ) {
      (self.name, self.maximumWords, self.known) = (name, maximumWords, known)
    }
  }

  /// What a reader makes of all texts.
  package struct Reading: Sendable, Equatable {
    package let name: String
    package let maximumWords: Int?
    /// Texts that are longer, and the share of all words that is cut off.
    package let cutTexts: Int
    package let cutShare: Double
    /// The share of running words that are known, and the commonest that are not; nil where words are learnt.
    package let coverage: Double?
    package let unknown: [(word: String, count: Int)]

    package static func == (one: Reading, other: Reading) -> Bool {
      one.name == other.name && one.maximumWords == other.maximumWords
        && one.cutTexts == other.cutTexts && one.cutShare == other.cutShare
        && one.coverage == other.coverage && one.unknown.map(\.word) == other.unknown.map(\.word)
    }
  }

  /// A text that several cases have, whole.
  package struct Template: Sendable, Equatable {
    package let text: String
    /// Positions of its cases.
    package let cases: [Int]
  }

  /// Texts with at least one word.
  package let count: Int
  /// Lengths in words at shares 0, .25, .5, .75, .95 and 1.
  package let lengths: [Int]
  package let vocabulary: Int
  /// Words that occur once.
  package let hapaxes: Int
  package let readings: [Reading]
  /// Languages by the number of texts, the commonest first; texts too short to tell are "?".
  package let languages: [(code: String, count: Int)]
  /// Positions of texts in another language than nine tenths of those that can be told.
  package let foreign: [Int]
  /// Texts that three cases or more share, the commonest first.
  package let templates: [Template]

  package static func == (one: TextReview, other: TextReview) -> Bool {
    one.lengths == other.lengths && one.readings == other.readings
      && one.templates == other.templates && one.foreign == other.foreign
  }

  /// Reviews texts.
  ///
  /// - Parameters:
  ///   - texts: as they are written; nil where a case has none.
  ///   - words: of each, as the study cuts them.
  ///   - readers: who reads them.
  package init(_ texts: [String?], words: [[String]], readers: [Reader]) {
    let there = words.indices.filter { !words[$0].isEmpty }
    count = there.count
    let sorted = there.map { words[$0].count }.sorted()
    lengths =
      sorted.isEmpty
      ? []
      : [0, 0.25, 0.5, 0.75, 0.95, 1].map {
        sorted[Int((Double(sorted.count - 1) * $0).rounded())]
      }
    var counts: [String: Int] = [:]
    for index in there { for word in words[index] { counts[word, default: 0] += 1 } }
    vocabulary = counts.count
    hapaxes = counts.values.count { $0 == 1 }
    let total = max(1, sorted.reduce(0, +))
    readings = readers.map { reader in
      let longer = sorted.filter { $0 > (reader.maximumWords ?? .max) }
      let cut = longer.reduce(0) { $0 + $1 - (reader.maximumWords ?? 0) }
      let unknown = reader.known.map { isKnown in counts.filter { !isKnown($0.key) } } ?? [:]
      return Reading(
        name: reader.name, maximumWords: reader.maximumWords, cutTexts: longer.count,
        cutShare: Double(cut) / Double(total),
        coverage: reader.known == nil
          ? nil : 1 - Double(unknown.values.reduce(0, +)) / Double(total),
        unknown: unknown.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(12)
          .map { ($0.key, $0.value) })
    }
    let codes = there.map { LanguageGuess.code(of: words[$0]) }
    let told = Dictionary(grouping: codes) { $0 }.mapValues(\.count)
    languages = told.sorted { ($1.value, $0.key ?? "?") < ($0.value, $1.key ?? "?") }
      .map { ($0.key ?? "?", $0.value) }
    let main = told.filter { $0.key != nil }.max {
      ($0.value, $1.key ?? "") < ($1.value, $0.key ?? "")
    }
    let certain = codes.count { $0 != nil }
    foreign =
      main.map { main in
        main.value * 10 >= certain * 9
          ? zip(there, codes).filter { $1 != nil && $1 != main.key }.map(\.0) : []
      } ?? []
    let equal = Dictionary(grouping: there) { words[$0] }.filter { $0.value.count >= 3 }
    templates = equal.map { Template(text: texts[$0.value[0]] ?? "", cases: $0.value) }
      .sorted { ($1.cases.count, $0.cases[0]) < ($0.cases.count, $1.cases[0]) }
  }
}

/// The language of a text by its commonest small words; nil for fewer than two of them.
enum LanguageGuess {
  /// Words that carry grammar, not findings, and that few of the other languages have.
  private static let words: [(code: String, words: Set<String>)] = [
    ("en", ["the", "is", "are", "of", "and", "no", "with", "there", "in", "has", "within", "or"]),
    (
      "de",
      [
        "der", "die", "das", "und", "kein", "keine", "mit", "ist", "im", "sind", "eine",
        "beidseits",
      ]
    ),
    ("es", ["el", "los", "las", "y", "sin", "con", "del", "una", "se", "por", "hallazgos", "no"]),
    ("fr", ["le", "les", "des", "et", "pas", "sans", "avec", "une", "du", "est", "aux", "dans"]),
    ("pt", ["os", "as", "sem", "com", "uma", "não", "do", "da", "nos", "ao", "e", "há"]),
    ("it", ["il", "gli", "della", "non", "con", "una", "nei", "del", "senza", "si", "è", "dei"]),
    (
      "nl",
      ["het", "een", "geen", "van", "met", "en", "de", "zijn", "niet", "op", "links", "rechts"]
    ),
  ]

  /// The code of ISO 639-1, of the languages above; `zh`, `ja`, … are told by their script alone and are nil here.
  static func code(of text: [String]) -> String? {
    let scores = words.map { language in text.count { language.words.contains($0) } }
    guard let best = scores.max(), best >= 2, scores.count(where: { $0 == best }) == 1 else {
      return nil
    }
    return scores.firstIndex(of: best).map { words[$0].code }
  }
}
