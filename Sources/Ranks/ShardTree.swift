/// In which order the sums of shards are added: as a binary tree, whoever has which shards.
///
/// The sum over `first..<end` is that over the lower half plus that over the upper half. A rank adds what its own
/// shards make of the tree; the rest is added where these sums meet. So the bits do not depend on the number of ranks.
package struct ShardTree: Sendable, Equatable {
  /// The number of shards, at least one.
  package let count: Int

  package init(count: Int) {
    precondition(count > 0, "\(count) shards")
    self.count = count
  }

  /// The shards of a rank: neighbours, as equal in number as can be.
  package func shards(of rank: Int, ranks: Int) -> Range<Int> {
    rank * count / ranks..<(rank + 1) * count / ranks
  }

  /// The largest parts of the tree that hold none but the owned shards, in order.
  package func parts(of owned: Range<Int>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    visit(0..<count) { part in
      guard part.overlaps(owned) else { return false }
      let isInside = owned.contains(part.lowerBound) && owned.contains(part.upperBound - 1)
      if isInside { found.append(part) }
      return !isInside
    }
    return found
  }

  /// How often the last two sums are added after an owned shard was put behind them.
  package func additions(after shard: Int, of owned: Range<Int>) -> Int {
    var number = 0
    for part in parts(of: owned) where part.contains(shard) {
      visit(part) { inner in
        if inner.count > 1, inner.upperBound == shard + 1 { number += 1 }
        return inner.contains(shard)
      }
    }
    return number
  }

  /// The sum of the whole tree out of sums of parts of it, which are added in place; `add(left, right)` adds the right
  /// one to the left one.
  package func sum<Value>(_ parts: [(Range<Int>, Value)], add: (Value, Value) -> Void) -> Value {
    var values: [Range<Int>: Value] = [:]
    for (part, value) in parts { values[part] = value }
    func sum(_ part: Range<Int>) -> Value {
      if let value = values[part] { return value }
      precondition(part.count > 1, "no sum of shard \(part.lowerBound)")
      let (lower, upper) = halves(part)
      let (left, right) = (sum(lower), sum(upper))
      add(left, right)
      return left
    }
    return sum(0..<count)
  }

  private func halves(_ part: Range<Int>) -> (Range<Int>, Range<Int>) {
    let middle = (part.lowerBound + part.upperBound) / 2
    return (part.lowerBound..<middle, middle..<part.upperBound)
  }

  /// Calls `body` with a part, and with its halves where it returned true.
  private func visit(_ part: Range<Int>, _ body: (Range<Int>) -> Bool) {
    guard !part.isEmpty, body(part), part.count > 1 else { return }
    let (lower, upper) = halves(part)
    visit(lower, body)
    visit(upper, body)
  }
}
