import Ranks
import Tensors

/// The rest of a batch, on other ranks.
final class RankExchange: BatchExchange {
  private let ranks: RankGroup
  let counts: Bool

  init(_ ranks: RankGroup, counts: Bool) { (self.ranks, self.counts) = (ranks, counts) }

  func gather(_ values: [Double]) -> [[Double]] { ranks.gather(numbers: values) }
}
