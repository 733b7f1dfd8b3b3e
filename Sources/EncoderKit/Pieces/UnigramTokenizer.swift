/// Cuts words into the pieces that are likeliest together, as XLM-R does.
///
/// Kudo 2018, https://arxiv.org/abs/1804.10959: each piece has a log-probability, and the best path over a word is taken. Words
/// begin with `▁`, which stands for the space before them. Characters that no piece holds are unknown, those side by side
/// together.
public struct UnigramTokenizer: TextTokenizer {
  /// The pieces by their ids.
  public let vocabulary: [String]
  /// The pieces that stand before every text.
  public let beginning: [Int32]
  /// The pieces that stand behind every text.
  public let end: [Int32]
  /// The piece that fills shorter texts of a batch up.
  public let padding: Int32
  /// The piece that stands for what no other does; nil where every text can be written.
  public let unknown: Int32?
  private let unknownPiece: Int32
  private let scores: [Double]
  private let unknownScore: Double
  private let trie: PieceTrie
  private let map: CharacterMap?
  /// Whether white space of any length is one end of a word; else every space is a `▁` of its own.
  private let joinsSpaces: Bool

  private static let space: Unicode.Scalar = "▁"

  /// A tokenizer over pieces with their scores.
  ///
  /// - Parameters:
  ///   - pieces: The pieces by their ids, each with its log-probability.
  ///   - characterMap: SentencePiece's table of characters; nil leaves them as they are.
  ///   - joinsSpaces: Whether white space of any length is one end of a word.
  ///   - special: How the special pieces are spelled.
  /// - Throws: `ZooError` of code `.badFormat` where a special piece is missing or the table is damaged.
  public init(
    pieces: [(piece: String, score: Double)], characterMap: [UInt8]?, joinsSpaces: Bool,
    special: SpecialPieces = .roberta
  ) throws {
    let trie = PieceTrie(pieces.map(\.piece))
    func id(_ piece: String) throws -> Int32 {
      guard let id = trie.id(of: piece) else {
        throw ZooError(
          .badFormat, "the vocabulary of \(pieces.count) pieces has none \"\(piece)\"")
      }
      return id
    }
    vocabulary = pieces.map(\.piece)
    scores = pieces.map(\.score)
    // As SentencePiece: worse than the worst piece by ten.
    unknownScore = (scores.min() ?? 0) - 10
    beginning = [try id(special.beginning)]
    end = [try id(special.end)]
    padding = try id(special.padding)
    unknownPiece = try id(special.unknown)
    unknown = unknownPiece
    self.trie = trie
    map = try characterMap.map { try CharacterMap($0) }
    self.joinsSpaces = joinsSpaces
  }

  /// The pieces of a text in order, without those around it.
  public func pieces(of text: String) -> [TextPiece] { words(of: text).flatMap(best) }

  private typealias Placed = (scalar: Unicode.Scalar, range: Range<Int>)

  /// The words, each with its `▁`.
  private func words(of text: String) -> [[Placed]] {
    let scalars: [Placed]
    if let map {
      scalars = map.scalars(of: text)
    } else {
      var start = 0
      scalars = text.unicodeScalars.map { scalar in
        defer { start += UTF8.width(scalar) }
        return (scalar, start..<start + UTF8.width(scalar))
      }
    }
    var words: [[Placed]] = []
    var isOpen = false
    for placed in scalars {
      let isSpace = joinsSpaces ? placed.scalar.properties.isWhitespace : placed.scalar == " "
      if isSpace {
        if !joinsSpaces {
          if words.isEmpty { words.append([]) }
          // The place of a space is left out of its word's.
          let end = placed.range.upperBound
          words.append([(UnigramTokenizer.space, end..<end)])
        }
        isOpen = !joinsSpaces
      } else {
        if !isOpen {
          let start = placed.range.lowerBound
          words.append([(UnigramTokenizer.space, start..<start)])
          isOpen = true
        }
        words[words.count - 1].append(placed)
      }
    }
    if !joinsSpaces, words.first?.isEmpty == true { words[0] = [(UnigramTokenizer.space, 0..<0)] }
    return words
  }

  /// The best path over a word.
  private func best(_ word: [Placed]) -> [TextPiece] {
    struct Step {
      var score = -Double.infinity
      var start = 0
      var id: Int32 = -1
    }
    var steps = [Step](repeating: Step(), count: word.count + 1)
    steps[0].score = 0
    for start in word.indices {
      var node: Int32? = PieceTrie.root
      var hasOne = false
      var end = start
      while let here = node, end < word.count {
        node = trie.next(here, word[end].scalar)
        end += 1
        guard let id = node.flatMap({ trie.id(at: $0) }) else { continue }
        if end == start + 1 { hasOne = true }
        let score = steps[start].score + scores[Int(id)]
        if score > steps[end].score || steps[end].id < 0 && steps[end].score == -.infinity {
          steps[end] = Step(score: score, start: start, id: id)
        }
      }
      if !hasOne {
        let score = steps[start].score + unknownScore
        if score > steps[start + 1].score {
          steps[start + 1] = Step(score: score, start: start, id: unknownPiece)
        }
      }
    }
    var pieces: [(id: Int32, range: Range<Int>)] = []
    var end = word.count
    while end > 0 {
      let step = steps[end]
      let range =
        word[step.start].range
        .lowerBound..<max(
          word[step.start].range.lowerBound, word[end - 1].range.upperBound)
      if step.id == unknownPiece, let last = pieces.last, last.id == unknownPiece {
        pieces[pieces.count - 1].range = range.lowerBound..<last.range.upperBound
      } else {
        pieces.append((step.id, range))
      }
      end = step.start
    }
    return pieces.reversed().enumerated().map { index, piece in
      TextPiece(id: piece.id, range: piece.range, continues: index > 0)
    }
  }
}
