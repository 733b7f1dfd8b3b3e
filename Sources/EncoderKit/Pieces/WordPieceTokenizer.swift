import Foundation

/// Cuts words into the longest pieces of a vocabulary, from the left.
///
/// Wu et al. 2016, https://arxiv.org/abs/1609.08144, as BERT uses it: pieces behind the first of a word begin with `##`; a
/// word that no pieces make, or of more than 100 characters, is unknown.
public struct WordPieceTokenizer: TextTokenizer, Equatable {
  public let vocabulary: [String]
  /// The id of what no pieces make.
  public let unknown: Int32
  private let rules: BertText.Rules
  private let trie: PieceTrie
  /// Where pieces behind the first of a word begin; nil where there are none.
  private let later: Int32?
  private let longestWord: Int

  /// A tokenizer over a vocabulary.
  ///
  /// - Parameters:
  ///   - vocabulary: The pieces by their ids, with the unknown one.
  ///   - lowercases: Whether capitals become small letters.
  ///   - stripsAccents: Whether accents are taken away; nil as `lowercases`.
  ///   - separatesChinese: Whether each Chinese character is a word of its own.
  ///   - cleans: Whether control characters vanish and all white space is a space.
  ///   - unknown: The piece that stands for what no pieces make.
  ///   - prefix: What pieces behind the first of a word begin with.
  ///   - longestWord: Words of more characters are unknown.
  /// - Throws: `ZooError` of code `.badFormat` where the vocabulary lacks the unknown piece.
  public init(
    vocabulary: [String], lowercases: Bool, stripsAccents: Bool? = nil,
    separatesChinese: Bool = true, cleans: Bool = true, unknown: String = "[UNK]",
    prefix: String = "##", longestWord: Int = 100
  ) throws {
    guard
      let place = vocabulary.firstIndex(where: { $0.utf8.elementsEqual(unknown.utf8) })
    else {
      throw ZooError(.badFormat, "the vocabulary has no piece \"\(unknown)\"")
    }
    self.vocabulary = vocabulary
    self.unknown = Int32(place)
    self.longestWord = longestWord
    rules = BertText.Rules(
      lowercases: lowercases, stripsAccents: stripsAccents ?? lowercases,
      separatesChinese: separatesChinese, cleans: cleans)
    trie = PieceTrie(vocabulary)
    later = trie.node(of: prefix)
  }

  public func pieces(of text: String) -> [TextPiece] {
    BertText(text, rules).words.flatMap { cut($0) }
  }

  private func cut(_ word: [BertText.Character]) -> [TextPiece] {
    let whole = word[0].range.lowerBound..<word[word.count - 1].range.upperBound
    guard word.count <= longestWord else { return [TextPiece(id: unknown, range: whole)] }
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
      guard let found else { return [TextPiece(id: unknown, range: whole)] }
      pieces.append(
        TextPiece(
          id: found.id,
          range: word[start].range.lowerBound..<word[found.end - 1].range.upperBound))
      start = found.end
    }
    return pieces
  }
}
