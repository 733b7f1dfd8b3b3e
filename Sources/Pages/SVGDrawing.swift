import Basics

/// A drawing whose size follows its box; colours come from the page's style by class names.
package struct SVGDrawing {
  package let width: Double
  package let height: Double
  private var body = ""

  /// An empty drawing; coordinates are units of its box.
  package init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// A line in a style.
  package mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String
  ) {
    body += "<path class=\"\(style)\" d=\"M\(at(x1)) \(at(y1))L\(at(x2)) \(at(y2))\"/>\n"
  }

  /// A rectangle; negative extents are none.
  package mutating func rectangle(
    _ x: Double, _ y: Double, width: Double, height: Double, style: String
  ) {
    body +=
      "<rect class=\"\(style)\" x=\"\(at(x))\" y=\"\(at(y))\" width=\"\(at(max(width, 0)))\" "
      + "height=\"\(at(max(height, 0)))\"/>\n"
  }

  /// A dot; `title` shows where the pointer rests on it.
  package mutating func dot(
    _ x: Double, _ y: Double, radius: Double, style: String, title: String = ""
  ) {
    body += "<circle class=\"\(style)\" cx=\"\(at(x))\" cy=\"\(at(y))\" r=\"\(at(radius))\""
    body += title.isEmpty ? "/>\n" : "><title>\(htmlEscaped(title))</title></circle>\n"
  }

  /// Text on a baseline; `anchor` is start, middle or end.
  package mutating func text(
    _ x: Double, _ y: Double, _ content: String, style: String, anchor: String = "start"
  ) {
    body += "<text class=\"\(style)\" x=\"\(at(x))\" y=\"\(at(y))\""
    if anchor != "start" { body += " text-anchor=\"\(anchor)\"" }
    body += ">\(htmlEscaped(content))</text>\n"
  }

  /// Text that ends at a place, rising towards it.
  package mutating func slanted(_ x: Double, _ y: Double, _ content: String, style: String) {
    body +=
      "<text class=\"\(style)\" text-anchor=\"end\" "
      + "transform=\"translate(\(at(x)) \(at(y))) rotate(-40)\">\(htmlEscaped(content))</text>\n"
  }

  /// A line through points, or the area they enclose, as the style says.
  package mutating func path(
    _ points: [(x: Double, y: Double)], closed: Bool = false, style: String
  ) {
    guard let first = points.first else { return }
    var steps = "M\(at(first.x)) \(at(first.y))"
    for point in points.dropFirst() { steps += "L\(at(point.x)) \(at(point.y))" }
    body += "<path class=\"\(style)\" d=\"\(steps)\(closed ? "Z" : "")\"/>\n"
  }

  /// The drawing with a name for those who do not see it; without one it is hidden from them.
  package func html(label: String?, style: String = "") -> String {
    let name =
      label.map { "role=\"img\" aria-label=\"\(htmlEscaped($0))\"" }
      ?? "aria-hidden=\"true\" focusable=\"false\""
    let group = style.isEmpty ? "" : " class=\"\(style)\""
    let title = label.map { "<title>\(htmlEscaped($0))</title>\n" } ?? ""
    return
      "<svg\(group) viewBox=\"0 0 \(at(width)) \(at(height))\" \(name)>\n\(title)\(body)</svg>\n"
  }

  private func at(_ value: Double) -> String { NumberText.coordinate(value) }
}
