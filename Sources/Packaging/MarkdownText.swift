import Basics

/// Texts of people's as they stand in a Markdown page: nothing in them is markup.
///
/// Model hubs show a bundle's card as a page, so a label such as `<script>` must be read as itself.
enum MarkdownText {
  /// A text of one line for a paragraph, a list or a cell of a table.
  ///
  /// Line ends and control characters become spaces; what could begin a link, code, emphasis, a tag or a
  /// cell has a backslash or is written as an entity. A sign that marks a block only at its beginning (such
  /// as `#`) has one there.
  static func plain(_ text: String) -> String {
    let line = String(
      text.unicodeScalars.map { scalar -> Character in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: " "
        default: Character(scalar)
        }
      })
    var result = ""
    let signs = Array(line)
    for (index, sign) in signs.enumerated() {
      switch sign {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\\", "`", "*", "[", "]", "|", "~": result += "\\\(sign)"
      // Within a word it is no emphasis.
      case "_" where !isWord(signs, index - 1) || !isWord(signs, index + 1): result += "\\_"
      case "#", "+", "-", "=":
        result += line.prefix(index).allSatisfy(\.isWhitespace) ? "\\\(sign)" : String(sign)
      case ".", ")":
        let before = line.prefix(index)
        let isNumber = !before.isEmpty && before.allSatisfy { $0.isASCII && $0.isNumber }
        result += isNumber && !isWord(signs, index + 1) ? "\\\(sign)" : String(sign)
      default: result.append(sign)
      }
    }
    return result
  }

  /// A text as code in a cell of a table.
  static func code(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    var (fence, run) = (1, 0)
    for sign in line {
      run = sign == "`" ? run + 1 : 0
      fence = max(fence, run + 1)
    }
    let marks = String(repeating: "`", count: fence)
    let pad = line.first == "`" || line.last == "`" ? " " : ""
    return marks + pad + line.replacing("|", with: "\\|") + pad + marks
  }

  private static func isWord(_ signs: [Character], _ index: Int) -> Bool {
    signs.indices.contains(index) && (signs[index].isLetter || signs[index].isNumber)
  }
}
