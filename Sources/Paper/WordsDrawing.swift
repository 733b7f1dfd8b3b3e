import Basics
import Explanation
import Pages

/// A report as the paper's Figure 3 shows it: its words in their order, coloured by what each says, its score below.
struct WordsDrawing {
  private let words: [WordAttribution]
  private let width = 760.0
  private let rowHeight = 46.0
  private let letter = 8.2

  init(_ words: [WordAttribution]) { self.words = words }

  /// The drawing as an SVG element.
  var html: String {
    let strongest = words.map(\.gradient).max() ?? 0
    var rows: [[(word: WordAttribution, x: Double, width: Double)]] = [[]]
    var x = 12.0
    for word in words where word.state != .cutOff {
      let size = max(44, Double(word.written.count) * letter + 12)
      if x + size > width - 12 {
        rows.append([])
        x = 12
      }
      rows[rows.count - 1].append((word, x, size))
      x += size + 4
    }
    var drawing = SVGDrawing(width: width, height: Double(rows.count) * rowHeight + 16)
    for (number, row) in rows.enumerated() {
      let y = 10 + Double(number) * rowHeight
      for (word, x, size) in row {
        let step = strongest > 0 ? Int((5 * word.gradient / strongest).rounded()) : 0
        drawing.rectangle(x, y, width: size, height: 22, style: "word-\(step)")
        drawing.text(
          x + size / 2, y + 15.5, word.written, style: "word-text", anchor: "middle")
        drawing.text(
          x + size / 2, y + 34, NumberText.fixed(word.gradient, digits: 3), style: "tick",
          anchor: "middle")
      }
    }
    let best = words.max { $0.gradient < $1.gradient }?.written ?? ""
    return drawing.html(label: "The words of a report by their scores; the highest has \(best).")
  }
}
