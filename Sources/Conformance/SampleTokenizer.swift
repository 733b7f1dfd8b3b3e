import EncoderKit

/// A small tokenizer for encoders that bring none: letters and a few words, in a `vocab.txt` with BERT's and RoBERTa's
/// special pieces.
enum SampleTokenizer {
  /// The files of these names that it has.
  static func files(named names: [String]) -> EncoderFiles {
    EncoderFiles(texts: names.contains("vocab.txt") ? ["vocab.txt": vocabulary] : [:])
  }

  private static var vocabulary: String {
    let special = [SpecialPieces.bert, .roberta].flatMap {
      [$0.padding, $0.unknown, $0.beginning, $0.end]
    }
    let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { String(Unicode.Scalar($0)) }
    let words = Set(TextSubject.corpus.joined()).filter { $0.count > 1 }.sorted()
    return (special + letters + letters.map { "##\($0)" } + words).joined(separator: "\n") + "\n"
  }
}
