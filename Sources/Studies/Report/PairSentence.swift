import Basics
import Evaluation

/// What the splits say about a pair, as a sentence of HTML.
enum PairSentence {
  /// The sentence, told of one of the two; of the first where that is neither.
  static func html(_ pair: PairComparison, seenFrom selected: String?) -> String {
    func name(_ text: String) -> String { "<b>\(htmlEscaped(text))</b>" }
    let isFirst = selected == nil || pair.first == selected
    let (one, other) = isFirst ? (pair.first, pair.second) : (pair.second, pair.first)
    let sign = isFirst ? 1.0 : -1.0
    let interval = pair.interval
    let bounds =
      isFirst ? (interval.lower, interval.upper) : (-interval.upper, -interval.lower)
    let numbers =
      "difference \(NumberText.signed(sign * pair.test.meanDifference)), "
      + "95% interval \(NumberText.signed(bounds.0)) to \(NumberText.signed(bounds.1))"
    guard let holmP = pair.holmP else {
      return "\(name(one)) and \(name(other)): the difference is the same in every split "
        + "(\(NumberText.signed(sign * pair.test.meanDifference))), so it can’t be tested."
    }
    let p = "Holm-adjusted \(NumberText.p(holmP).replacing("<", with: "&lt;"))"
    guard let better = pair.better else {
      return "\(name(one)) and \(name(other)): <em>no significant difference</em> "
        + "(\(numbers), \(p))."
    }
    return "\(name(one)) is <em>significantly \(better == one ? "better" : "worse")</em> than "
      + "\(name(other)) (\(numbers), \(p))."
  }
}
