/// Cases in bins of equal mass by their probability, with how often the positive class came true: a
/// reliability diagram.
///
/// The edges are the quantiles 1/k … (k−1)/k of the probabilities (type 7); a case on an edge is in the
/// bin below, so that equal probabilities are never parted, and bins that stay empty are left out (as
/// scikit-learn's `calibration_curve` with `strategy="quantile"`).
package struct ReliabilityBins: Sendable, Equatable {
  /// One bin.
  package struct Bin: Sendable, Equatable {
    package let count: Int
    package let positives: Int
    /// The mean probability of its cases.
    package let meanProbability: Double

    /// The share of positives.
    package var observed: Double { Double(positives) / Double(count) }
  }

  /// By rising probability, none empty.
  package let bins: [Bin]
  /// Edges between all bins asked for, ascending.
  let edges: [Double]

  /// Bins of probabilities; none where there is no case.
  ///
  /// - Precondition: as many labels as probabilities, `count` is positive.
  package init(labels: [Bool], probabilities: [Double], count: Int = 10) {
    precondition(
      labels.count == probabilities.count && count > 0,
      "\(labels.count) labels, \(probabilities.count) probabilities, \(count) bins")
    let sorted = probabilities.sorted()
    edges = sorted.isEmpty ? [] : (1..<count).map { Self.edge($0, of: count, sorted) }
    bins = Self.tallied(labels, probabilities, edges).filter { $0.count > 0 }
  }

  /// All bins between edges, empty ones too.
  static func tallied(_ labels: [Bool], _ probabilities: [Double], _ edges: [Double]) -> [Bin] {
    var counts = [Int](repeating: 0, count: edges.count + 1)
    var positives = counts
    var sums = [Double](repeating: 0, count: counts.count)
    for (label, probability) in zip(labels, probabilities) {
      let bin = place(of: probability, edges)
      counts[bin] += 1
      sums[bin] += probability
      if label { positives[bin] += 1 }
    }
    return counts.indices.map {
      Bin(
        count: counts[$0], positives: positives[$0],
        meanProbability: counts[$0] > 0 ? sums[$0] / Double(counts[$0]) : 0)
    }
  }

  /// The number of edges below a value, by bisection.
  static func place(of value: Double, _ edges: [Double]) -> Int {
    var (low, high) = (0, edges.count)
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The quantile index/count, its place in whole numbers.
  private static func edge(_ index: Int, of count: Int, _ sorted: [Double]) -> Double {
    let (below, rest) = (index * (sorted.count - 1)).quotientAndRemainder(dividingBy: count)
    guard rest > 0 else { return sorted[below] }
    return sorted[below] + Double(rest) / Double(count) * (sorted[below + 1] - sorted[below])
  }
}
