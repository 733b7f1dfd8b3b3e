import Testing

@testable import Ranks

@Suite("The order in which shards are added")
struct ShardTreeTests {
  @Test("Shards are shared as equally as can be, in order", arguments: [(5, 3), (4, 4), (3, 5)])
  func shares(shards: Int, ranks: Int) {
    let tree = ShardTree(count: shards)
    let shares = (0..<ranks).map { tree.shards(of: $0, ranks: ranks) }
    #expect(shares.flatMap { Array($0) } == Array(0..<shards))
    let sizes = shares.map(\.count)
    #expect(sizes.max()! - sizes.min()! <= 1)
  }

  @Test("A rank's parts are the largest of the tree that it has whole")
  func parts() {
    let tree = ShardTree(count: 8)
    #expect(tree.parts(of: 0..<8) == [0..<8])
    #expect(tree.parts(of: 2..<4) == [2..<4])
    #expect(tree.parts(of: 1..<6) == [1..<2, 2..<4, 4..<6])
    #expect(tree.parts(of: 3..<3) == [])
    // 0..<5 is 0..<2 and 2..<5, which is 2 and 3..<5.
    #expect(ShardTree(count: 5).parts(of: 2..<4) == [2..<3, 3..<4])
  }

  @Test("Added as they come or where they meet, the sum is written the same way")
  func sums() {
    for count in 1...9 {
      let tree = ShardTree(count: count)
      let whole = written(tree, ranks: 1)
      for ranks in 2...10 { #expect(written(tree, ranks: ranks) == whole, "\(count) by \(ranks)") }
    }
    #expect(written(ShardTree(count: 5), ranks: 2) == "((0+1)+(2+(3+4)))")
  }

  /// A sum as text.
  private final class Term {
    var text: String
    init(_ text: String) { self.text = text }
  }

  /// The sum over the shards as the ranks add it up.
  private func written(_ tree: ShardTree, ranks: Int) -> String {
    let parts = (0..<ranks).flatMap { rank -> [(Range<Int>, Term)] in
      let owned = tree.shards(of: rank, ranks: ranks)
      var stack: [String] = []
      for shard in owned {
        stack.append("\(shard)")
        for _ in 0..<tree.additions(after: shard, of: owned) {
          let right = stack.removeLast()
          stack.append("(\(stack.removeLast())+\(right))")
        }
      }
      let parts = tree.parts(of: owned)
      #expect(stack.count == parts.count)
      return zip(parts, stack).map { ($0, Term($1)) }
    }
    return tree.sum(parts) { left, right in left.text = "(\(left.text)+\(right.text))" }.text
  }
}
