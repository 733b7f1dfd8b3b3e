import Foundation

/// Looks at a style sheet's grammar: braces, and a name, a colon and a value in each declaration.
struct StyleSheetCheck {
  private(set) var faults: [String] = []

  init(_ sheet: String) {
    var depth = 0
    var piece = ""
    // Neither comments nor strings hold syntax.
    let text = sheet.replacing(/(?s:\/\*.*?\*\/)/, with: "").replacing(/"[^"\n]*"/, with: "\"\"")
    for character in text {
      switch character {
      case "{":
        depth += 1
        if piece.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty {
          faults.append("a rule without a selector")
        }
        piece = ""
      case "}":
        depth -= 1
        check(piece)
        piece = ""
        if depth < 0 {
          faults.append("a brace too many")
          return
        }
      case ";":
        check(piece)
        piece = ""
      default: piece.append(character)
      }
    }
    if depth > 0 { faults.append("\(depth) braces are not closed") }
  }

  private mutating func check(_ piece: String) {
    let declaration = piece.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !declaration.isEmpty else { return }
    if declaration.wholeMatch(of: /-{0,2}[a-z][a-z0-9-]*\s*:\s*[^:;{}]+/) == nil {
      faults.append(declaration)
    }
  }
}
