/// Ends trials early that are among the worse ones at an epoch: asynchronous successive halving.
///
/// Li et al., "A system for massively parallel hyperparameter tuning", MLSys 2020,
/// https://arxiv.org/abs/1810.05934. A trial goes on at a rung if its loss is among the best 1/`factor` of all that
/// reached it before, its own included. So what happens to a trial depends on earlier ones alone, and trials can be
/// added later.
package struct SuccessiveHalving: Sendable, Equatable {
  /// Of so many trials one goes on, and the next rung is so many times as far; 2 or more.
  package let factor: Int
  /// The epoch of the first rung, from 1 on.
  package let first: Int

  package init(factor: Int = 3, first: Int = 3) {
    self.factor = factor
    self.first = first
  }

  /// Whether an epoch is a rung: `first`, and each `factor` times the one before.
  package func isRung(_ epoch: Int) -> Bool {
    var rung = first
    while rung < epoch { rung *= factor }
    return rung == epoch
  }

  /// Whether a trial ends at a rung.
  ///
  /// - Parameters:
  ///   - loss: its own, less being better.
  ///   - earlier: the losses of the trials before it that reached the rung.
  /// - Returns: true for one that is not finite, too.
  package func stops(_ loss: Double, earlier: [Double]) -> Bool {
    guard loss.isFinite else { return true }
    let place = earlier.count { $0 <= loss }
    return place >= max(1, (earlier.count + 1) / factor)
  }
}
