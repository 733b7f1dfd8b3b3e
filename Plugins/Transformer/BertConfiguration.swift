import EncoderKit

/// The numbers that tell one BERT from another.
struct BertConfiguration: Sendable, Equatable {
  /// Which of two kinds it is.
  enum Family: String, Sendable {
    case bert
    case roberta

    /// How its vocabulary spells what no text holds.
    var special: SpecialPieces { self == .bert ? .bert : .roberta }
  }

  /// Where the features come from.
  enum Pooling: String, Sendable, CaseIterable {
    /// The mean over the pieces of the text, those around it included, as sentence-transformers takes it.
    case mean
    /// The first piece.
    case first
    /// The first piece through the published dense layer and tanh.
    case pooler
  }

  var family = Family.bert
  /// Width of a piece.
  var width = 768
  var depth = 12
  var heads = 12
  /// Width of a block's hidden layer.
  var hidden = 3072
  /// The most pieces of a text, those around it included.
  var positions = 512
  /// Kinds of texts that are told apart; all pieces here are of the first.
  var types = 2
  /// Rows of the table of pieces; nil for as many as the tokenizer has.
  var pieces: Int?
  var epsilon: Float = 1e-12
  var pooling = Pooling.mean
  /// Dropout behind attention and hidden layers, in training.
  var dropout: Float = 0.1
  /// What becomes of texts of more pieces than are read at once.
  enum LongTexts: String, Sendable, CaseIterable {
    /// What is behind them is not read.
    case cut
    /// They are read in windows, whose features' mean is taken.
    case windows
  }

  /// The most pieces that are read at once, those around a text included.
  var maximumPieces = 512
  var longTexts = LongTexts.cut

  static let base = BertConfiguration()
  static let large = BertConfiguration(width: 1024, depth: 24, heads: 16, hidden: 4096)
  static let miniLM6 = BertConfiguration(width: 384, depth: 6, hidden: 1536)
  static let miniLM12 = BertConfiguration(width: 384, hidden: 1536)
  static let robertaBase = BertConfiguration(family: .roberta, types: 1, epsilon: 1e-5)
  static let xlmRobertaBase = robertaBase

  /// The position of the first piece: RoBERTa counts from behind its padding.
  var firstPosition: Int { family == .roberta ? 2 : 0 }
}
