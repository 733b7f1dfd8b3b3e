import Ranks

/// How a batch is divided: into shards, each of which is computed by itself.
struct BatchShards {
  let tree: ShardTree
  /// The cases of each shard, neighbours in the batch.
  let cases: [[Int]]

  /// Divides a batch into as many shards, as equal as can be; into fewer where they would have less than two cases, of
  /// which batch statistics can't be made.
  init(_ batch: [Int], _ count: Int) {
    tree = ShardTree(count: max(1, min(count, batch.count / 2)))
    let tree = tree
    cases = (0..<tree.count).map { shard in
      Array(batch[shard * batch.count / tree.count..<(shard + 1) * batch.count / tree.count])
    }
  }
}
