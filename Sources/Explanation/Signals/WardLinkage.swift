/// Ward's hierarchical clustering of points in the plane, by nearest-neighbour chain.
///
/// Joining clusters a and b loses ΔI = w_a·w_b / (w_a + w_b) · ‖c_a − c_b‖², the rise of the sum of
/// squared distances to the centroids; the losses add up to that sum for one cluster. Ward 1963,
/// "Hierarchical grouping to optimize an objective function"; the chain: Murtagh 1983, O(n²) time,
/// O(n) memory. A tie goes to the chain's previous element, then to the lowest index; a cluster's
/// index is that of its first point. Centroids are sums divided by weights, so that whole numbers
/// give the same centroid in any order.
package struct WardLinkage: Sendable {
  /// Two clusters that become one.
  package struct Merge: Sendable, Equatable {
    /// The first point of the one, which is the first of the union.
    package let first: Int
    /// The first point of the other.
    package let second: Int
    /// ΔI.
    package let loss: Double
  }

  /// The number of points.
  package let count: Int
  /// All merges, the smallest loss first.
  package let merges: [Merge]

  /// Joins points until one cluster is left.
  ///
  /// - Precondition: as many `x` as `y`.
  package init(x: [Double], y: [Double]) {
    precondition(x.count == y.count, "\(x.count) abscissas and \(y.count) ordinates")
    count = x.count
    var clusters = Clusters(x: x, y: y)
    var merges: [Merge] = []
    merges.reserveCapacity(max(0, x.count - 1))
    var chain: [Int] = []
    while clusters.count > 1 {
      if chain.isEmpty { chain.append(clusters.id(at: 0)) }
      let last = clusters.position(of: chain[chain.count - 1])
      let previous = chain.count > 1 ? clusters.position(of: chain[chain.count - 2]) : nil
      let nearest = clusters.nearest(to: last, previous: previous)
      guard nearest.position == previous else {
        chain.append(clusters.id(at: nearest.position))
        continue
      }
      chain.removeLast(2)
      let (keep, drop) = (min(last, nearest.position), max(last, nearest.position))
      merges.append(
        Merge(first: clusters.id(at: keep), second: clusters.id(at: drop), loss: nearest.loss))
      clusters.join(keep, drop)
    }
    // By the order of merging among equals, which the standard library's sort does not promise.
    self.merges = merges.enumerated().sorted {
      $0.element.loss != $1.element.loss
        ? $0.element.loss < $1.element.loss : $0.offset < $1.offset
    }.map(\.element)
  }

  /// The sum of squared distances to the common centroid.
  package var total: Double { merges.reduce(0) { $0 + $1.loss } }

  /// The share of the total that is lost with k clusters, for every k from 1 to the number of points.
  package var relativeLosses: [Double] {
    var sum = 0.0
    var losses = [Double](repeating: 0, count: max(1, count))
    for (index, merge) in merges.enumerated() {
      sum += merge.loss
      losses[count - 2 - index] = sum
    }
    return losses.map { sum > 0 ? $0 / sum : 0 }
  }

  /// The cluster of every point when k are left, numbered by their first points.
  ///
  /// - Precondition: `k` is from 1 to the number of points.
  package func labels(clusters k: Int) -> [Int] {
    precondition(k >= 1 && k <= count, "\(k) clusters of \(count) points")
    var root = Array(0..<count)
    func find(_ start: Int) -> Int {
      var i = start
      while root[i] != i {
        root[i] = root[root[i]]
        i = root[i]
      }
      return i
    }
    for merge in merges.prefix(count - k) {
      let (a, b) = (find(merge.first), find(merge.second))
      root[max(a, b)] = min(a, b)
    }
    var names: [Int: Int] = [:]
    return (0..<count).map { index in
      let own = find(index)
      if let name = names[own] { return name }
      names[own] = names.count
      return names.count - 1
    }
  }
}

/// The clusters that are left, in ascending order of their ids, side by side in memory.
private struct Clusters {
  private var ids: [Int]
  private var weight: [Double]
  private var sumX: [Double]
  private var sumY: [Double]
  private var centreX: [Double]
  private var centreY: [Double]

  init(x: [Double], y: [Double]) {
    ids = Array(x.indices)
    weight = [Double](repeating: 1, count: x.count)
    (sumX, sumY, centreX, centreY) = (x, y, x, y)
  }

  var count: Int { ids.count }
  func id(at position: Int) -> Int { ids[position] }

  func position(of id: Int) -> Int {
    var (low, high) = (0, ids.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func nearest(to a: Int, previous: Int?) -> (position: Int, loss: Double) {
    weight.withUnsafeBufferPointer { weight in
      centreX.withUnsafeBufferPointer { centreX in
        centreY.withUnsafeBufferPointer { centreY in
          let (wa, x, y) = (weight[a], centreX[a], centreY[a])
          func loss(_ j: Int, _ square: Double) -> Double {
            wa * weight[j] / (wa + weight[j]) * square
          }
          var best = (position: -1, loss: Double.infinity)
          if let b = previous {
            let (dx, dy) = (centreX[b] - x, centreY[b] - y)
            best = (b, loss(b, dx * dx + dy * dy))
          }
          // The least loss at a distance is that of a single point; a little less, for rounding.
          let least = wa / (wa + 1) * 0.999
          for j in 0..<weight.count {
            let (dx, dy) = (centreX[j] - x, centreY[j] - y)
            let square = dx * dx + dy * dy
            if least * square > best.loss || j == a || j == previous { continue }
            let found = loss(j, square)
            if found < best.loss { best = (j, found) }
          }
          return best
        }
      }
    }
  }

  mutating func join(_ keep: Int, _ drop: Int) {
    weight[keep] += weight[drop]
    sumX[keep] += sumX[drop]
    sumY[keep] += sumY[drop]
    centreX[keep] = sumX[keep] / weight[keep]
    centreY[keep] = sumY[keep] / weight[keep]
    ids.remove(at: drop)
    weight.remove(at: drop)
    sumX.remove(at: drop)
    sumY.remove(at: drop)
    centreX.remove(at: drop)
    centreY.remove(at: drop)
  }
}
