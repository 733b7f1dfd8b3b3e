import CKernels
import COpenBLAS

extension Forward {
  /// Rectified linear unit: max(0, x).
  public func relu(_ x: Tensor) -> Tensor {
    if defers, var work = x.convolution, !work.relu {
      work.relu = true
      return putOff(work)
    }
    let output = Tensor(uninitialized: x.shape)
    ez_relu(x.floats, output.floats, x.count)
    trace?.note(.relu, [x], output)
    observeReLU?(output)
    let node = x.node
    let kept = node == nil ? nil : output
    return record(output, wanted: node != nil) { dy in
      guard let kept else { return }
      let dx = Tensor(uninitialized: dy.shape)
      ez_relu_gradient(kept.floats, dy.floats, dx.floats, dy.count)
      node?.accumulate(dx)
    }
  }

  /// The sum of two tensors of one shape.
  public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    requireShapes(a.shape == b.shape, "add: \(a.shape) and \(b.shape) are not of one shape")
    if defers {
      for (x, y) in [(a, b), (b, a)] {
        guard var work = x.convolution, work.isLinear else { continue }
        work.addend = y
        return putOff(work)
      }
    }
    let output = Tensor(uninitialized: a.shape)
    ez_add(a.floats, b.floats, output.floats, a.count)
    trace?.note(.add, [a, b], output)
    let (left, right) = (a.node, b.node)
    return record(output, wanted: left != nil || right != nil) { dy in
      left?.accumulate(dy)
      right?.accumulate(dy)
    }
  }

  /// The product, place by place, of two tensors of one shape.
  public func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
    requireShapes(a.shape == b.shape, "multiply: \(a.shape) and \(b.shape) are not of one shape")
    let output = Tensor(uninitialized: a.shape)
    ez_multiply(a.floats, b.floats, output.floats, a.count)
    trace?.note(.multiply, [a, b], output)
    let (left, right) = (a.node, b.node)
    let (x, y) = (SavedTensor(a), SavedTensor(b))
    return record(output, wanted: left != nil || right != nil) { dy in
      for (node, other) in [(left, y), (right, x)] {
        guard let node else { continue }
        let (factor, dx) = (other.tensor, Tensor(uninitialized: dy.shape))
        ez_multiply(dy.floats, factor.floats, dx.floats, dy.count)
        node.accumulate(dx)
      }
    }
  }

  /// Every element times one factor.
  public func multiply(_ x: Tensor, _ factor: Float) -> Tensor {
    let output = Tensor(uninitialized: x.shape)
    ez_scale(x.floats, factor, output.floats, x.count)
    trace?.note(.scale(factor), [x], output)
    let node = x.node
    return record(output, wanted: node != nil) { dy in
      let dx = Tensor(uninitialized: dy.shape)
      ez_scale(dy.floats, factor, dx.floats, dy.count)
      node?.accumulate(dx)
    }
  }

  /// Inverted dropout: in training each element is zero with probability `rate`, the others are
  /// multiplied by 1 / (1 − rate); in evaluation nothing happens.
  ///
  /// Srivastava et al., "Dropout", JMLR 2014, https://jmlr.org/papers/v15/srivastava14a.html.
  ///
  /// - Precondition: `rate` is in `0..<1`.
  public mutating func dropout(_ x: Tensor, rate: Float) -> Tensor {
    if !(0..<1).contains(rate) { endProcess("dropout: a rate of \(rate) is not in 0..<1") }
    guard mode == .training, rate > 0 else { return x }
    let key: UInt64 = random.next()
    let output = Tensor(uninitialized: x.shape)
    ez_dropout(x.floats, rate, key, output.floats, x.count)
    let node = x.node
    return record(output, wanted: node != nil) { dy in
      let dx = Tensor(uninitialized: dy.shape)
      ez_dropout(dy.floats, rate, key, dx.floats, dy.count)
      node?.accumulate(dx)
    }
  }

  /// Tensors side by side along the last axis; all other extents are equal.
  public func concatenate(_ parts: [Tensor]) -> Tensor {
    guard let first = parts.first, parts.count > 1 else {
      requireShapes(!parts.isEmpty, "concatenate: no tensors")
      return parts[0]
    }
    requireShapes(
      parts.allSatisfy { $0.shape.dropLast() == first.shape.dropLast() },
      "concatenate: \(parts.map { "\($0.shape)" }.joined(separator: ", ")) differ in more than the last axis"
    )
    let widths = parts.map(\.channels)
    let (total, rows) = (widths.reduce(0, +), first.rows)
    let output = Tensor(uninitialized: first.shape.dropLast() + [total])
    var offset = 0
    for part in parts {
      ez_copy_columns(
        part.floats, part.channels, output.floats + offset, total, rows, part.channels, 0)
      offset += part.channels
    }
    trace?.note(.concatenate, parts, output)
    let (nodes, shapes) = (parts.map(\.node), parts.map(\.shape))
    return record(output, wanted: nodes.contains { $0 != nil }) { dy in
      var offset = 0
      for (index, node) in nodes.enumerated() {
        node?.accumulate(shape: shapes[index]) { sum, adds in
          ez_copy_columns(
            dy.floats + offset, total, sum, widths[index], rows, widths[index], adds ? 1 : 0)
        }
        offset += widths[index]
      }
    }
  }

  /// The same elements in the same order under another shape.
  public func reshape(_ x: Tensor, to shape: [Int]) -> Tensor {
    requireShapes(
      shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == x.count,
      "reshape: \(x.shape) to \(shape): \(x.count) values for \(shape.reduce(1, *)) places")
    let output = Tensor(storage: x.storage, shape: shape)
    trace?.note(.reshape, [x], output)
    let (node, old) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(Tensor(storage: dy.storage, shape: old))
    }
  }

  /// y = x · wᵀ + b: `[batch, in]` to `[batch, out]`, weights `[out, in]`, bias `[out]`.
  public func linear(_ x: Tensor, _ weights: Parameter, bias: Parameter? = nil) -> Tensor {
    let (w, b) = (value(of: weights), bias.map { value(of: $0) })
    requireShapes(
      x.shape.count == 2 && w.shape.count == 2 && x.shape[1] == w.shape[1]
        && (b?.count ?? w.shape[0]) == w.shape[0],
      "linear: features \(x.shape) times \(weights.key) \(w.shape)"
        + (b.map { ", bias \($0.shape)" } ?? ""))
    let (m, n, k) = (x.shape[0], w.shape[0], w.shape[1])
    operations?.add(m * n * k)
    let output = Tensor(uninitialized: [m, n])
    Tensors.multiply(
      Matrix(x.floats, rowStride: k), Matrix(w.floats, rowStride: k).transposed,
      into: output.floats, rowStride: n, m: m, n: n, k: k)
    if let b { ez_add_bias(output.floats, b.floats, m, n) }
    trace?.note(.linear(weights: weights, bias: bias), [x], output)
    let (inputNode, weightNode, biasNode) = (x.node, w.node, b?.node)
    let saved = weightNode == nil ? nil : SavedTensor(x)
    let plain = w.detached
    return record(output, wanted: inputNode != nil || weightNode != nil || biasNode != nil) { dy in
      if let x = saved?.tensor {
        let gradient = Tensor(uninitialized: [n, k])
        Tensors.multiply(
          Matrix(dy.floats, rowStride: n).transposed, Matrix(x.floats, rowStride: k),
          into: gradient.floats, rowStride: k, m: n, n: k, k: m)
        weightNode?.accumulate(gradient)
      }
      biasNode?.accumulate(shape: [n]) { sum, adds in
        ez_column_sums(dy.floats, m, n, sum, adds ? 1 : 0)
      }
      if let inputNode {
        let dx = Tensor(uninitialized: [m, k])
        Tensors.multiply(
          Matrix(dy.floats, rowStride: n), Matrix(plain.floats, rowStride: k),
          into: dx.floats, rowStride: k,
          m: m, n: k, k: n)
        inputNode.accumulate(dx)
      }
    }
  }
}
