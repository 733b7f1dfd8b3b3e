/// A word in the sentence that it was read in, cut to what fits a table.
package struct WordExample: Sendable, Equatable {
  package let before: String
  /// As it was written.
  package let word: String
  package let after: String

  /// Characters that are kept on either side of the word, at most.
  static let reach = 70

  /// The sentence around a range of bytes of a text.
  ///
  /// - Precondition: the range lies within the text and ends at whole characters.
  init(in text: String, bytes: Range<Int>) {
    let utf8 = text.utf8
    let start = utf8.index(utf8.startIndex, offsetBy: bytes.lowerBound)
    let end = utf8.index(utf8.startIndex, offsetBy: bytes.upperBound)
    word = String(text[start..<end])
    let head = text[..<start]
    let sentenceStart =
      head.lastIndex(where: WordExample.endsSentence).map { head.index(after: $0) }
      ?? head.startIndex
    var left = head[sentenceStart...].drop(while: \.isWhitespace)
    let cutsLeft = left.count > WordExample.reach
    if cutsLeft { left = left.suffix(WordExample.reach) }
    before = (cutsLeft ? "…" : "") + left
    let tail = text[end...]
    let sentenceEnd =
      tail.firstIndex(where: WordExample.endsSentence).map { tail.index(after: $0) }
      ?? tail.endIndex
    var right = tail[..<sentenceEnd]
    let cutsRight = right.count > WordExample.reach
    if cutsRight { right = right.prefix(WordExample.reach) }
    while right.last?.isWhitespace == true { right.removeLast() }
    after = right + (cutsRight ? "…" : "")
  }

  private static func endsSentence(_ character: Character) -> Bool {
    ".!?。！？\n\r\r\n".contains(character)
  }
}
