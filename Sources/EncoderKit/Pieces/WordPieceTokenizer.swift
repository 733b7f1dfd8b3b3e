import Foundation

/// Cuts words into the longest pieces of a vocabulary, from the left.
///
/// Wu et al. 2016, https://arxiv.org/abs/1609.08144, as BERT uses it: pieces behind the first of a word begin with `##`; a
/// word that no pieces make, or of more than 100 characters, is unknown.
public struct WordPieceTokenizer: TextTokenizer {
  /// The pieces by their ids.
  public let vocabulary: [String]
  /// The piece that stands for what no other does; nil where every text can be written.
  public let unknown: Int32?
  /// The pieces that stand before every text.
  public let beginning: [Int32]
  /// The pieces that stand behind every text.
  public let end: [Int32]
  /// The piece that fills shorter texts of a batch up.
  public let padding: Int32
  private let unknownPiece: Int32
  private let rules: BertTextRules
  private let trie: PieceTrie
  /// Where pieces behind the first of a word begin; nil where there are none.
  private let later: Int32?
  private let longestWord: Int

  /// A tokenizer over a vocabulary.
  ///
  /// - Parameters:
  ///   - vocabulary: The pieces by their ids, with the special ones.
  ///   - rules: How characters are cleaned.
  ///   - special: How the special pieces are spelled.
  ///   - prefix: What pieces behind the first of a word begin with.
  ///   - longestWord: Words of more characters are unknown.
  /// - Throws: `ZooError` of code `.badFormat` where the vocabulary lacks a special piece.
  public init(
    vocabulary: [String], rules: BertTextRules, special: SpecialPieces = .bert,
    prefix: String = "##", longestWord: Int = 100
  ) throws {
    let trie = PieceTrie(vocabulary)
    func id(_ piece: String) throws -> Int32 {
      guard let id = trie.id(of: piece) else {
        throw ZooError(
          .badFormat, "the vocabulary of \(vocabulary.count) pieces has none \"\(piece)\"")
      }
      return id
    }
    self.vocabulary = vocabulary
    self.longestWord = longestWord
    self.rules = rules
    self.trie = trie
    unknownPiece = try id(special.unknown)
    unknown = unknownPiece
    beginning = [try id(special.beginning)]
    end = [try id(special.end)]
    padding = try id(special.padding)
    later = trie.node(of: prefix)
  }

  /// The pieces of a text in order, without those around it.
  public func pieces(of text: String) -> [TextPiece] {
    BertText(text, rules).words.flatMap { cut($0) }
  }

  private func cut(_ word: [BertText.Character]) -> [TextPiece] {
    let whole = word[0].range.lowerBound..<word[word.count - 1].range.upperBound
    guard word.count <= longestWord else { return [TextPiece(id: unknownPiece, range: whole)] }
    var pieces: [TextPiece] = []
    var start = 0
    while start < word.count {
      var (node, end) = (start == 0 ? PieceTrie.root : later, start)
      var found: (id: Int32, end: Int)?
      while let here = node, end < word.count {
        node = trie.next(here, word[end].scalar)
        end += 1
        if let id = node.flatMap({ trie.id(at: $0) }) { found = (id, end) }
      }
      guard let found else { return [TextPiece(id: unknownPiece, range: whole)] }
      pieces.append(
        TextPiece(
          id: found.id,
          range: word[start].range.lowerBound..<word[found.end - 1].range.upperBound,
          continues: start > 0))
      start = found.end
    }
    return pieces
  }
}
