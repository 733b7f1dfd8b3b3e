/// Packed documents in the order in which a recurrence reads them: all first words, all second ones,
/// and so on, longer documents first, so that each step's rows lie together and belong to the first
/// rows of the step before.
struct TimeOrder {
  /// The row of the packed documents behind each row in this order.
  let rows: [Int32]
  /// How many documents each step has; never grows.
  let counts: [Int]

  init(_ layout: PackedLayout, isReversed: Bool) {
    let longest = Int(layout.lengths.max() ?? 0)
    let order = layout.lengths.indices.sorted {
      (layout.lengths[$1], $0) < (layout.lengths[$0], $1)
    }
    var (rows, counts): ([Int32], [Int]) = ([], [])
    for step in 0..<longest {
      let open = order.prefix { Int(layout.lengths[$0]) > step }
      rows += open.map { document in
        let offset = isReversed ? layout.lengths[document] - 1 - Int32(step) : Int32(step)
        return layout.starts[document] + offset
      }
      counts.append(open.count)
    }
    self.rows = rows
    self.counts = counts
  }

  /// Calls `body` for each step with its first row and its number of rows.
  func forEachStep(_ body: (_ first: Int, _ count: Int) -> Void) {
    var first = 0
    for count in counts {
      body(first, count)
      first += count
    }
  }

  /// The same from the last step to the first; `before` is the first row of the step before, nil of
  /// the first step.
  func forEachStepBack(_ body: (_ first: Int, _ count: Int, _ before: Int?) -> Void) {
    var first = rows.count
    for step in counts.indices.reversed() {
      first -= counts[step]
      body(first, counts[step], step == 0 ? nil : first - counts[step - 1])
    }
  }
}
