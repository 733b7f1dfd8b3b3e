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

/// Such as "1 split" and "5 splits".
package func counted(_ count: Int, _ noun: String) -> String {
  "\(ReportNumbers.count(count)) \(noun)\(count == 1 ? "" : "s")"
}
