/// Looks whether a script's brackets close in order, outside its strings and comments.
///
/// It knows no regular expressions; the pages' scripts have none.
struct ScriptCheck {
  /// What is wrong; nil where nothing is.
  private(set) var fault: String?

  init(_ script: String) {
    var open: [Character] = []
    var quote: Character?
    let text = Array(script)
    var index = 0
    func at(_ place: Int) -> Character? { place < text.count ? text[place] : nil }
    while let character = at(index) {
      defer { index += 1 }
      if let mark = quote {
        switch character {
        case "\\": index += 1
        case mark: quote = nil
        case "$" where mark == "`" && at(index + 1) == "{":
          // The brace that closes goes on with the template.
          open.append("`")
          quote = nil
          index += 1
        default: break
        }
        continue
      }
      switch (character, at(index + 1)) {
      case ("/", "/"): while let next = at(index + 1), next != "\n" { index += 1 }
      case ("/", "*"):
        index += 2
        while at(index) != nil, at(index) != "*" || at(index + 1) != "/" { index += 1 }
        index += 1
      case ("\"", _), ("'", _), ("`", _): quote = character
      case ("(", _), ("[", _), ("{", _): open.append(character)
      case (")", _), ("]", _), ("}", _):
        let wanted: [Character: Set<Character>] = [")": ["("], "]": ["["], "}": ["{", "`"]]
        guard let last = open.popLast(), wanted[character]?.contains(last) == true else {
          fault = "\(character) closes nothing"
          return
        }
        if last == "`" { quote = "`" }
      default: break
      }
    }
    if let quote { fault = "\(quote) is not closed" }
    if let last = open.last { fault = "\(last) is not closed" }
  }
}
