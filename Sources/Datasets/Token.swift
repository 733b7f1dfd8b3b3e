/// A word of a text, and where it stands.
package struct Token: Sendable, Equatable {
  /// The word as an encoder sees it: lower-case.
  package var text: String
  /// Offsets of its bytes in the text's UTF-8, which begin and end on whole characters' scalars:
  /// what to colour when the word is to be shown in its place.
  package var range: Range<Int>

  package init(text: String, range: Range<Int>) {
    self.text = text
    self.range = range
  }
}
