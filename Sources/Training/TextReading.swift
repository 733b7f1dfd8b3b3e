import Datasets
import EncoderKit

/// A text as a model reads it: its words, their indices in the vocabulary, and how many are read.
package struct TextReading: Sendable, Equatable {
  package let tokens: [Token]
  package let indices: [Int32]
  /// How many words are read, from the first on.
  package let readCount: Int

  init(_ tokens: [Token], _ vocabulary: Vocabulary, maximumWords: Int?) {
    self.tokens = tokens
    indices = tokens.map { vocabulary.index(of: $0.text) }
    readCount = min(tokens.count, maximumWords ?? .max)
  }

  /// How many of the words that are read stand in the vocabulary.
  package var knownCount: Int { indices.prefix(readCount).count { $0 > 1 } }

  /// How many words are cut off behind those that are read.
  package var cutCount: Int { tokens.count - readCount }

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
        "the model reads the first \(read) of the text's \(tokens.count) words; the others"
          + " (\(percent(cutCount, tokens.count))) are cut off. The limit is \"maximumWords\" in the options of"
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

extension TrainedModel {
  /// A text as the model reads it; nil where it reads none.
  package func reading(_ text: String) -> TextReading? {
    guard self.text != nil, let vocabulary else { return nil }
    return TextReading(tokenizer.tokens(text), vocabulary, maximumWords: maximumWords)
  }
}
