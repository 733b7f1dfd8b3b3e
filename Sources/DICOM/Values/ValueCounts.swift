/// How often each value of a picture occurs, in ascending order; padding is left out.
struct ValueCounts {
  private(set) var rows: [(value: Double, count: Int)] = []

  /// Counts of values by their patterns of bits.
  init(_ counts: [Int], _ value: (UInt32) -> Double, isPadding: (UInt32) -> Bool) {
    for (pattern, count) in counts.enumerated() where count > 0 && !isPadding(UInt32(pattern)) {
      rows.append((value(UInt32(pattern)), count))
    }
    rows.sort { $0.value < $1.value }
  }

  /// Counts of any values.
  init(_ values: [Double]) {
    for value in values.sorted() {
      if let last = rows.last, last.value == value {
        rows[rows.count - 1].count += 1
      } else {
        rows.append((value, 1))
      }
    }
  }

  /// The smallest value that so many percent of all are not above: the nearest rank.
  func percentile(_ percent: Double) -> Double {
    let total = rows.reduce(0) { $0 + $1.count }
    let rank = max(1, (percent / 100 * Double(total)).rounded(.up))
    var passed = 0
    for row in rows {
      passed += row.count
      if Double(passed) >= rank { return row.value }
    }
    return rows.last?.value ?? 0
  }

  /// The smallest and the largest value; both 0 where there is none.
  var range: (least: Double, largest: Double) { (rows.first?.value ?? 0, rows.last?.value ?? 0) }
}
