import Basics
import Datasets
import EncoderKit
import TestSupport
import Testing

@testable import Training

@Suite("Texts as models read them")
struct TextReadingTests {
  private let vocabulary = Vocabulary(counting: [["lungs", "clear", "heart", "large"]])

  private func notes(_ text: String, maximumWords: Int? = nil) -> [String] {
    TextReading(Tokenizer().tokens(text), vocabulary, maximumWords: maximumWords).notes
  }

  @Test("A text that is known and read whole needs no note")
  func plain() {
    #expect(notes("Lungs clear, heart large.") == [])
    #expect(notes("Lungs clear, heart green", maximumWords: 4) == [])
  }

  @Test("Texts without a word, without a known word and with few known words are said, with counts")
  func unknown() {
    #expect(
      notes("?!") == ["the text holds no word: the answer is the one to any text without words."])
    #expect(notes("Pleuraerguss links")[0].hasPrefix("the model knows none of the text's 2 words"))
    #expect(notes("lungs a b c") == ["the model knows 1 of the text's 4 words (25.0 %)."])
    // The known word stands behind the limit.
    #expect(
      notes("a b heart", maximumWords: 2)[0].hasPrefix("the model knows none of the text's 2"))
  }

  @Test("Words behind the limit are said with their share and the option")
  func cut() {
    let found = notes("lungs clear heart large", maximumWords: 3)
    #expect(found.count == 1)
    #expect(found[0].contains("the first 3 of the text's 4 words; the others (25.0 %) are cut off"))
    #expect(found[0].contains("\"maximumWords\""))
  }

  @Test("A model's own texts are counted once: how many are cut, and by how much")
  func tally() {
    var tally = TextTally(maximum: 10)
    for count in [10, 9, 30, 0, 11] { tally.add(count) }
    let notes = tally.notes(of: "words")
    #expect(notes.count == 2)
    #expect(
      notes[0].hasPrefix(
        "words reads the first 10 words of a text: 2 of the 5 texts are longer, and 35.0 % of all words"
      ))
    #expect(notes[1] == "1 of the 5 texts that words reads hold no word.")
    #expect(TextTally(maximum: 10).notes(of: "words") == [])
    // A word of ten thousand is not none.
    var large = TextTally(maximum: 9999)
    large.add(10_000)
    #expect(large.notes(of: "w")[0].contains("under 0.1 % of all words"))
  }

  @Test("Scripts without spaces are said, and how their words are cut")
  func scripts() {
    let texts = ["右肺见结节影", "clear", "ปอด"]
    let characters = TextTally.notes(on: texts, .ofStudies)
    #expect(characters.count == 1)
    #expect(characters[0].hasPrefix("2 of the 3 texts hold Chinese, Thai characters"))
    #expect(characters[0].contains("each is a word of its own"))
    #expect(TextTally.notes(on: texts, Tokenizer())[0].contains("is one word"))
    #expect(TextTally.notes(on: ["Größe", "폐에", "カタ", "Лёгкие"], .ofStudies) == [])
  }

  @Test("A model that names no way keeps its runs; a study cuts characters; both are written")
  func json() throws {
    let old: JSONValue = ["numbers": "kept"]
    #expect(try Tokenizer(old.object(), unspaced: .runs).unspaced == .runs)
    #expect(try Tokenizer(old.object(), unspaced: .characters) == .ofStudies)
    for tokenizer in [Tokenizer(), .ofStudies] {
      #expect(try Tokenizer(tokenizer.json.object(), unspaced: .runs) == tokenizer)
    }
    let wrong: JSONValue = ["unspaced": "character"]
    #expect(
      errorText { _ = try Tokenizer(wrong.object(), unspaced: .runs) }.contains("\"characters\""))
  }

  @Test(
    "A language is told where the script leaves no doubt, and nowhere else",
    arguments: [
      ("右 肺 见 t5 影", "zh"), ("右 肺 に 影 を スキャン", "ja"), ("ปอ ด", "th"), ("폐에 결절이", "ko"),
      ("large clear", nil), ("groß lunge", nil), ("лёгкие", nil), ("πνεύμονας", "el"),
      ("2.4 10", nil),
      ("heart lungs clear 肺", nil), ("រូ ប", "km"),
    ] as [(String, String?)])
  func language(_ words: String, _ expected: String?) {
    let vocabulary = Vocabulary(counting: [words.split(separator: " ").map(String.init)])
    #expect(TextLanguage.certain(of: vocabulary) == expected)
  }

  @Test("A language's code is checked")
  func codes() throws {
    for code in ["de", "en", "pt-BR", "zh-Hans", "yue"] { try TextLanguage.check(code) }
    for code in ["", "German", "DE", "e", "de_DE", "de-", "d1"] {
      #expect(errorText { try TextLanguage.check(code) }.contains("ISO 639"), "\(code)")
    }
  }
}
