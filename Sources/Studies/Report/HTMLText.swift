/// A text as it stands in HTML content or a quoted attribute.
///
/// Besides the five characters of the syntax, control characters (but tab and line end) become the
/// replacement character: they are not allowed in a page.
func escaped(_ text: String) -> String {
  var result = ""
  result.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n": result.unicodeScalars.append(scalar)
    case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}": result += "\u{fffd}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

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
