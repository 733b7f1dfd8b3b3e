import Foundation

extension Forward {
  /// The hyperbolic tangent of every element: −1…1.
  public func tanh(_ x: Tensor) -> Tensor {
    smooth(x, .tanh, { Foundation.tanh($0) }, slope: { 1 - $0 * $0 })
  }

  /// The logistic function of every element, 1 / (1 + e^−x): 0…1.
  public func sigmoid(_ x: Tensor) -> Tensor {
    smooth(x, .sigmoid, { 1 / (1 + exp(-$0)) }, slope: { $0 * (1 - $0) })
  }

  /// A function whose slope is known from its value.
  private func smooth(
    _ x: Tensor, _ operation: Trace.Operation, _ value: (Float) -> Float,
    slope: @escaping (Float) -> Float
  ) -> Tensor {
    let output = Tensor(x.shape, from: x) { output, values in
      for i in 0..<x.count { output[i] = value(values[i]) }
    }
    trace?.note(operation, [x], output)
    let node = x.node
    let kept = node == nil ? nil : output
    return record(output, wanted: node != nil) { dy in
      guard let kept else { return }
      let dx = Tensor(dy.shape, from: dy, kept) { dx, slopes, kept in
        for i in 0..<dy.count { dx[i] = slopes[i] * slope(kept[i]) }
      }
      node?.accumulate(dx)
    }
  }

  /// Some rows of x, `[rows, width]`, in a new order; a parameter `[width]` where there is none:
  /// `[places.count, width]`.
  ///
  /// Row i is row `places[i]` of x, or the parameter where that is nil. A row may be taken more than
  /// once; its gradients add up. `x` may be nil where no place names a row.
  ///
  /// - Precondition: every place is a row of x.
  public func rows(_ x: Tensor?, at places: [Int?], otherwise parameter: Parameter) -> Tensor {
    let other = value(of: parameter)
    let width = other.count
    requireShapes(
      x.map { $0.channels == width } ?? places.allSatisfy { $0 == nil },
      "rows: \(parameter.key) \(other.shape) can't stand in for rows of \(x?.shape ?? [])")
    for place in places {
      if let place, let x {
        requireShapes(place >= 0 && place < x.rows, "rows: no row \(place) in \(x.shape)")
      }
    }
    let output = Tensor([places.count, width], from: x, other) { output, values, other in
      for (row, place) in places.enumerated() {
        let source = place.flatMap { index in values.map { $0 + index * width } } ?? other
        (output + row * width).update(from: source, count: width)
      }
    }
    if places.allSatisfy({ $0 == nil }) { trace?.note(.repeated(parameter), [], output) }
    let (node, otherNode, shape) = (x?.node, other.node, x?.shape ?? [])
    return record(output, wanted: node != nil || otherNode != nil) { dy in
      let dx = node == nil ? nil : Tensor(repeating: 0, shape: shape)
      let gradient = otherNode == nil ? nil : Tensor(repeating: 0, shape: other.shape)
      withElements(dy, dx?.writable, gradient?.writable) { dy, dx, gradient in
        for (row, place) in places.enumerated() {
          guard let sum = place.map({ index in dx.map { $0 + index * width } }) ?? gradient else {
            continue
          }
          for i in 0..<width { sum[i] += dy[row * width + i] }
        }
      }
      if let dx { node?.accumulate(dx) }
      if let gradient { otherNode?.accumulate(gradient) }
    }
  }
}
