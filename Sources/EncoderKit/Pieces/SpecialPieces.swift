/// How a vocabulary spells the pieces that no text holds.
public struct SpecialPieces: Sendable, Equatable {
  /// What stands for what no other piece does.
  public var unknown: String
  /// What stands before every text.
  public var beginning: String
  /// What stands behind every text.
  public var end: String
  /// What fills shorter texts of a batch up.
  public var padding: String

  /// Spellings.
  public init(unknown: String, beginning: String, end: String, padding: String) {
    self.unknown = unknown
    self.beginning = beginning
    self.end = end
    self.padding = padding
  }

  /// BERT's.
  public static let bert = SpecialPieces(
    unknown: "[UNK]", beginning: "[CLS]", end: "[SEP]", padding: "[PAD]")
  /// RoBERTa's.
  public static let roberta = SpecialPieces(
    unknown: "<unk>", beginning: "<s>", end: "</s>", padding: "<pad>")
}
