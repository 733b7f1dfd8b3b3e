import Basics

/// A name as it stands in HTML, with places where a narrow column may break it.
package func breakable(_ name: String) -> String {
  var result = ""
  var piece = ""
  for character in name {
    piece.append(character)
    if "+_/".contains(character) {
      result += htmlEscaped(piece) + "<wbr>"
      piece = ""
    }
  }
  return result + htmlEscaped(piece)
}

/// A text with an ellipsis in its middle where it is longer than `count` characters: names that begin
/// alike differ at their ends.
package func shortened(_ text: String, to count: Int) -> String {
  guard text.count > count else { return text }
  let kept = max(count - 1, 2)
  return text.prefix(kept - kept / 2) + "…" + text.suffix(kept / 2)
}
