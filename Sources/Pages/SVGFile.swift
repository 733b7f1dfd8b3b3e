import Basics

/// A drawing as a file of its own, for documents that are no pages: with its colours, light and dark.
package enum SVGFile {
  /// The text of the file.
  ///
  /// - Parameters:
  ///   - drawing: an SVG element, as `SVGDrawing.html` writes it.
  ///   - width: how wide it is shown where nothing else says so, in pixels; the height follows.
  /// - Returns: XML that names no other file.
  package static func text(_ drawing: String, width: Int) -> String {
    guard drawing.hasPrefix("<svg"), let end = drawing.firstIndex(of: ">") else { return drawing }
    let attributes = drawing[drawing.index(drawing.startIndex, offsetBy: 4)..<end]
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" font-family="sans-serif"\(attributes)>
      <style>
      \(PageResource.colours)\(PageResource.drawing)</style>
      <rect class="surface" width="100%" height="100%"/>\(drawing[drawing.index(after: end)...])
      """
  }
}
