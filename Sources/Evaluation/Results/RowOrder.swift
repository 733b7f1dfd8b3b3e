/// The order of rows in a results table, the same however the work was scheduled.
///
/// Combinations and splits come in the order given, those not given after them by natural order;
/// subsets as training, validation, test, test with one side, with a fitted threshold; metrics as
/// `ScoreMetric` lists them.
package struct RowOrder: Sendable {
  private let combinations: [String: Int]
  private let splits: [String: Int]

  package init(combinations: [String] = [], splits: [String] = []) {
    self.combinations = places(combinations)
    self.splits = places(splits)
  }

  /// Rows by combination, split, epoch, subset, metric.
  package func sorted<Row: MeasuredRow>(_ rows: [Row]) -> [Row] {
    rows.sorted { a, b in
      if a.combination != b.combination {
        return before(a.combination, b.combination, combinations)
      }
      if a.split != b.split { return before(a.split, b.split, splits) }
      if a.epoch != b.epoch { return a.epoch < b.epoch }
      if a.subset != b.subset { return before(a.subset.rawValue, b.subset.rawValue, subsetPlaces) }
      let (i, j) = (a.metric.place, b.metric.place)
      return i != j ? i < j : naturalOrder(a.metric.rawValue, b.metric.rawValue)
    }
  }
}

private let subsetPlaces = places(ResultSubset.allCases.map(\.rawValue))

private func places(_ names: [String]) -> [String: Int] {
  Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}

private func before(_ a: String, _ b: String, _ places: [String: Int]) -> Bool {
  let (i, j) = (places[a] ?? Int.max, places[b] ?? Int.max)
  return i != j ? i < j : naturalOrder(a, b)
}

/// Whether `a` comes before `b`, runs of digits compared as numbers: `s2` before `s10`.
///
/// A strict total order: names that read alike, such as `s2` and `s02`, are ordered by their bytes.
package func naturalOrder(_ a: String, _ b: String) -> Bool {
  let (x, y) = (Array(a.utf8), Array(b.utf8))
  var (i, j) = (0, 0)
  while i < x.count, j < y.count {
    if isDigit(x[i]), isDigit(y[j]) {
      let (m, n) = (digits(x, &i), digits(y, &j))
      if m.count != n.count { return m.count < n.count }
      if !m.elementsEqual(n) { return m.lexicographicallyPrecedes(n) }
    } else {
      if x[i] != y[j] { return x[i] < y[j] }
      i += 1
      j += 1
    }
  }
  if (x.count - i) != (y.count - j), i == x.count || j == y.count {
    return i == x.count
  }
  return x.lexicographicallyPrecedes(y)
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

/// The run of digits at `i` without its leading zeros; `i` moves behind it.
private func digits(_ bytes: [UInt8], _ i: inout Int) -> ArraySlice<UInt8> {
  let start = i
  while i < bytes.count, isDigit(bytes[i]) { i += 1 }
  return bytes[start..<i].drop { $0 == 0x30 }
}
