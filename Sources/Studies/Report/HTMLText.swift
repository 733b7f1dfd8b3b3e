import Basics

/// A text as it stands in HTML content or a quoted attribute.
func escaped(_ text: String) -> String { htmlEscaped(text) }

/// A name as it stands in HTML, with places where a narrow column may break it.
func breakable(_ name: String) -> String {
  var result = ""
  var piece = ""
  for character in name {
    piece.append(character)
    if "+_/".contains(character) {
      result += escaped(piece) + "<wbr>"
      piece = ""
    }
  }
  return result + escaped(piece)
}

/// Such as "1 split" and "5 splits".
func counted(_ count: Int, _ noun: String) -> String {
  "\(ReportNumbers.count(count)) \(noun)\(count == 1 ? "" : "s")"
}
