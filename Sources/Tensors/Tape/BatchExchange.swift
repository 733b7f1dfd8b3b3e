/// Tells this process's part of a batch from those of others, which pass through the same model at the same time, so that
/// normalisation takes the statistics of the whole batch.
///
/// Every process makes the same calls in the same order.
package protocol BatchExchange: AnyObject {
  /// Whether this process's part counts; one that has no case of a small batch passes another's through the model, which
  /// counts for nothing, to make the same calls.
  var counts: Bool { get }

  /// The numbers of every process, as many of each, in an order that is the same for all.
  func gather(_ values: [Double]) -> [[Double]]
}

extension BatchExchange {
  /// The moments of several tensors over the whole batch, from those over this process's rows (Chan, Golub and LeVeque
  /// 1979, http://i.stanford.edu/pub/cstr/reports/cs/tr/79/773/CS-TR-79-773.pdf).
  func whole(_ parts: [Moments]) -> [Moments] {
    guard !parts.isEmpty else { return [] }
    let all = gather(parts.flatMap { [counts ? $0.rows : 0] + $0.mean + $0.variance })
    var start = 0
    return parts.map { part in
      let width = part.mean.count
      let (means, variances) = (start + 1, start + 1 + width)
      defer { start = variances + width }
      let rows = all.map { $0[start] }
      let total = rows.reduce(0, +)
      var whole = Moments(
        mean: part.mean, variance: part.variance, rows: total)
      for channel in 0..<width {
        let mean = zip(rows, all).reduce(0) { $0 + $1.0 * $1.1[means + channel] } / total
        whole.mean[channel] = mean
        whole.variance[channel] =
          zip(rows, all).reduce(0) { sum, rank in
            let distance = rank.1[means + channel] - mean
            return sum + rank.0 * (rank.1[variances + channel] + distance * distance)
          } / total
      }
      return whole
    }
  }

  /// The sums over the whole batch, from those over this process's rows.
  func sum(_ values: [Double]) -> [Double] {
    gather(counts ? values : Array(repeating: 0, count: values.count))
      .reduce(Array(repeating: 0, count: values.count)) { zip($0, $1).map { $0 + $1 } }
  }
}
