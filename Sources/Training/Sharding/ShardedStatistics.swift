import EncoderKit
import Ranks

/// The running statistics of batch normalisation over the shards of one batch.
///
/// Each shard normalises by its own statistics. The running ones move by the mean of what the shards would have moved
/// them, weighted by their cases.
struct ShardedStatistics {
  private let parameters: [Parameter]
  private let before: [[Float]]
  private let tree: ShardTree
  private let ranks: RankGroup?
  private let owned: Range<Int>
  /// The sums of the moves so far.
  private var sums: [[Float]] = []

  init(_ parameters: [Parameter], _ tree: ShardTree, ranks: RankGroup?) {
    self.parameters = parameters.filter { $0.kind == .statistic }
    before = self.parameters.map(\.value.values)
    self.tree = tree
    self.ranks = ranks
    owned = tree.shards(of: ranks?.rank ?? 0, ranks: ranks?.count ?? 1)
  }

  /// Takes how far a shard's pass has moved them, and moves them back; `share` is the part of the batch's cases that the
  /// shard has.
  mutating func take(shard: Int, share: Float) {
    let moves = zip(parameters, before).flatMap { parameter, before in
      zip(parameter.value.values, before).map { (now, before) in (now - before) * share }
    }
    ParameterStore.restore(parameters, to: before)
    sums.append(moves)
    for _ in 0..<tree.additions(after: shard, of: owned) {
      let right = sums.removeLast()
      let left = sums.removeLast()
      sums.append(zip(left, right).map { $0 + $1 })
    }
  }

  /// Moves them by what all shards have moved them.
  func finish() {
    let width = before.reduce(0) { $0 + $1.count }
    guard width > 0 else { return }
    var moves = sums.first ?? []
    if let ranks {
      let (holder, own) = (Holder(), sums)
      ranks.sum(of: tree, width: width) { part, values in
        _ = values.update(from: own[part])
      } then: {
        holder.values = Array($0)
      }
      ranks.wait()
      moves = holder.values
    }
    var start = 0
    let moved = before.map { values -> [Float] in
      defer { start += values.count }
      return zip(values, moves[start...]).map { $0 + $1 }
    }
    ParameterStore.restore(parameters, to: moved)
  }

  /// What arrives on the queue of the ranks, and is read once that has waited.
  private final class Holder: @unchecked Sendable {
    var values: [Float] = []
  }
}
