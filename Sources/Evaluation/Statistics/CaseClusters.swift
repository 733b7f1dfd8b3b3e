import Basics

/// Cases that belong together, such as the images of one patient: a bootstrap draws them together.
///
/// Cases of one patient resemble each other, so that drawing them apart makes intervals too narrow
/// (Field & Welsh 2007, https://doi.org/10.1111/j.1467-9868.2007.00593.x).
package struct CaseClusters: Sendable, Equatable {
  /// The cases of each cluster, in order.
  package let members: [[Int]]
  /// Clusters before this one and those from it on are drawn apart; 0 where all are drawn together.
  private let firstStratum: Int

  /// Clusters from one number a case; equal numbers belong together.
  package init(_ clusters: [Int]) {
    var places: [Int: Int] = [:]
    var members: [[Int]] = []
    for (index, cluster) in clusters.enumerated() {
      if let place = places[cluster] {
        members[place].append(index)
      } else {
        places[cluster] = members.count
        members.append([index])
      }
    }
    self.init(members: members)
  }

  init(members: [[Int]], firstStratum: Int = 0) {
    self.members = members
    self.firstStratum = firstStratum
  }

  /// Every case a cluster of its own.
  package init(singles count: Int) { self.init(members: (0..<count).map { [$0] }) }

  /// The number of clusters.
  package var count: Int { members.count }

  /// The number of cases.
  package var caseCount: Int { members.reduce(0) { $0 + $1.count } }

  /// The cases of as many clusters as there are, drawn with replacement.
  func resample(_ stream: RandomStream) -> [Int] {
    var stream = stream
    var drawn: [Int] = []
    drawn.reserveCapacity(caseCount)
    for cluster in 0..<count {
      let stratum = cluster < firstStratum ? 0..<firstStratum : firstStratum..<count
      drawn += members[stratum.lowerBound + stream.below(stratum.count)]
    }
    return drawn
  }

  /// The values of a statistic without each cluster in turn, as far as they are defined.
  func leavingOneOut(_ statistic: ([Int]) throws -> Double?) rethrows -> [Double] {
    let all = members.flatMap(\.self)
    var start = 0
    return try members.compactMap { own in
      let rest = all[..<start] + all[(start + own.count)...]
      start += own.count
      return try statistic(Array(rest))
    }
  }
}
