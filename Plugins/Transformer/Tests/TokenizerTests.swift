import EncoderKit
import Foundation
import TestSupport
import Testing

private let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]

private func spelled(_ tokenizer: any TextTokenizer, _ text: String) -> [String] {
  tokenizer.pieces(of: text).map { tokenizer.vocabulary[Int($0.id)] }
}

private func written(_ tokenizer: any TextTokenizer, _ text: String) -> [String] {
  let bytes = Array(text.utf8)
  return tokenizer.pieces(of: text).map { String(decoding: bytes[$0.range], as: UTF8.self) }
}

@Suite("Tokenizers of encoders")
struct TokenizerTests {
  private func wordPieces(_ rules: BertTextRules) throws -> WordPieceTokenizer {
    try WordPieceTokenizer(
      vocabulary: special + ["pneumo", "##thorax", "no", "No", ".", "e", "##cole", "左", "肺"],
      rules: rules)
  }

  @Test(
    "The longest pieces from the left; what none makes is unknown; places are those of the text")
  func wordPiece() throws {
    let tokenizer = try wordPieces(BertTextRules(lowercases: true))
    let text = "No  PNEUMOTHORAX. École xyz 左肺"
    #expect(
      spelled(tokenizer, text)
        == ["no", "pneumo", "##thorax", ".", "e", "##cole", "[UNK]", "左", "肺"])
    #expect(
      written(tokenizer, text) == ["No", "PNEUMO", "THORAX", ".", "É", "cole", "xyz", "左", "肺"])
    #expect(
      tokenizer.pieces(of: text).map(\.continues)
        == [false, false, true, false, false, true, false, false, false])
    #expect(tokenizer.beginning == [2] && tokenizer.end == [3])
    // An accent that stands by itself goes, too.
    #expect(written(tokenizer, "E\u{301}cole") == ["E", "cole"])
  }

  @Test("With capitals kept, words of other capitals are unknown")
  func cased() throws {
    let tokenizer = try wordPieces(BertTextRules(lowercases: false))
    #expect(spelled(tokenizer, "No NO no") == ["No", "[UNK]", "no"])
  }

  @Test("A vocabulary without special pieces is refused")
  func noSpecial() {
    #expect(throws: ZooError.self) {
      _ = try WordPieceTokenizer(vocabulary: ["a"], rules: BertTextRules(lowercases: true))
    }
  }

  @Test("vocab.txt alone: capitals in it tell that they stay; tokenizer_config.json decides")
  func vocabulary() throws {
    func tokenizer(_ texts: [String: String]) throws -> any TextTokenizer {
      try TokenizerFiles.tokenizer(EncoderFiles(texts: texts), special: .bert)
    }
    let lower = (special + ["no"]).joined(separator: "\n")
    #expect(spelled(try tokenizer(["vocab.txt": lower]), "NO") == ["no"])
    let cased = (special + ["no", "No"]).joined(separator: "\r\n")
    #expect(spelled(try tokenizer(["vocab.txt": cased]), "No NO") == ["No", "[UNK]"])
    #expect(
      spelled(
        try tokenizer([
          "vocab.txt": cased, "tokenizer_config.json": #"{"do_lower_case": true}"#,
        ]), "NO") == ["no"])
  }

  /// The 256 characters that GPT-2 spells bytes with, as a vocabulary, and words behind them.
  private func bytePairs(_ merges: [(left: String, right: String)]) throws -> BytePairTokenizer {
    var next: UInt32 = 256
    let bytes = (0..<256).map { (byte: UInt32) -> String in
      let isSeen =
        (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      defer { if !isSeen { next += 1 } }
      return Unicode.Scalar(isSeen ? byte : next).map { String(Character($0)) } ?? ""
    }
    return try BytePairTokenizer(
      vocabulary: ["<s>", "<pad>", "</s>", "<unk>"] + bytes + merges.map { $0.left + $0.right },
      merges: merges, addsSpace: false)
  }

  @Test("Pairs are joined by their rank; every byte can be written; a space belongs to its word")
  func pairs() throws {
    let tokenizer = try bytePairs([("n", "o"), ("Ġ", "no"), ("l", "u")])
    #expect(spelled(tokenizer, "no no lu") == ["no", "Ġno", "Ġ", "lu"])
    #expect(written(tokenizer, "no no lu") == ["no", "no", "", "lu"])
    #expect(tokenizer.pieces(of: "no lu").map(\.continues) == [false, false, true])
    // Two bytes of one letter, and of several spaces the last goes with the word.
    #expect(spelled(tokenizer, "é") == ["Ã", "©"])
    #expect(spelled(tokenizer, "  no") == ["Ġ", "Ġno"])
    #expect(spelled(tokenizer, "no's") == ["no", "'", "s"])
  }

  @Test("merges.txt with vocab.json gives the same; a line of one piece is refused with its number")
  func mergeFiles() throws {
    let tokenizer = try bytePairs([("n", "o")])
    let entries = tokenizer.vocabulary.enumerated().map { index, piece in
      (key: piece, value: JSONValue(.integer(index)))
    }
    let vocabulary = JSONValue(.object(entries)).text(pretty: false)
    func read(_ merges: String) throws -> any TextTokenizer {
      try TokenizerFiles.tokenizer(
        EncoderFiles(texts: ["vocab.json": vocabulary, "merges.txt": merges]), special: .roberta)
    }
    #expect(spelled(try read("#version: 0.2\nn o\n"), "no") == ["no"])
    do {
      _ = try read("#version: 0.2\nno\n")
      Issue.record("accepted")
    } catch let error as ZooError {
      #expect(error.place?.line == 2)
    }
  }

  private func unigrams() throws -> UnigramTokenizer {
    try UnigramTokenizer(
      pieces: [
        ("<s>", 0), ("<pad>", 0), ("</s>", 0), ("<unk>", 0), ("▁", -3), ("▁no", -2), ("▁n", -1),
        ("o", -4), ("w", -4), ("ow", -1.5), ("now", -9),
      ], characterMap: nil, joinsSpaces: true)
  }

  @Test("The likeliest pieces; unknown characters side by side are one")
  func unigram() throws {
    let tokenizer = try unigrams()
    // ▁n + ow = −2.5 beats ▁no + w = −6 and ▁ + now = −12.
    #expect(spelled(tokenizer, "now  no") == ["▁n", "ow", "▁no"])
    #expect(written(tokenizer, "now  no") == ["n", "ow", "no"])
    #expect(spelled(tokenizer, "xyo") == ["▁", "<unk>", "o"])
    #expect(written(tokenizer, "a xyo").suffix(2) == ["xy", "o"])
  }

  @Test("A SentencePiece file gives fairseq's ids; one that is cut off is refused")
  func sentencePiece() throws {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      [number << 3 | 2, UInt8(bytes.count)] + bytes
    }
    func piece(_ text: String, _ score: Float) -> [UInt8] {
      let bits = score.bitPattern
      return field(
        1, field(1, Array(text.utf8)) + [2 << 3 | 5] + (0..<4).map { UInt8(bits >> (8 * $0) & 255) }
      )
    }
    let bytes =
      piece("<unk>", 0) + piece("<s>", 0) + piece("</s>", 0) + piece("▁no", -1) + piece("w", -2)
    func read(_ bytes: [UInt8]) throws -> any TextTokenizer {
      try withTemporaryFolder { folder in
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/sentencepiece.bpe.model"))
        return try TokenizerFiles.tokenizer(
          EncoderFiles(folder: folder, names: TokenizerFiles.names), special: .roberta)
      }
    }
    let tokenizer = try read(bytes)
    #expect(
      tokenizer.vocabulary == ["<s>", "<pad>", "</s>", "<unk>", "▁no", "w", "<mask>"])
    #expect(spelled(tokenizer, "no w") == ["▁no", "<unk>", "w"])
    for length in 0..<bytes.count {
      // No cut may end the program; those between pieces give fewer of them.
      _ = try? read(Array(bytes.prefix(length)))
    }
    #expect(throws: ZooError.self) { _ = try read(Array(bytes.dropLast())) }
  }

  @Test("tokenizer.json: kinds that are not built are refused by name")
  func kinds() throws {
    func read(_ text: String) throws -> any TextTokenizer {
      try TokenizerFiles.tokenizer(EncoderFiles(texts: ["tokenizer.json": text]), special: .bert)
    }
    let vocabulary = #"{"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "no": 4}"#
    let good = try read(
      #"{"model": {"type": "WordPiece", "vocab": "# + vocabulary
        + #"}, "normalizer": {"type": "BertNormalizer", "lowercase": true}}"#)
    #expect(spelled(good, "NO") == ["no"])
    for (text, said) in [
      (#"{"model": {"type": "WordLevel", "vocab": {}}}"#, "WordLevel"),
      (
        #"{"model": {"type": "WordPiece", "vocab": "# + vocabulary
          + #"}, "normalizer": {"type": "NFKC"}}"#, "NFKC"
      ),
      (
        #"{"model": {"type": "BPE", "vocab": {}, "merges": []}, "pre_tokenizer": {"type": "Split"}}"#,
        "Split"
      ),
    ] {
      do {
        _ = try read(text)
        Issue.record("accepted \(said)")
      } catch let error as ZooError {
        #expect("\(error)".contains(said), "\(error)")
      }
    }
  }
}
