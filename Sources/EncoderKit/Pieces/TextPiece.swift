/// A piece of a text as an encoder with a tokenizer of its own reads it.
public struct TextPiece: Sendable, Equatable {
  /// Its place in the encoder's vocabulary.
  public let id: Int32
  /// Where it stands in the text, in bytes of UTF-8.
  public let range: Range<Int>
  /// Whether it goes on with the word of the piece before.
  public let continues: Bool

  /// A piece of the vocabulary, and where it stands.
  public init(id: Int32, range: Range<Int>, continues: Bool = false) {
    self.id = id
    self.range = range
    self.continues = continues
  }
}

/// Cuts texts into the pieces that an encoder was trained with.
public protocol TextTokenizer: Sendable {
  /// The pieces by their ids.
  var vocabulary: [String] { get }
  /// The piece that stands for what no other does; nil where every text can be written.
  var unknown: Int32? { get }
  /// The pieces that stand before every text, such as `[CLS]`.
  var beginning: [Int32] { get }
  /// The pieces that stand behind every text, such as `[SEP]`.
  var end: [Int32] { get }
  /// The piece that fills shorter texts of a batch up.
  var padding: Int32 { get }

  /// The pieces of a text in order, without those around it.
  func pieces(of text: String) -> [TextPiece]
}
