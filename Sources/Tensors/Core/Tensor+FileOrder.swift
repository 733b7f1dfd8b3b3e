extension Tensor {
  /// Files keep convolution weights as `[out, in, …]`; here they are `[out, …, in]`.
  package var inFileOrder: Tensor {
    guard shape.count > 2 else { return self }
    return Tensor(
      permuted(outer: shape[0], rows: shape[1..<shape.count - 1].reduce(1, *), columns: channels),
      shape: [shape[0], channels] + shape[1..<shape.count - 1])
  }

  /// The inverse of `inFileOrder`.
  package var fromFileOrder: Tensor {
    guard shape.count > 2 else { return self }
    return Tensor(
      permuted(outer: shape[0], rows: shape[1], columns: shape[2...].reduce(1, *)),
      shape: [shape[0]] + shape[2...] + [shape[1]])
  }

  private func permuted(outer: Int, rows: Int, columns: Int) -> [Float] {
    let source = values
    var output = [Float](repeating: 0, count: source.count)
    for o in 0..<outer {
      for r in 0..<rows {
        for c in 0..<columns {
          output[(o * columns + c) * rows + r] = source[(o * rows + r) * columns + c]
        }
      }
    }
    return output
  }
}
