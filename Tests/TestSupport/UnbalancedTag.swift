/// The first tag that does not match, nil where all do.
public func unbalancedTag(_ page: String) -> String? {
  let void: Set<String> = ["meta", "link", "br", "wbr", "img", "input", "!DOCTYPE"]
  var open: [String] = []
  for piece in page.split(separator: "<").dropFirst(page.hasPrefix("<") ? 0 : 1) {
    guard let end = piece.firstIndex(of: ">") else { return String(piece) }
    let tag = piece[..<end]
    let name = String(tag.prefix { !$0.isWhitespace && $0 != "/" || $0 == "!" })
    if tag.hasPrefix("/") {
      let closing = String(tag.dropFirst())
      guard open.popLast() == closing else { return "/" + closing }
    } else if !tag.hasSuffix("/"), !void.contains(name) {
      open.append(name)
    }
  }
  return open.last
}
