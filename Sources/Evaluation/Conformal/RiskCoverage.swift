/// The risk of the answers that are kept where the least confident are withheld (El-Yaniv & Wiener 2010,
/// https://jmlr.org/papers/v11/el-yaniv10a.html; Geifman & El-Yaniv 2017,
/// https://arxiv.org/abs/1705.08500).
///
/// The risk at a coverage of k/n is the mean loss of the k most confident cases; among cases of equal
/// confidence it is the mean over all orders.
package struct RiskCoverage: Sendable, Equatable {
  /// The risk at each coverage k/n, k = 1…n.
  package let risks: [Double]

  /// The curve of losses, such as 1 for a wrong answer and 0 for a right one.
  ///
  /// - Returns: undefined without cases.
  /// - Precondition: as many losses as confidences; both finite.
  package static func of(losses: [Double], confidences: [Double]) -> Determined<RiskCoverage> {
    precondition(
      losses.count == confidences.count, "\(losses.count) losses, \(confidences.count) confidences")
    guard !losses.isEmpty else { return .undefined(.noCases) }
    let order = confidences.indices.sorted { confidences[$0] > confidences[$1] }
    var risks: [Double] = []
    risks.reserveCapacity(order.count)
    var (sum, start) = (0.0, 0)
    while start < order.count {
      var end = start
      while end < order.count, confidences[order[end]] == confidences[order[start]] { end += 1 }
      let tied = order[start..<end].reduce(0) { $0 + losses[$1] } / Double(end - start)
      for kept in start..<end {
        risks.append((sum + Double(kept + 1 - start) * tied) / Double(kept + 1))
      }
      sum += tied * Double(end - start)
      start = end
    }
    return .value(RiskCoverage(risks: risks))
  }

  /// The area under the curve, the mean risk over all coverages (AURC).
  ///
  /// Within the range of the losses; lower is better.
  package var area: Double { risks.reduce(0, +) / Double(risks.count) }

  /// The risk where nothing is withheld.
  package var fullRisk: Double { risks[risks.count - 1] }

  /// The largest coverage at which the risk is at most a limit; 0 where it never is.
  package func coverage(atRisk limit: Double) -> Double {
    guard let last = risks.lastIndex(where: { $0 <= limit }) else { return 0 }
    return Double(last + 1) / Double(risks.count)
  }
}
