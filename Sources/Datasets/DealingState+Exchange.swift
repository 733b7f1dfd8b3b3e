import Basics

extension DealingState {
  /// Exchanges groups of two subsets, or moves one, as long as that brings the subsets nearer to what they
  /// should have.
  ///
  /// Measured by Pearson's χ², Σ d² / (s T) over the cases with a feature, those without it, and all cases
  /// of each subset: d is how many too many, T how many there are, s the subset's share. What was dealt out
  /// early was dealt without regard to the labels that came later. Thirty pairs a group, and up to 20,000
  /// of few groups, are tried at random; an accepted one lowers the sum, so that the result is never
  /// worse.
  mutating func exchange(
    _ groups: [Int], contents: [[(feature: Int, count: Int)]], sizes: [Int],
    subsets: inout [Int: Int], stream: RandomStream
  ) {
    guard groups.count > 1 else { return }
    var stream = stream
    var places = groups.map { subsets[$0] ?? 0 }
    let subsetCount = room.count
    let attempts = max(30 * groups.count, min(20_000, groups.count * groups.count))
    for attempt in 0..<attempts {
      let first = stream.below(groups.count)
      // Every fourth is a move: the other side gives nothing.
      let second = attempt % 4 == 3 ? nil : stream.below(groups.count)
      let from = places[first]
      let to = second.map { places[$0] } ?? stream.below(subsetCount)
      guard from != to else { continue }
      let (out, back) = (groups[first], second.map { groups[$0] })
      let difference = difference(contents[out], back.map { contents[$0] } ?? [])
      let size = sizes[out] - (back.map { sizes[$0] } ?? 0)
      guard change(difference, size: size, from: from, to: to) < -1e-9 else { continue }
      for item in difference {
        wanted[from * featureCount + item.feature] += Double(item.count)
        wanted[to * featureCount + item.feature] -= Double(item.count)
      }
      room[from] += Double(size)
      room[to] -= Double(size)
      places[first] = to
      if let second { places[second] = from }
    }
    for (group, place) in zip(groups, places) { subsets[group] = place }
  }

  /// How much the sum grows where cases go from one subset to another.
  private func change(
    _ difference: [(feature: Int, count: Int)], size: Int, from: Int, to: Int
  ) -> Double {
    func one(_ moved: Int, _ total: Int, _ left: Double, _ right: Double) -> Double {
      let moved = Double(moved)
      return
        (moved * (moved + 2 * left) / shares[from] + moved * (moved - 2 * right) / shares[to])
        / Double(max(1, total))
    }
    func both(_ feature: Int, _ moved: Int) -> Double {
      let total = totals[feature]
      let (left, right) = (
        wanted[from * featureCount + feature], wanted[to * featureCount + feature]
      )
      return one(moved, total, left, right)
        + one(size - moved, self.size - total, room[from] - left, room[to] - right)
    }
    var sum = one(size, self.size, room[from], room[to])
    if size == 0 {
      for item in difference { sum += both(item.feature, item.count) }
      return sum
    }
    var next = 0
    for feature in 0..<featureCount {
      let isNext = next < difference.count && difference[next].feature == feature
      sum += both(feature, isNext ? difference[next].count : 0)
      if isNext { next += 1 }
    }
    return sum
  }

  /// The first less the second, where they differ; both by rising feature.
  private func difference(
    _ a: [(feature: Int, count: Int)], _ b: [(feature: Int, count: Int)]
  ) -> [(feature: Int, count: Int)] {
    var (found, next) = ([(feature: Int, count: Int)](), 0)
    for item in a {
      while next < b.count, b[next].feature < item.feature {
        found.append((b[next].feature, -b[next].count))
        next += 1
      }
      if next < b.count, b[next].feature == item.feature {
        if item.count != b[next].count { found.append((item.feature, item.count - b[next].count)) }
        next += 1
      } else {
        found.append(item)
      }
    }
    for item in b[next...] { found.append((item.feature, -item.count)) }
    return found
  }
}
