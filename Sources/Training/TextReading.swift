import Datasets
import EncoderKit

/// A text as a model reads it: its words, what the encoder is given of them, and how many are read.
package struct TextReading: Sendable, Equatable {
  /// The words, in order; of an encoder with a tokenizer of its own as they are written.
  package let tokens: [Token]
  /// What the encoder is given: indices of words in the vocabulary, or of pieces with those around the text.
  package let indices: [Int32]
  /// The word of each index; nil for pieces that no text holds.
  package let words: [Int?]
  /// How many words are read, from the first on.
  package let readCount: Int
  /// Whether each word is known in whole.
  private let isKnown: [Bool]
  /// What is counted when a text is too long.
  private let unit: TextUnit
  /// How many of those the text has.
  package let unitCount: Int
  /// How many of those are read.
  package let readUnits: Int

  init(_ tokens: [Token], _ vocabulary: Vocabulary, maximumWords: Int?) {
    self.tokens = tokens
    indices = tokens.map { vocabulary.index(of: $0.text) }
    words = tokens.indices.map { $0 }
    readCount = min(tokens.count, maximumWords ?? .max)
    isKnown = indices.map { $0 > 1 }
    unit = .word
    (unitCount, readUnits) = (tokens.count, readCount)
  }

  /// A text cut into pieces, of which as many are read as fit beside those around it.
  init(_ text: String, _ tokenizer: any TextTokenizer, maximumPieces: Int?) {
    let pieces = tokenizer.pieces(of: text)
    let around = tokenizer.beginning.count + tokenizer.end.count
    let read = min(pieces.count, maximumPieces.map { max(0, $0 - around) } ?? .max)
    let bytes = Array(text.utf8)
    var tokens: [Token] = []
    var known: [Bool] = []
    var words: [Int?] = tokenizer.beginning.map { _ in nil }
    var readCount = 0
    for (index, piece) in pieces.enumerated() {
      if let last = tokens.last, piece.continues {
        tokens[tokens.count - 1].range =
          last.range.lowerBound..<max(last.range.upperBound, piece.range.upperBound)
        known[known.count - 1] = known[known.count - 1] && piece.id != tokenizer.unknown
      } else {
        tokens.append(Token(text: "", range: piece.range))
        known.append(piece.id != tokenizer.unknown)
      }
      guard index < read else { continue }
      words.append(tokens.count - 1)
      readCount = tokens.count
    }
    for index in tokens.indices {
      tokens[index].text = String(decoding: bytes[tokens[index].range], as: UTF8.self)
    }
    self.tokens = tokens
    indices = tokenizer.beginning + pieces.prefix(read).map(\.id) + tokenizer.end
    self.words = words + tokenizer.end.map { _ in nil }
    self.readCount = readCount
    isKnown = known
    unit = .piece
    (unitCount, readUnits) = (pieces.count, read)
  }

  /// What the encoder is given without some words, of those that it reads.
  package func indices(without taken: Set<Int>) -> [Int32] {
    zip(indices, words).compactMap { index, word in
      guard let word else { return index }
      return word < readCount && !taken.contains(word) ? index : nil
    }
  }

  /// Values of what the encoder reads, added up by the words; those of pieces that no text holds are left out.
  package func byWord(_ values: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: tokens.count)
    for (value, word) in zip(values, words) {
      if let word { sums[word] += value }
    }
    return sums
  }

  /// Whether a word is known in whole.
  package func knows(_ word: Int) -> Bool { isKnown[word] }

  /// How many of the words that are read are known.
  package var knownCount: Int { isKnown.prefix(readCount).count { $0 } }

  /// How many words or pieces are cut off behind those that are read.
  package var cutCount: Int { unitCount - readUnits }

  /// The share of words a model should know of a text; below, it is said.
  private static let usualShare = 0.75

  /// What a person must know of an answer to this text, in sentences.
  package var notes: [String] {
    guard !tokens.isEmpty else {
      return ["the text holds no word: the answer is the one to any text without words."]
    }
    var notes: [String] = []
    let (known, read) = (knownCount, readCount)
    if known == 0 {
      notes.append(
        "the model knows none of the text's \(words(read)): the answer says nothing of them. Is the text"
          + " in the language that the model was trained on?")
    } else if Double(known) < TextReading.usualShare * Double(read) {
      notes.append(
        "the model knows \(known) of the text's \(words(read)) (\(percent(known, read))).")
    }
    if cutCount > 0 {
      notes.append(
        "the model reads the first \(readUnits) of the text's \(unitCount) \(unit.rawValue)s; the others"
          + " (\(percent(cutCount, unitCount))) are cut off. The limit is \"\(unit.limit)\" in the options of"
          + " its text encoder, set in training.")
    }
    return notes
  }

  private func words(_ count: Int) -> String { count == 1 ? "1 word" : "\(count) words" }
}

/// A share as people read it: `26.3 %`.
func percent(_ part: Int, _ whole: Int) -> String {
  let tenths = Int((1000 * Double(part) / Double(max(1, whole))).rounded())
  // What is there is never told as nothing.
  return part > 0 && tenths == 0 ? "under 0.1 %" : "\(tenths / 10).\(tenths % 10) %"
}
