/// A matrix of shape `[rows, columns]` of which only the entries other than zero are kept, row
/// after row.
package struct SparseRows: Sendable, Equatable {
  package let columnCount: Int
  /// Where each row begins among the entries, and the end of the last.
  private(set) var starts: [Int32] = [0]
  private(set) var columns: [Int32] = []
  private(set) var values: [Double] = []

  package init(columnCount: Int) { self.columnCount = columnCount }

  package var count: Int { starts.count - 1 }

  /// Adds a row of (column, value) entries.
  ///
  /// - Precondition: every column is below `columnCount`.
  package mutating func append(_ entries: [(column: Int, value: Double)]) {
    for entry in entries {
      precondition(
        (0..<columnCount).contains(entry.column), "column \(entry.column) of \(columnCount)")
      columns.append(Int32(entry.column))
      values.append(entry.value)
    }
    starts.append(Int32(values.count))
  }

  /// Some of the rows, in the order given.
  package func selecting(_ indices: [Int]) -> SparseRows {
    if indices == Array(0..<count) { return self }
    var chosen = SparseRows(columnCount: columnCount)
    for index in indices {
      let entries = Int(starts[index])..<Int(starts[index + 1])
      chosen.columns += columns[entries]
      chosen.values += values[entries]
      chosen.starts.append(Int32(chosen.values.count))
    }
    return chosen
  }

  /// The products of every row with a vector: `out[i] = offset + Σ x[i, j] · vector[j]`.
  func multiply(_ vector: [Double], offset: Double, into out: inout [Double]) {
    let (starts, columns, values) = (starts.span, columns.span, values.span)
    let vector = vector.span
    for row in 0..<count {
      var sum = offset
      for entry in Int(starts[row])..<Int(starts[row + 1]) {
        sum += values[entry] * vector[Int(columns[entry])]
      }
      out[row] = sum
    }
  }

  /// Adds weighted rows to a vector: `out[j] += Σ x[i, j]ᵖ · weights[i]`, p = 1, or 2 if `squared`.
  func addRows(weights: [Double], squared: Bool = false, to out: inout [Double]) {
    let (starts, columns, values) = (starts.span, columns.span, values.span)
    for row in 0..<count {
      let weight = weights[row]
      for entry in Int(starts[row])..<Int(starts[row + 1]) {
        let value = values[entry]
        out[Int(columns[entry])] += weight * (squared ? value * value : value)
      }
    }
  }
}
