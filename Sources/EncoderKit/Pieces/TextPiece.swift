/// A piece of a text as an encoder with a tokenizer of its own reads it.
public struct TextPiece: Sendable, Equatable {
  /// Its place in the encoder's vocabulary.
  public let id: Int32
  /// Where it stands in the text, in bytes of UTF-8; empty for pieces that no text holds, such as `[CLS]`.
  public let range: Range<Int>

  /// A piece of the vocabulary, and where it stands.
  public init(id: Int32, range: Range<Int>) {
    self.id = id
    self.range = range
  }
}

/// Cuts texts into the pieces that an encoder was trained with.
public protocol TextTokenizer: Sendable {
  /// The pieces by their ids.
  var vocabulary: [String] { get }

  /// The pieces of a text in order, without those that stand around every text.
  func pieces(of text: String) -> [TextPiece]
}
