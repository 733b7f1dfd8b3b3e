import Basics
import Pages

extension ExplanationPage {
  /// All pictures of a case with their shares, those behind the first with their first map; empty where the model reads
  /// one picture a case.
  var viewsSection: String {
    get throws {
      let views = explanation.views
      guard !views.isEmpty else { return "" }
      let isAttention = views[0].isAttention
      let rows = views.enumerated().map { place, view in
        """
        <tr><th scope="row">\(htmlEscaped(name(view, place)))</th>\
        <td>\(view.share.map { NumberText.percent($0) } ?? "–")</td>\
        <td class="words">\(htmlEscaped(view.picture.path))</td></tr>

        """
      }
      let figures = try views.enumerated().dropFirst().map { try figure($1, $0) }
      return """
        <section aria-labelledby="views-head">
        <h2 id="views-head">The pictures of the case</h2>
        <p>\(ViewExplanation.meaning(isAttention: isAttention)) Each map is of one picture, the others as they are.</p>
        \(PageParts.box("Shares", """
          <table><caption><span>The first picture is the one above.</span></caption>
          <thead><tr><th scope="col">View</th><th scope="col">Share</th>\
          <th scope="col" class="words">File</th></tr></thead>
          <tbody>
          \(rows.joined())</tbody></table>

          """))\
        \(figures.joined())</section>

        """
    }
  }

  private func name(_ view: ViewExplanation, _ place: Int) -> String {
    view.view ?? "picture \(place + 1)"
  }

  /// A picture with its first map and circles.
  private func figure(_ view: ViewExplanation, _ place: Int) throws -> String {
    guard let image = view.images.first else { return "" }
    let overlay = explanation.overlay(of: image, on: view.picture)
    let notes = view.picture.notes + explanation.warnings(of: image)
    return """
      <figure class="view"><img src="data:image/png;base64,\(try embedded(overlay))" \
      style="width:min(100%,32rem)" alt="The \(htmlEscaped(name(view, place))) picture with its map and circles">\
      <figcaption>\(htmlEscaped(name(view, place))): \(htmlEscaped(image.title))</figcaption></figure>
      \(PageParts.warnings(notes))
      """
  }
}
