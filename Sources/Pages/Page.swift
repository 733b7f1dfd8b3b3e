import Basics

/// A page: one file that needs no network, no font and no server.
///
/// Texts are escaped; what is called HTML stands as it is.
package struct Page {
  /// A script element.
  package struct Script {
    let text: String
    var id: String?
    var type: String?

    /// A script to run, or with a `type` of its own data for others.
    package init(_ text: String, id: String? = nil, type: String? = nil) {
      self.text = text
      self.id = id
      self.type = type
    }

    fileprivate var html: String {
      let names = [("type", type), ("id", id)].compactMap { name, value in
        value.map { " \(name)=\"\($0)\"" }
      }
      return "<script\(names.joined())>\n\(text)\(text.hasSuffix("\n") ? "" : "\n")</script>\n"
    }
  }

  /// What kind of page it is, above the title.
  package var eyebrow: String
  package var title: String
  /// The window's title; that of the page where nil.
  package var windowTitle: String?
  /// A line below the title, HTML.
  package var lede: String
  /// What stands between the lede and the content, HTML.
  package var head = ""
  /// The sections, HTML.
  package var content: String
  /// The files beside the page that hold its numbers; may be none.
  package var files: [String]
  /// Rules beside those of every page.
  package var style = ""
  package var scripts: [Script] = []
  /// Seconds after which a browser reads the page anew; nil for never.
  package var refreshSeconds: Int?
  /// Whether the page shows pictures that lie beside it.
  package var hasPicturesBeside = false

  package init(eyebrow: String, title: String, lede: String, content: String, files: [String]) {
    self.eyebrow = eyebrow
    self.title = title
    self.lede = lede
    self.content = content
    self.files = files
  }

  /// The whole page.
  package var html: String {
    let policy =
      "default-src 'none'; style-src 'unsafe-inline'; img-src "
      + (hasPicturesBeside ? "'self' data: file:" : "data:")
      + (scripts.isEmpty ? "" : "; script-src 'unsafe-inline'")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="color-scheme" content="light dark">
      \(refreshSeconds.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">\n" } ?? "")\
      <title>\(htmlEscaped(windowTitle ?? title)) · EncoderZoo</title>
      <link rel="icon" href="data:,">
      <style>
      \(PageResource.sheet)\(style)</style>
      </head>
      <body>
      <header>
      <p class="eyebrow">\(htmlEscaped(eyebrow))</p>
      <h1>\(htmlEscaped(title))</h1>
      <p class="lede">\(lede)</p>
      \(head)</header>
      <main>
      \(content)</main>
      <footer><p>Written by EncoderZoo.\(files.isEmpty ? "" : " The numbers behind this page: \(names) beside it.")</p></footer>
      \(scripts.map(\.html).joined())</body>
      </html>

      """
  }

  private var names: String {
    let names = files.map { "<code>\(htmlEscaped($0))</code>" }
    return names.count < 2
      ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
  }
}
