import Datasets
import EncoderKit

/// What a text encoder reads one by one.
package enum TextUnit: String, Sendable, Equatable {
  case word
  case piece

  /// The option that says how many are read.
  var limit: String { self == .word ? "maximumWords" : "maximumPieces" }
}

/// How a text encoder reads texts.
package enum TextReader: Sendable {
  /// As words of a vocabulary.
  case words(Tokenizer, Vocabulary, maximum: Int?)
  /// As pieces of the encoder's own tokenizer.
  case pieces(any TextTokenizer, maximum: Int?)

  /// What is read one by one.
  package var unit: TextUnit {
    switch self {
    case .words: .word
    case .pieces: .piece
    }
  }

  /// The most words or pieces of a text that are read; nil for all.
  package var maximum: Int? {
    switch self {
    case .words(_, _, let maximum): maximum
    case .pieces(let tokenizer, let maximum):
      maximum.map { $0 - tokenizer.beginning.count - tokenizer.end.count }
    }
  }

  /// A text as it is read.
  package func reading(_ text: String) -> TextReading {
    switch self {
    case .words(let tokenizer, let vocabulary, let maximum):
      TextReading(tokenizer.tokens(text), vocabulary, maximumWords: maximum)
    case .pieces(let tokenizer, let maximum):
      TextReading(text, tokenizer, maximumPieces: maximum)
    }
  }
}

extension TrainedModel {
  /// How the model reads texts; nil where it reads none.
  package var textReader: TextReader? {
    guard text != nil else { return nil }
    if let pieces = ownTokenizer { return .pieces(pieces, maximum: maximumPieces) }
    return vocabulary.map { .words(tokenizer, $0, maximum: maximumWords) }
  }

  /// A text as the model reads it; nil where it reads none.
  package func reading(_ text: String) -> TextReading? { textReader?.reading(text) }
}
