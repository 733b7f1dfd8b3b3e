import Basics
import Foundation
import Pages

extension ExplanationPage {
  /// The report with coloured words and their figures; empty where the model reads no texts.
  var textSection: String {
    guard let text = explanation.text, let words = explanation.words?.words else { return "" }
    let unknown = words.count { $0.state == .unknown }
    let cut = words.count { $0.state == .cutOff }
    var remarks: [String] = []
    if unknown > 0 {
      remarks.append(
        "\(unknown) of \(words.count) words are unknown to the model (dashed outline).")
    }
    if cut > 0 {
      remarks.append(
        "The model stops reading after \(words.count - cut) words; \(cut) are cut off (struck out)."
      )
    }
    let rows = words.enumerated()
      .sorted {
        let (a, b) = (abs($0.element.integrated), abs($1.element.integrated))
        return a != b ? a > b : $0.offset < $1.offset
      }
      .map { index, word in
        """
        <tr><th scope="row">\(htmlEscaped(word.written))</th><td>\(index + 1)</td>\
        <td>\(NumberText.signed(word.integrated, digits: 4))</td><td>\(NumberText.percent(word.gradient, digits: 1))</td>\
        <td class="words">\(word.state.rawValue)</td></tr>

        """
      }
    return """
      <section aria-labelledby="text-head">
      <h2 id="text-head">The report</h2>
      \(PageParts.warnings(explanation.textWarnings))\
      <div data-script hidden><fieldset><legend>Colour by</legend>
      <label><input type="radio" name="measure" value="integrated" checked> integrated gradients</label>
      <label><input type="radio" name="measure" value="gradient"> share of squared gradients</label>
      </fieldset></div>
      <p class="report">\(coloured(text, words))</p>
      <ul class="key"><li><span class="word" style="--share:.8">orange</span> speaks for \
      \(htmlEscaped(explanation.labels[1]))</li>
      <li><span class="word against" style="--share:.8">blue, underlined</span> against it</li></ul>
      <p>\(remarks.joined(separator: " "))</p>
      \(PageParts.box("Words", wordTable(rows), isTall: true))\
      </section>

      """
  }

  private func wordTable(_ rows: [String]) -> String {
    """
    <table>
    <caption><span>Every word, the strongest first. Integrated gradients are in logits, from a text of \
    zero vectors; squared gradients are shares of the document and have no sign.</span></caption>
    <thead><tr><th scope="col">Word</th><th scope="col">Place</th>\
    <th scope="col">Integrated gradients</th><th scope="col">Squared gradients</th>\
    <th scope="col" class="words">State</th></tr></thead>
    <tbody>
    \(rows.joined())</tbody></table>

    """
  }

  private func coloured(_ text: String, _ words: [WordAttribution]) -> String {
    let bytes = Array(text.utf8)
    func plain(_ range: Range<Int>) -> String {
      htmlEscaped(String(decoding: bytes[range], as: UTF8.self))
    }
    let strongest = words.reduce(0) { max($0, abs($1.integrated)) }
    let steepest = words.reduce(0) { max($0, $1.gradient) }
    // The strongest word is not opaque, so that letters stay legible in the dark as well.
    func share(_ value: Double, _ most: Double) -> String {
      String(format: "%.3f", most > 0 ? 0.85 * value / most : 0)
    }
    var result = ""
    var next = 0
    for word in words {
      result += plain(next..<word.bytes.lowerBound)
      next = word.bytes.upperBound
      let integrated = share(word.integrated, strongest)
      let classes =
        "word" + (word.integrated < 0 ? " against" : "")
        + (word.state == .known ? "" : " \(word.state.rawValue)")
      let title =
        "\(word.written): \(NumberText.signed(word.integrated, digits: 4)) logits, "
        + "\(NumberText.percent(word.gradient, digits: 1)) of squared gradients"
        + (word.state == .known ? "" : ", \(word.state.rawValue)")
      result +=
        "<span class=\"\(classes)\" title=\"\(htmlEscaped(title))\" "
        + "style=\"--share:\(share(abs(word.integrated), strongest))\" "
        + "data-integrated=\"\(integrated)\" data-gradient=\"\(share(word.gradient, steepest))\">"
        + "\(plain(word.bytes))</span>"
    }
    return result + plain(next..<bytes.count)
  }
}
