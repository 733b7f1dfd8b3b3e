import EncoderKit

/// A corpus laid out for training: one array of tokens, cut into pieces and blocks.
///
/// A piece is a document, or a part of one longer than `longestPiece`; no context reaches over its
/// ends. A block is what is prepared at a time. Neither depends on the number of threads.
struct TrainingCorpus {
  /// gensim cuts at the same length.
  static let longestPiece = 10_000

  /// All tokens, piece after piece.
  private(set) var tokens: [Int32] = []
  /// The offset of each piece, and the number of tokens at the end.
  private(set) var starts: [Int] = [0]
  /// The pieces of each block, in order.
  private(set) var blocks: [Range<Int>] = []

  /// Lays out documents of vocabulary indices.
  ///
  /// - Throws: `ZooError` of code `.badValue` that names the document of an index out of range.
  init(_ documents: [[Int32]], vocabularySize: Int, blockSize: Int) throws {
    tokens.reserveCapacity(documents.reduce(0) { $0 + $1.count })
    var blockStart = 0
    for (number, document) in documents.enumerated() {
      if let bad = document.first(where: { $0 < 0 || $0 >= vocabularySize }) {
        throw ZooError(
          .badValue,
          "document \(number) holds the index \(bad); expected 0 to \(vocabularySize - 1)",
          advice: "translate the corpus with the vocabulary that is given")
      }
      let longest = min(TrainingCorpus.longestPiece, blockSize)
      for first in stride(from: 0, to: document.count, by: longest) {
        let piece = document[first..<min(first + longest, document.count)]
        let pieces = starts.count - 1
        if tokens.count + piece.count - starts[blockStart] > blockSize {
          blocks.append(blockStart..<pieces)
          blockStart = pieces
        }
        tokens += piece
        starts.append(tokens.count)
      }
    }
    if blockStart < starts.count - 1 { blocks.append(blockStart..<(starts.count - 1)) }
  }
}
