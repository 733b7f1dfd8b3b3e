import Basics
import Pages

extension DetectionPage {
  /// How many pictures are listed; all of them are in the file.
  private static let listed = 100

  /// What of the answers rests on each picture, by view and one by one; empty where the model reads one picture a case.
  var shares: String {
    guard let first = detection.shares.first else { return "" }
    let views = detection.sharesByView.map { one in
      """
      <tr><th scope="row">\(htmlEscaped(one.view ?? "all"))</th><td>\(one.pictures)</td>\
      <td>\(percent(one.mean))</td><td>\(percent(one.least))</td><td>\(percent(one.largest))</td></tr>

      """
    }
    let rows = detection.shares.prefix(Self.listed).map { one in
      """
      <tr><th scope="row">\(htmlEscaped(one.item))</th><td>\(percent(one.share))</td>\
      <td>\(one.isScored ? "yes" : "no")</td>\
      <td class="words">\(htmlEscaped([one.view, one.finding].compactMap { $0 }.joined(separator: ", ")))</td>\
      <td class="words">\(htmlEscaped(one.image))</td></tr>

      """
    }
    let more = detection.shares.count - rows.count
    return """
      <section aria-labelledby="shares-head">
      <h2 id="shares-head">The pictures of a case</h2>
      <p>\(ViewExplanation.meaning(isAttention: first.isAttention))</p>
      \(PageParts.box("Shares by view", """
        <table><thead><tr><th scope="col">View</th><th scope="col">Pictures</th>\
        <th scope="col">Mean share</th><th scope="col">Least</th><th scope="col">Largest</th></tr></thead>
        <tbody>
        \(views.joined())</tbody></table>

        """))\
      \(PageParts.box("Picture by picture", """
        <table><caption><span>Picture by picture\(more > 0
          ? "; \(more) more are in \(Detection.Share.tableName)" : ""). Scored: its circles count above.\
        </span></caption>
        <thead><tr><th scope="col">Case</th><th scope="col">Share</th><th scope="col">Scored</th>\
        <th scope="col" class="words">View</th><th scope="col" class="words">File</th></tr></thead>
        <tbody>
        \(rows.joined())</tbody></table>

        """, isTall: true))</section>

      """
  }

  private func percent(_ share: Double?) -> String { share.map { NumberText.percent($0) } ?? "–" }
}
