import Ranks

/// How a batch is divided: into shards, each of which is computed by itself.
///
/// Where statistics are of the whole batch, each rank has one shard at most.
struct BatchShards {
  let tree: ShardTree
  /// The cases of each shard, neighbours in the batch.
  let cases: [[Int]]

  /// Divides a batch into as many shards, as equal as can be; into fewer where they would have less cases than `least`.
  init(_ batch: [Int], _ count: Int, least: Int) {
    tree = ShardTree(count: max(1, min(count, batch.count / least)))
    let tree = tree
    cases = (0..<tree.count).map { shard in
      Array(batch[shard * batch.count / tree.count..<(shard + 1) * batch.count / tree.count])
    }
  }

  /// The cases that a rank computes, shard by shard, and which shard they are; nil for a case that counts for nothing.
  func work(of rank: Int, ranks: Int, takesPart: Bool) -> [(cases: [Int], shard: Int?)] {
    let own = tree.shards(of: rank, ranks: ranks).map { (cases: cases[$0], shard: Int?($0)) }
    return own.isEmpty && takesPart ? [(cases: [cases[0][0]], shard: nil)] : own
  }
}
