import Basics
import Pages

/// What the page tells of texts.
extension DataCheckPage {
  static func texts(_ check: DataCheck) -> String {
    guard let texts = check.texts else { return "" }
    let lengths = texts.lengths.map(String.init)
    let facts = PageParts.facts(
      [
        PageFact("Texts with words", "\(texts.count)"),
        PageFact(
          "Words a text: least, median, most",
          "\(lengths[0]), \(lengths[2]), \(lengths[5]) (95 % have at most \(lengths[4]))"),
        PageFact("Vocabulary", "\(texts.vocabulary) words, \(texts.hapaxes) occur once"),
        PageFact(
          "Language, by small words",
          texts.languages.map { "\($0.code) \($0.count)" }.joined(separator: ", ")),
      ]
        + texts.readings.compactMap { reading in
          reading.coverage.map {
            PageFact(
              "Running words that \(reading.name) knows", NumberText.percent($0, digits: 1))
          }
        })
    let words = (check.labelWords?.labels ?? []).map(table).joined()
    return facts
      + (words.isEmpty
        ? ""
        : "<h3>Words that tell a label</h3>\n<p>J is the share of texts with the label that hold the word less the"
          + " share of those without it. From \(NumberText.fixed(LabelWords.leastJ, digits: 2)) on it is a"
          + " warning.</p>\n" + words)
  }

  private static func table(_ label: LabelWords.Label) -> String {
    let rows = label.words.map { word in
      "<tr><th scope=\"row\">\(htmlEscaped(word.word))\(word.isName ? " (the label's name)" : "")</th>"
        + "<td>\(word.with.count) of \(word.with.of)</td><td>\(word.without.count) of \(word.without.of)</td>"
        + "<td>\(NumberText.fixed(word.j, digits: 2))</td></tr>\n"
    }
    return PageParts.box(
      "Words of \(label.name)",
      "<table><caption><span>“\(htmlEscaped(label.name))”</span></caption><thead><tr>"
        + ["word or pair", "texts with the label", "texts without", "J"].map {
          "<th scope=\"col\">\($0)</th>"
        }.joined() + "</tr></thead><tbody>\n\(rows.joined())</tbody></table>\n")
  }
}
