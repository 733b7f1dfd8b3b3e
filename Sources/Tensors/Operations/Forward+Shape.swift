import CKernels

extension Forward {
  /// The same content for every sample of a batch: `[…]` to `[count, …]`.
  public func broadcast(_ x: Tensor, count: Int) -> Tensor {
    requireShapes(count >= 0, "broadcast: \(x.shape) \(count) times")
    let width = x.count
    let output = Tensor([count] + x.shape, from: x) { output, x in
      for sample in 0..<count { (output + sample * width).update(from: x, count: width) }
    }
    trace?.note(.broadcast, [x], output)
    let (node, shape) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(shape: shape) { sum, adds in
        withElements(dy) { ez_column_sums($0, count, width, sum, adds ? 1 : 0) }
      }
    }
  }

  /// Some places of the last axis: `[…, width]` to `[…, range.count]`.
  ///
  /// - Precondition: the range lies within the axis.
  public func slice(_ x: Tensor, _ range: Range<Int>) -> Tensor {
    requireShapes(
      range.lowerBound >= 0 && range.upperBound <= x.channels,
      "slice: places \(range) are not within the last axis of \(x.shape)")
    let (rows, width) = (x.rows, x.channels)
    let output = Tensor(x.shape.dropLast() + [range.count], from: x) { output, x in
      ez_copy_columns(x + range.lowerBound, width, output, range.count, rows, range.count, 0)
    }
    trace?.note(.slice(range), [x], output)
    let (node, shape) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(shape: shape) { sum, adds in
        if !adds { sum.update(repeating: 0, count: rows * width) }
        withElements(dy) { dy in
          ez_copy_columns(dy, range.count, sum + range.lowerBound, width, rows, range.count, 1)
        }
      }
    }
  }

  /// Rows by their indices: `[rows, width]` to `[indices, width]`; a row may be taken more than once.
  ///
  /// - Precondition: every index is a row.
  public func gatherRows(_ x: Tensor, _ indices: [Int32]) -> Tensor {
    let (rows, width) = (x.rows, x.channels)
    let stray = indices.first { $0 < 0 || $0 >= Int32(rows) }
    requireShapes(stray == nil, "gatherRows: \(x.shape) has no row \(stray ?? 0)")
    let output = Tensor([indices.count, width], from: x) { output, x in
      ez_gather_rows(x, indices, indices.count, width, output)
    }
    trace?.note(.gatherRows(indices), [x], output)
    let (node, shape) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(shape: shape) { sum, adds in
        if !adds { sum.update(repeating: 0, count: rows * width) }
        withElements(dy) { ez_scatter_rows($0, indices, indices.count, width, sum) }
      }
    }
  }
}
