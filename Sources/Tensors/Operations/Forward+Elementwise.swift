import CKernels
import COpenBLAS

extension Forward {
  /// Rectified linear unit: max(0, x).
  public func relu(_ x: Tensor) -> Tensor {
    if isLazy, var work = x.fusableConvolution, !work.hasFunction {
      work.relu = true
      return x.fused(lazy(work))
    }
    let output = Tensor(x.shape, from: x) { ez_relu($1, $0, x.count) }
    trace?.note(.relu, [x], output)
    observeReLU?(output)
    let node = x.node
    let kept = node == nil ? nil : output
    return record(output, wanted: node != nil) { dy in
      guard let kept else { return }
      let dx = Tensor(dy.shape, from: kept, dy) { ez_relu_gradient($1, $2, $0, dy.count) }
      node?.accumulate(dx)
    }
  }

  /// The sum of two tensors of one shape.
  public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    requireShapes(a.shape == b.shape, "add: \(a.shape) and \(b.shape) are not of one shape")
    if isLazy {
      for (x, y) in [(a, b), (b, a)] {
        guard var work = x.fusableConvolution, work.isLinear,
          work.shape == x.shape || y.node == nil
        else { continue }
        work.addend = work.shape == x.shape ? y : Tensor(content: y.content, shape: work.shape)
        return x.fused(lazy(work))
      }
    }
    let output = Tensor(a.shape, from: a, b) { ez_add($1, $2, $0, a.count) }
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
    let output = Tensor(a.shape, from: a, b) { ez_multiply($1, $2, $0, a.count) }
    trace?.note(.multiply, [a, b], output)
    let (left, right) = (a.node, b.node)
    let (x, y) = (SavedTensor(a), SavedTensor(b))
    return record(output, wanted: left != nil || right != nil) { dy in
      for (node, other) in [(left, y), (right, x)] {
        guard let node else { continue }
        node.accumulate(
          Tensor(dy.shape, from: dy, other.tensor) { ez_multiply($1, $2, $0, dy.count) })
      }
    }
  }

  /// Every element times one factor.
  public func multiply(_ x: Tensor, _ factor: Float) -> Tensor {
    let output = Tensor(x.shape, from: x) { ez_scale($1, factor, $0, x.count) }
    trace?.note(.scale(factor), [x], output)
    let node = x.node
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(Tensor(dy.shape, from: dy) { ez_scale($1, factor, $0, dy.count) })
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
    let output = Tensor(x.shape, from: x) { ez_dropout($1, rate, key, $0, x.count) }
    let node = x.node
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(Tensor(dy.shape, from: dy) { ez_dropout($1, rate, key, $0, dy.count) })
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
    let output = Tensor(first.shape.dropLast() + [total], from: parts) { output, values in
      var offset = 0
      for (values, width) in zip(values, widths) {
        ez_copy_columns(values, width, output + offset, total, rows, width, 0)
        offset += width
      }
    }
    trace?.note(.concatenate, parts, output)
    let (nodes, shapes) = (parts.map(\.node), parts.map(\.shape))
    return record(output, wanted: nodes.contains { $0 != nil }) { dy in
      var offset = 0
      for (index, node) in nodes.enumerated() {
        node?.accumulate(shape: shapes[index]) { sum, adds in
          withElements(dy) { dy in
            ez_copy_columns(
              dy + offset, total, sum, widths[index], rows, widths[index], adds ? 1 : 0)
          }
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
    var output = Tensor(content: x.content, shape: shape)
    if let recipe = x.recipe {
      output.recipe = Recipe { Tensor(content: recipe.make().content, shape: shape) }
    }
    trace?.note(.reshape, [x], output)
    let (node, old) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(Tensor(content: dy.content, shape: old))
    }
  }

  /// y = x · wᵀ + b: `[…, in]` to `[…, out]`, weights `[out, in]`, bias `[out]`.
  public func linear(_ x: Tensor, _ weights: Parameter, bias: Parameter? = nil) -> Tensor {
    guard x.shape.count > 2 else { return linearOfRows(x, weights, bias: bias) }
    let rows = x.shape.dropLast().reduce(1, *)
    let y: Tensor
    if isLazy, weights.value.shape.count == 2, weights.value.channels == x.channels {
      // A 1×1 convolution, so that what follows fuses with it.
      y = convolution(reshape(x, to: [1, rows, 1, x.channels]), weights, bias: bias)
    } else {
      y = linearOfRows(reshape(x, to: [rows, x.channels]), weights, bias: bias)
    }
    return reshape(y, to: x.shape.dropLast() + [y.channels])
  }

  private func linearOfRows(_ x: Tensor, _ weights: Parameter, bias: Parameter?) -> Tensor {
    let (w, b) = (value(of: weights), bias.map { value(of: $0) })
    requireShapes(
      x.shape.count == 2 && w.shape.count == 2 && x.shape[1] == w.shape[1]
        && (b?.count ?? w.shape[0]) == w.shape[0],
      "linear: features \(x.shape) times \(weights.key) \(w.shape)"
        + (b.map { ", bias \($0.shape)" } ?? ""))
    let (m, n, k) = (x.shape[0], w.shape[0], w.shape[1])
    if let zeros = counted(m * n * k, [m, n]) { return zeros }
    let output =
      kernels.rowProduct(x, w, .across, bias: b)
      ?? Tensor([m, n], from: x, w, b) { output, x, w, b in
        Tensors.multiply(
          Matrix(x, rowStride: k), Matrix(w, rowStride: k).transposed,
          into: output, rowStride: n, m: m, n: n, k: k)
        if let b { ez_add_bias(output, b, m, n) }
      }
    trace?.note(.linear(weights: weights, bias: bias), [x], output)
    let (inputNode, weightNode, biasNode) = (x.node, w.node, b?.node)
    let saved = weightNode == nil ? nil : SavedTensor(x)
    let (plain, kernels) = (w.detached, kernels)
    return record(
      output, wanted: inputNode != nil || weightNode != nil || biasNode != nil, operation: "linear"
    ) { dy in
      if let x = saved?.tensor {
        let gradient = Tensor([n, k], from: dy, x) { gradient, dy, x in
          Tensors.multiply(
            Matrix(dy, rowStride: n).transposed, Matrix(x, rowStride: k),
            into: gradient, rowStride: k, m: n, n: k, k: m)
        }
        weightNode?.accumulate(gradient)
      }
      biasNode?.accumulateColumnSums(dy, width: n)
      if let inputNode {
        let dx =
          kernels.rowProduct(dy, plain, .back, bias: nil)
          ?? Tensor([m, k], from: dy, plain) { dx, dy, w in
            Tensors.multiply(
              Matrix(dy, rowStride: n), Matrix(w, rowStride: k),
              into: dx, rowStride: k, m: m, n: k, k: n)
          }
        inputNode.accumulate(dx)
      }
    }
  }
}
