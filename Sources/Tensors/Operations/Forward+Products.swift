extension Forward {
  /// The outer product of each row of two tensors: `[batch, m]` and `[batch, n]` to `[batch, m · n]`.
  ///
  /// Element i · n + j of a row is a[i] · b[j].
  public func outerProduct(_ a: Tensor, _ b: Tensor) -> Tensor {
    let (batch, m, n) = (a.rows, a.channels, b.channels)
    requireShapes(
      a.shape.count == 2 && b.shape == [batch, n],
      "outerProduct: \(a.shape) and \(b.shape): both are [batch, width], of one batch")
    let output = Tensor([batch, m * n], from: a, b) { output, a, b in
      for row in 0..<batch {
        for i in 0..<m {
          let factor = a[row * m + i]
          let target = output + (row * m + i) * n
          for j in 0..<n { target[j] = factor * b[row * n + j] }
        }
      }
    }
    let (left, right) = (a.node, b.node)
    let (x, y) = (SavedTensor(a), SavedTensor(b))
    return record(output, wanted: left != nil || right != nil) { dy in
      let da = Tensor(uninitialized: [batch, m])
      let db = Tensor(repeating: 0, shape: [batch, n])
      withElements(x.tensor, y.tensor, dy, da.writable, db.writable) { a, b, dy, da, db in
        for row in 0..<batch {
          for i in 0..<m {
            let source = dy + (row * m + i) * n
            let factor = a[row * m + i]
            var sum: Float = 0
            for j in 0..<n {
              sum += source[j] * b[row * n + j]
              db[row * n + j] += source[j] * factor
            }
            da[row * m + i] = sum
          }
        }
      }
      left?.accumulate(da)
      right?.accumulate(db)
    }
  }
}
