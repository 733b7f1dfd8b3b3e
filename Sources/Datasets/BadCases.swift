import Basics

/// Cases that can't be used, as a person is told of them: how many of each kind, then examples.
package struct BadCases: Sendable {
  private let items: [LeftOut]

  /// How many examples of a kind are given.
  private static let examples = 4

  package init(_ items: [LeftOut]) { self.items = items }

  /// `12 cases can't be used: 8 image file missing, 4 empty text`, then examples by kind, each with its
  /// place; what is the same of many cases is told once.
  package func error(
    _ code: ZooError.Code = .badValue, at place: Place? = nil, advice: String
  ) -> ZooError {
    let lines = kinds.flatMap { kind in examples(of: kind.map { items[$0] }) }
    return ZooError(
      code,
      "\(items.count) \(items.count == 1 ? "case" : "cases") can't be used: \(counts)"
        + lines.map { "\n  \($0)" }.joined(), at: place, advice: advice)
  }

  /// How many there are of each kind, the commonest first: `8 image file missing, 4 empty text`.
  package var counts: String {
    kinds.map { "\($0.count) \(items[$0[0]].reason.rawValue)" }.joined(separator: ", ")
  }

  /// The positions of each kind, the commonest first.
  private var kinds: [[Int]] {
    Dictionary(grouping: items.indices) { items[$0].reason }.values
      .sorted { ($1.count, $0[0]) < ($0.count, $1[0]) }
  }

  private func examples(of items: [LeftOut]) -> [String] {
    var order: [String: Int] = [:]
    var told: [(first: LeftOut, count: Int)] = []
    for item in items {
      if let index = order[item.message] {
        told[index].count += 1
      } else {
        order[item.message] = told.count
        told.append((item, 1))
      }
    }
    let shown = told.prefix(BadCases.examples)
    let more = items.count - shown.reduce(0) { $0 + $1.count }
    return shown.map { item, count in
      "\(item.place): \(item.message)" + (count > 1 ? " (\(count) cases, the first is named)" : "")
    } + (more > 0 ? ["and \(more) more of \(items[0].reason.rawValue)"] : [])
  }
}
