/// Joins the bytes of words by the pairs that were commonest in training, as GPT-2 and RoBERTa do.
///
/// Sennrich et al. 2016, https://arxiv.org/abs/1508.07909, over bytes as in Radford et al. 2019. Every text can be
/// written, so nothing is unknown. A word keeps the space before it; the place of its first piece leaves that out.
public struct BytePairTokenizer: TextTokenizer {
  /// The pieces by their ids.
  public let vocabulary: [String]
  /// The piece that stands for what no other does; nil where every text can be written.
  public let unknown: Int32? = nil
  /// The pieces that stand before every text.
  public let beginning: [Int32]
  /// The pieces that stand behind every text.
  public let end: [Int32]
  /// The piece that fills shorter texts of a batch up.
  public let padding: Int32
  private let addsSpace: Bool
  /// The piece of each byte.
  private let bytes: [Int32]
  private let merges: [Pair: Merge]

  private struct Pair: Hashable {
    let left: Int32
    let right: Int32
  }

  private struct Merge {
    let rank: Int
    let piece: Int32
  }

  /// A tokenizer over a vocabulary whose pieces are spelled in GPT-2's characters for bytes.
  ///
  /// - Parameters:
  ///   - vocabulary: The pieces by their ids, with the special ones.
  ///   - merges: The pairs to join, the first before all others.
  ///   - addsSpace: Whether a text is read as if a space stood before it.
  ///   - special: How the special pieces are spelled.
  /// - Throws: `ZooError` of code `.badFormat` where a byte, a special piece or what a pair makes is no piece.
  public init(
    vocabulary: [String], merges: [(left: String, right: String)], addsSpace: Bool,
    special: SpecialPieces = .roberta
  ) throws {
    // Keys by their bytes: equal characters may be spelled in two ways.
    let ids = Dictionary(
      vocabulary.enumerated().map { (Array($1.utf8), Int32($0)) },
      uniquingKeysWith: { _, last in last })
    func id(_ piece: String) throws -> Int32 {
      guard let id = ids[Array(piece.utf8)] else {
        throw ZooError(
          .badFormat, "the vocabulary of \(vocabulary.count) pieces has none \"\(piece)\"")
      }
      return id
    }
    self.vocabulary = vocabulary
    self.addsSpace = addsSpace
    beginning = [try id(special.beginning)]
    end = [try id(special.end)]
    padding = try id(special.padding)
    bytes = try BytePairTokenizer.spelling.map { try id(String($0)) }
    var pairs: [Pair: Merge] = [:]
    pairs.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() {
      let pair = Pair(left: try id(merge.left), right: try id(merge.right))
      // Of a pair that stands twice the first counts.
      if pairs[pair] == nil {
        pairs[pair] = Merge(rank: rank, piece: try id(merge.left + merge.right))
      }
    }
    self.merges = pairs
  }

  /// GPT-2's character for each byte: what can be seen stands for itself.
  private static let spelling: [Character] = {
    var next: UInt32 = 256
    return (0..<256).map { (byte: UInt32) in
      var value = byte
      if !(33...126).contains(byte) && !(161...172).contains(byte) && !(174...255).contains(byte) {
        value = next
        next += 1
      }
      return Unicode.Scalar(value).map(Character.init) ?? " "
    }
  }()

  /// The pieces of a text in order, without those around it.
  public func pieces(of text: String) -> [TextPiece] {
    let utf8 = Array(text.utf8)
    var pieces: [TextPiece] = []
    for word in BytePairWords(text, addsSpace: addsSpace).words {
      var start = word.range.lowerBound
      // A space that was added has no place in the text.
      var added = word.addsSpace ? 1 : 0
      let own = utf8[word.range]
      let symbols = joined(
        (word.addsSpace ? [bytes[32]] : []) + own.map { bytes[Int($0)] })
      for (index, symbol) in symbols.enumerated() {
        let length = symbol.length - added
        added = 0
        var range = start..<start + length
        start += length
        if index == 0, own.first == 32, !range.isEmpty, word.hasLetters {
          range = range.lowerBound + 1..<range.upperBound
        }
        pieces.append(TextPiece(id: symbol.id, range: range, continues: index > 0))
      }
    }
    return pieces
  }

  /// A word's bytes joined as far as pairs reach: pieces, and how many bytes each holds.
  private func joined(_ ids: [Int32]) -> [(id: Int32, length: Int)] {
    var symbols = ids.map { (id: $0, length: 1) }
    while symbols.count > 1 {
      var best: (place: Int, merge: Merge)?
      for place in 0..<symbols.count - 1 {
        let pair = Pair(left: symbols[place].id, right: symbols[place + 1].id)
        if let merge = merges[pair], merge.rank < best?.merge.rank ?? .max {
          best = (place, merge)
        }
      }
      guard let best else { break }
      symbols[best.place] = (
        best.merge.piece, symbols[best.place].length + symbols[best.place + 1].length
      )
      symbols.remove(at: best.place + 1)
    }
    return symbols
  }
}

/// A text cut into words as GPT-2 cuts it: endings such as `'s`, letters, digits and other signs each with the space
/// before them, and white space.
private struct BytePairWords {
  struct Word {
    /// Bytes of the text.
    let range: Range<Int>
    let addsSpace: Bool
    /// Whether it is more than white space.
    let hasLetters: Bool
  }

  private(set) var words: [Word] = []

  private enum Kind {
    case letter
    case digit
    case space
    case other
  }

  private static let endings = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map {
    Array($0.unicodeScalars)
  }

  init(_ text: String, addsSpace: Bool) {
    let scalars = Array(text.unicodeScalars)
    var offsets = [0]
    for scalar in scalars { offsets.append(offsets[offsets.count - 1] + UTF8.width(scalar)) }
    let kinds = scalars.map(BytePairWords.kind)
    var needsSpace = addsSpace && kinds.first.map { $0 != .space } ?? false
    func add(_ from: Int, _ to: Int) {
      words.append(
        Word(
          range: offsets[from]..<offsets[to], addsSpace: needsSpace,
          hasLetters: kinds[to - 1] != .space))
      needsSpace = false
    }
    func run(_ from: Int, _ kind: Kind) -> Int {
      var end = from
      while end < kinds.count, kinds[end] == kind { end += 1 }
      return end
    }
    var place = 0
    while place < scalars.count {
      let ending =
        needsSpace
        ? nil
        : BytePairWords.endings.first {
          place + $0.count <= scalars.count && Array(scalars[place..<place + $0.count]) == $0
        }
      if let ending {
        add(place, place + ending.count)
        place += ending.count
        continue
      }
      if kinds[place] != .space {
        let end = run(place, kinds[place])
        add(place, end)
        place = end
        continue
      }
      let end = run(place, .space)
      guard end < scalars.count else {
        add(place, end)
        break
      }
      // The last of several white spaces goes with what stands behind it, where it is a space.
      if end - place > 1 {
        add(place, end - 1)
        place = end - 1
      }
      if scalars[place] == " " {
        let last = run(end, kinds[end])
        add(place, last)
        place = last
      } else {
        add(place, end)
        place = end
      }
    }
  }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    if scalar.properties.isWhitespace { return .space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .digit
    default: return .other
    }
  }
}
