import Basics

/// What pages are put together of; each is HTML.
package enum PageParts {
  /// Wraps a table in a box of its own that scrolls where the page is narrow; a tall one scrolls
  /// downwards too.
  package static func box(
    _ label: String, _ table: String, isTall: Bool = false, id: String? = nil,
    isHidden: Bool = false
  ) -> String {
    """
    <div class="scroll\(isTall ? " tall" : "")"\(id.map { " id=\"\($0)\"" } ?? "") tabindex="0" \
    role="region" aria-label="\(htmlEscaped(label))"\(isHidden ? " hidden" : "")>
    \(table)</div>

    """
  }

  /// A list of names and values; empty for none.
  package static func facts(_ facts: [PageFact]) -> String {
    guard !facts.isEmpty else { return "" }
    let items = facts.map {
      "<div><dt>\(htmlEscaped($0.label))</dt><dd>\(htmlEscaped($0.value))</dd></div>\n"
    }
    return "<dl class=\"facts\">\n\(items.joined())</dl>\n"
  }

  /// A sentence that nobody may miss, with the words that it begins with; both are texts.
  package static func notice(_ sentence: String, strong: String? = nil) -> String {
    let start = strong.map { "<strong>\(htmlEscaped($0))</strong> " } ?? ""
    return "<p class=\"note\" role=\"note\">\(start)\(htmlEscaped(sentence))</p>\n"
  }

  /// Warnings in one box, each after `strong` where that is given; empty for none.
  package static func warnings(_ sentences: [String], strong: String? = nil) -> String {
    guard !sentences.isEmpty else { return "" }
    let start = strong.map { "<strong>\(htmlEscaped($0))</strong> " } ?? ""
    return "<div class=\"note\" role=\"note\">\n"
      + sentences.map { "<p>\(start)\(htmlEscaped($0))</p>\n" }.joined() + "</div>\n"
  }
}
