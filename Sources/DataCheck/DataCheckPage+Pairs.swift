import Basics
import Datasets
import Images

/// Pairs of cases side by side.
extension DataCheckPage {
  /// Pairs that are shown of one finding at most.
  private static let pairsShown = 12

  static let pairStyle = """
    .pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: .8rem;
      margin: .5rem 0; }
    .pair { border-top: 1px solid var(--rule); padding-top: .4rem; min-width: 0; }
    .pair .thumbnails { margin: 0; }
    .pair blockquote { margin: .3rem 0; font-size: .82rem; overflow-wrap: anywhere; }

    """

  /// The first pairs of a finding, pictures or texts.
  func pairs(of finding: DataFinding, _ cases: [String: Case]) -> String {
    guard !finding.pairs.isEmpty else { return "" }
    let isPictures = finding.kind == .nearPicture
    let shown = finding.pairs.prefix(DataCheckPage.pairsShown).map { pair in
      let both = [pair.first, pair.second].compactMap { cases[$0] }
      let content =
        isPictures
        ? "<div class=\"thumbnails\">\(both.compactMap(DataCheckPage.figure).joined())</div>"
        : both.map { item in
          "<blockquote><strong>\(htmlEscaped(item.id))</strong> \(htmlEscaped(item.text ?? ""))</blockquote>"
        }.joined()
      let similarity = NumberText.fixed(pair.similarity, digits: 2)
      let what =
        isPictures
        ? "correlation \(similarity): the second is \(pair.what)" : "similarity \(similarity)"
      return "<div class=\"pair\">\(content)<p class=\"aside\">\(htmlEscaped(what))</p></div>\n"
    }
    let more =
      finding.pairs.count > shown.count
      ? "<p class=\"aside\">\(shown.count) of \(finding.pairs.count) pairs; all stand in"
        + " \(DataCheck.fileName).</p>\n" : ""
    return "<div class=\"pairs\">\(shown.joined())</div>\n\(more)"
  }
}
