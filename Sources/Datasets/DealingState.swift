import Basics

/// What subsets still want while groups are dealt out.
struct DealingState {
  let featureCount: Int
  let shares: [Double]
  /// Cases left of each feature, and all of them at the start.
  private var left: [Int]
  private(set) var totals: [Int]
  private(set) var size = 0
  /// `[subsets, features]`: cases of the feature that the subset still wants.
  var wanted: [Double] = []
  /// Cases that each subset still wants.
  var room: [Double] = []
  /// The subsets in a random order, for ties.
  private var order: [Int] = []

  init(featureCount: Int, shares: [Double]) {
    self.featureCount = featureCount
    self.shares = shares
    left = [Int](repeating: 0, count: featureCount)
    totals = left
  }

  /// Counts a group that will be dealt out.
  mutating func add(_ content: [(feature: Int, count: Int)], size: Int) {
    for item in content { totals[item.feature] += item.count }
    self.size += size
  }

  /// Sets what each subset wants.
  mutating func finishAdding(stream: RandomStream) {
    var stream = stream
    left = totals
    wanted = shares.flatMap { share in totals.map { share * Double($0) } }
    room = shares.map { $0 * Double(size) }
    order = stream.permutation(shares.count)
  }

  /// The feature with the fewest cases left, the first of equal ones; nil where none has any.
  var rarest: Int? {
    left.indices.filter { left[$0] > 0 }.min { (left[$0], $0) < (left[$1], $1) }
  }

  /// The subset a group goes to: by the feature it is dealt for, its other features, room, chance.
  func bestSubset(_ content: [(feature: Int, count: Int)], for feature: Int?) -> Int {
    var best = order[0]
    for subset in order.dropFirst() where isBetter(subset, best, content, feature) { best = subset }
    return best
  }

  private func isBetter(
    _ a: Int, _ b: Int, _ content: [(feature: Int, count: Int)], _ feature: Int?
  ) -> Bool {
    if let feature {
      let (first, second) = (wanted[a * featureCount + feature], wanted[b * featureCount + feature])
      if differ(first, second) { return first > second }
    }
    func others(_ subset: Int) -> Double {
      content.reduce(0) { sum, item in
        item.feature == feature
          ? sum
          : sum + wanted[subset * featureCount + item.feature] / Double(totals[item.feature])
      }
    }
    let (first, second) = (others(a), others(b))
    if differ(first, second) { return first > second }
    return differ(room[a], room[b]) && room[a] > room[b]
  }

  /// Sums of the same shares in another order differ by rounding alone.
  private func differ(_ a: Double, _ b: Double) -> Bool {
    abs(a - b) > 1e-9 * max(1, abs(a), abs(b))
  }

  /// Gives a group to a subset.
  mutating func take(_ content: [(feature: Int, count: Int)], size: Int, into subset: Int) {
    for item in content {
      left[item.feature] -= item.count
      wanted[subset * featureCount + item.feature] -= Double(item.count)
    }
    room[subset] -= Double(size)
  }
}
