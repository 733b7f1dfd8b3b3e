/// How BERT's tokenizers clean the characters of a text.
public struct BertTextRules: Sendable, Equatable {
  /// Whether capitals become small letters.
  public var lowercases: Bool
  /// Whether marks such as the dots of ä are taken away.
  public var stripsAccents: Bool
  /// Whether each Chinese character is a word of its own.
  public var separatesChinese: Bool
  /// Whether control characters vanish and all white space is a space.
  public var cleans: Bool

  /// Rules; accents are taken away, unless said otherwise, where capitals become small letters.
  public init(
    lowercases: Bool, stripsAccents: Bool? = nil, separatesChinese: Bool = true,
    cleans: Bool = true
  ) {
    self.lowercases = lowercases
    self.stripsAccents = stripsAccents ?? lowercases
    self.separatesChinese = separatesChinese
    self.cleans = cleans
  }
}
