import Basics
import Testing

@testable import Datasets

@Suite("The tokenizer")
struct TokenizerTests {
  @Test(
    "Words are cut as documented",
    arguments: [
      ("", ""), ("  \n", ""), ("Clear lungs.", "clear lungs"),
      ("well-expanded", "well expanded"), ("L2-L3", "l2 l3"),
      ("Normal chest x-XXXX.", "normal chest x xxxx"),
      ("XXXX XXXXXX, xxx", "xxxx xxxx xxx"), ("XXXXs", "xxxxs"),
      ("2.4 cm, 1.5mm.", "2.4 cm 1.5mm"), ("1.2.3", "1.2 3"), ("3. No", "3 no"), (".5", "5"),
      ("T1.5", "t1 5"), ("the patient's", "the patient's"), ("the patient’s", "the patient's"),
      ("'quoted'", "quoted"), ("5' tall", "5 tall"), ("a'", "a"), ("x'xxx", "x'xxx"),
      ("PA/lateral (2 views)", "pa lateral 2 views"), ("no_effusion", "no effusion"),
      ("Épanchement Ö", "épanchement ö"), ("Лёгкие", "лёгкие"), ("e\u{301}tat", "e\u{301}tat"),
      ("肺炎。正常", "肺炎 正常"), ("5µm²", "5µm"), ("a😀b", "a b"), ("٣ cm", "٣ cm"),
    ])
  func cutsWords(_ text: String, _ words: String) {
    #expect(Tokenizer().words(text).joined(separator: " ") == words)
  }

  @Test("Numbers may be merged and removed words dropped")
  func options() {
    let text = "2.4 cm at T5, XXXX 10"
    #expect(
      Tokenizer(numbers: .merged).words(text) == ["<number>", "cm", "at", "t5", "xxxx", "<number>"])
    #expect(Tokenizer(keepsRemovedWords: false).words(text) == ["2.4", "cm", "at", "t5", "10"])
  }

  @Test(
    "Sentence ends may be words, a run of them once",
    arguments: [
      ("No effusion. Heart normal.", "no effusion . heart normal ."),
      ("Clear... 2.4 cm?! ", "clear . 2.4 cm ."), (". a", "a"), ("a . . b", "a . b"),
      ("", ""), ("...", ""),
    ])
  func sentenceEnds(_ text: String, _ words: String) {
    #expect(Tokenizer(keepsSentenceEnds: true).words(text).joined(separator: " ") == words)
  }

  @Test("Ranges are UTF-8 offsets into the original")
  func ranges() {
    #expect(
      Tokenizer().tokens("É-Lung  XXXXX") == [
        Token(text: "é", range: 0..<2), Token(text: "lung", range: 3..<7),
        Token(text: "xxxx", range: 9..<14),
      ])
  }

  @Test("Tokens are ascending, lie on scalar borders, and agree with the words, on random text")
  func property() throws {
    let pieces = [
      "a", "X", "XX", "9", ".", "'", "’", "-", " ", "é", "肺", "😀", "\n", "\u{301}", "ß",
    ]
    var stream = RandomStream(seed: 3)
    for _ in 0..<3000 {
      let text = (0..<stream.below(20)).map { _ in pieces[stream.below(pieces.count)] }.joined()
      let tokens = Tokenizer().tokens(text)
      #expect(tokens.map(\.text) == Tokenizer().words(text))
      let bytes = Array(text.utf8)
      var end = 0
      for token in tokens {
        #expect(token.range.lowerBound >= end && !token.range.isEmpty)
        end = token.range.upperBound
        let part = try #require(String(validating: bytes[token.range], as: UTF8.self))
        if token.text != "xxxx" {
          let scalars = part.lowercased().unicodeScalars.map { $0 == "’" ? "'" : $0 }
          #expect(scalars == Array(token.text.unicodeScalars))
        }
        #expect(token.text == token.text.lowercased())
      }
      #expect(end <= bytes.count)
    }
  }
}
