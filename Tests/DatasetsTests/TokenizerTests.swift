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

  @Test(
    "In scripts without spaces every character is a word if asked for, with its marks",
    arguments: [
      ("右肺见结节影，T5椎体2.4厘米。", "右 肺 见 结 节 影 t5 椎 体 2.4 厘 米"),
      ("右肺に結節影、CTスキャン", "右 肺 に 結 節 影 ctスキャン"), ("人々〇", "人 々 〇"),
      ("ก้อนที่ปอด", "ก้ อ น ที่ ป อ ด"), ("ປອດ", "ປ ອ ດ"), ("ဆရာ", "ဆ ရာ"), ("ដុំ", "ដុំ"),
      ("폐에 결절이 있다", "폐에 결절이 있다"), ("x'左 XXXX右", "x 左 xxxx 右"), ("", ""), ("。", ""),
    ])
  func characters(_ text: String, _ words: String) throws {
    let tokenizer = Tokenizer(unspaced: .characters)
    let tokens = tokenizer.tokens(text)
    #expect(tokens.map(\.text).joined(separator: " ") == words)
    #expect(tokenizer.words(text) == tokens.map(\.text))
    // What an explanation colours is what was written.
    let bytes = Array(text.utf8)
    for token in tokens {
      let written = try #require(String(validating: bytes[token.range], as: UTF8.self))
      #expect(written.lowercased() == token.text)
    }
  }

  @Test("Full stops of such scripts end sentences, too")
  func unspacedSentenceEnds() {
    let tokenizer = Tokenizer(keepsSentenceEnds: true, unspaced: .characters)
    #expect(tokenizer.words("肺。心！a. 。") == ["肺", ".", "心", ".", "a", "."])
    #expect(Tokenizer(keepsSentenceEnds: true).words("肺。心") == ["肺", "心"])
  }

  @Test("Texts of other scripts give the same words either way, to the byte, on random text")
  func otherScripts() {
    let pieces = [
      "Ab", "X", "XXXX", "9", "2.4", ".", "'", "’", "-", " ", "é", "ß", "Лёг", "폐", "カー", "😀", "\n",
      "\u{301}", "ض", "ñ", "!", "?",
    ]
    var stream = RandomStream(seed: 5)
    for _ in 0..<2000 {
      let text = (0..<stream.below(20)).map { _ in pieces[stream.below(pieces.count)] }.joined()
      for ends in [false, true] {
        #expect(
          Tokenizer(keepsSentenceEnds: ends, unspaced: .characters).tokens(text)
            == Tokenizer(keepsSentenceEnds: ends).tokens(text), "\(text)")
      }
    }
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
