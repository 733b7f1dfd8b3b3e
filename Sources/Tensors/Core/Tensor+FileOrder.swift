import CKernels

extension Tensor {
  /// Files keep convolution weights as `[out, in, …]`; here they are `[out, …, in]`.
  package var inFileOrder: Tensor {
    guard shape.count > 2 else { return self }
    return transposed(
      rows: shape[1..<shape.count - 1].reduce(1, *), columns: channels,
      to: [shape[0], channels] + shape[1..<shape.count - 1])
  }

  /// The inverse of `inFileOrder`.
  package var fromFileOrder: Tensor {
    guard shape.count > 2 else { return self }
    return transposed(
      rows: shape[1], columns: shape[2...].reduce(1, *),
      to: [shape[0]] + shape[2...] + [shape[1]])
  }

  /// Each of the outermost axis's matrices transposed.
  private func transposed(rows: Int, columns: Int, to shape: [Int]) -> Tensor {
    Tensor(shape, from: self) { transposed, values in
      ez_transpose(values, self.shape[0], rows, columns, transposed)
    }
  }
}
