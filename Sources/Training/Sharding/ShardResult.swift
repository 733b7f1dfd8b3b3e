import Ranks

/// What a shard's forward pass gave.
struct ShardResult: Equatable {
  let loss: Double
  /// `[cases, outputs]`.
  let logits: [Float]

  /// What a rank tells the others of its shards, and whether it is asked to stop.
  static func bytes(_ results: [ShardResult], stops: Bool) -> [UInt8] {
    var bytes: [UInt8] = [stops ? 1 : 0]
    for result in results {
      withUnsafeBytes(of: result.loss) { bytes += $0 }
      result.logits.withUnsafeBytes { bytes += $0 }
    }
    return bytes
  }

  /// The results of all shards of a batch, in order, from what every rank told, and whether one is asked to stop.
  static func read(_ all: [[UInt8]], outputs: Int, of batch: BatchShards, _ ranks: RankGroup) -> (
    results: [ShardResult], stops: Bool
  ) {
    var results: [ShardResult] = []
    for (rank, bytes) in all.enumerated() {
      var place = 1
      bytes.withUnsafeBytes { bytes in
        for shard in batch.tree.shards(of: rank, ranks: ranks.count) {
          let loss = bytes.loadUnaligned(fromByteOffset: place, as: Double.self)
          place += MemoryLayout<Double>.size
          let logits = (0..<batch.cases[shard].count * outputs).map { index in
            bytes.loadUnaligned(
              fromByteOffset: place + index * MemoryLayout<Float>.size, as: Float.self)
          }
          place += logits.count * MemoryLayout<Float>.size
          results.append(ShardResult(loss: loss, logits: logits))
        }
      }
    }
    return (results, all.contains { $0[0] == 1 })
  }
}
