import Datasets
import Training

/// What every word of a report says for the positive class, the image held fixed.
package struct TextExplanation: Sendable, Equatable {
  /// In the order of the report.
  package let words: [WordAttribution]
  /// How the integrated gradients came about.
  package let path: PathSummary

  /// Attributes the logit to the words of a case.
  ///
  /// - Parameters:
  ///   - score: the logit as a function of the text.
  ///   - report: the report, as it was written and as the model reads it.
  ///   - integration: how the path is integrated.
  /// - Throws: `ZooError` of code `.notFinite`; `Interrupted`.
  init(
    _ score: ModelScore, _ report: Explainer.Report, integration: IntegratedGradients
  ) throws {
    let (text, reading) = (report.text, report.reading)
    let path = try integration.attribute(
      score, input: score.input, baseline: score.textBaseline(reading))
    func byWord(_ values: [Double]) -> [Double] {
      reading.byWord(TextExplanation.sums(values, rows: score.wordCount))
    }
    let integrated = byWord(path.values)
    let squares = byWord(
      score.gradients(score.input).gradients.map { Double($0) * Double($0) })
    let total = squares.reduce(0, +)
    let scalars = TextExplanation.scalarOffsets(of: reading.tokens, in: text)
    words = reading.tokens.enumerated().map { index, token in
      let isRead = index < reading.readCount
      return WordAttribution(
        written: TextExplanation.slice(text, token.range), token: token.text,
        range: scalars[index], bytes: token.range,
        state: !isRead ? .cutOff : reading.knows(index) ? .known : .unknown,
        gradient: isRead && total > 0 ? squares[index] / total : 0,
        integrated: isRead ? integrated[index] : 0)
    }
    self.path = PathSummary(path)
  }

  /// The sums over equal parts of a list.
  static func sums(_ values: [Double], rows: Int) -> [Double] {
    guard rows > 0 else { return [] }
    let width = values.count / rows
    return (0..<rows).map { row in values[row * width..<(row + 1) * width].reduce(0, +) }
  }

  private static func slice(_ text: String, _ range: Range<Int>) -> String {
    String(decoding: Array(text.utf8)[range], as: UTF8.self)
  }

  /// Byte offsets as offsets of Unicode scalars.
  private static func scalarOffsets(of tokens: [Token], in text: String) -> [Range<Int>] {
    // Every byte that does not go on with a scalar begins one.
    var before: [Int] = [0]
    before.reserveCapacity(text.utf8.count + 1)
    for byte in text.utf8 {
      before.append(before[before.count - 1] + (byte & 0xc0 == 0x80 ? 0 : 1))
    }
    return tokens.map { before[$0.range.lowerBound]..<before[$0.range.upperBound] }
  }
}
