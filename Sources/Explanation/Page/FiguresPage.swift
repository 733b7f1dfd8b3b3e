import Basics
import Studies

/// A page of tables and charts: one file that needs no network, no font and no server.
struct FiguresPage {
  /// What kind of page it is, such as `detection`.
  let kind: String
  let title: String
  let lede: String
  var isSynthetic = false
  /// Sentences a reader must know before any figure.
  var cautions: [String] = []
  /// What no figure may be taken for.
  let notice: String
  /// The sections' HTML.
  let content: String
  /// The files beside the page that hold its numbers.
  let files: [String]
  /// A script of the page's own; empty for none.
  var script = ""
  /// Rules beside those of every report.
  var style = ""

  /// The whole page.
  var html: String {
    let scripts = script.isEmpty ? "" : "<script>\n\(script)\n</script>\n"
    let policy =
      "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: file:"
      + (script.isEmpty ? "" : "; script-src 'unsafe-inline'")
    let synthetic =
      isSynthetic
      ? """
      <p class="note" role="note"><strong>Synthetic data.</strong> The images and texts are \
      generated. These figures say nothing about patients.</p>

      """ : ""
    let minded =
      cautions.isEmpty
      ? ""
      : "<div class=\"note\" role=\"note\">\n"
        + cautions.map { "<p><strong>Mind:</strong> \(htmlEscaped($0))</p>\n" }.joined()
        + "</div>\n"
    let names = files.map { "<code>\($0)</code>" }.joined(separator: ", ")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="color-scheme" content="light dark">
      <title>\(htmlEscaped(title)) · EncoderZoo</title>
      <link rel="icon" href="data:,">
      <style>
      \(ReportStyle.sheet)\(style)</style>
      </head>
      <body>
      <header>
      <p class="eyebrow">EncoderZoo \(kind)</p>
      <h1>\(htmlEscaped(title))</h1>
      <p class="lede">\(htmlEscaped(lede))</p>
      <p class="note" role="note">\(htmlEscaped(notice))</p>
      \(synthetic)\(minded)</header>
      <main>
      \(content)</main>
      <footer><p>Written by EncoderZoo. The numbers behind this page: \(names) beside it.</p></footer>
      \(scripts)</body>
      </html>

      """
  }
}
