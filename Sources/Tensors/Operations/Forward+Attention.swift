import CKernels
import COpenBLAS

extension Forward {
  /// Scaled dot-product attention in several heads: queries, keys and values side by side,
  /// `[batch, time, 3 · width]`, to `[batch, time, width]`.
  ///
  /// Of each head of d = width / heads places: softmax(Q · Kᵀ / √d) · V. Vaswani et al. 2017,
  /// https://arxiv.org/abs/1706.03762. With `lengths`, the places of a sample behind its length are
  /// read by none; their own rows are computed, and mean nothing. The weights, `[batch, heads, time, time]`, are made a
  /// block of queries at a time; the tape keeps a logarithm of each query, and they are made again. Kernels without such
  /// loops keep them whole.
  ///
  /// - Precondition: the width divides by the heads, and every length is in `1...time`.
  public func attention(_ qkv: Tensor, heads: Int, lengths: [Int]? = nil) -> Tensor {
    requireShapes(
      qkv.shape.count == 3 && heads > 0 && qkv.channels % (3 * heads) == 0,
      "attention: \(heads) heads can't share queries, keys and values \(qkv.shape)")
    let (batch, time) = (qkv.shape[0], qkv.shape[1])
    let places = lengths ?? [Int](repeating: time, count: batch)
    requireShapes(
      places.count == batch && places.allSatisfy { (1...max(time, 1)).contains($0) },
      "attention: lengths \(places) do not fit \(qkv.shape)")
    let shape = AttentionShape(
      batch: batch, time: time, width: qkv.channels / 3, heads: heads, used: places.map(Int32.init))
    if let zeros = counted(
      2 * batch * time * time * shape.width, [batch, time, shape.width])
    {
      return zeros
    }
    let operation = Trace.Operation.attention(heads: heads, lengths: lengths)
    if kernels.ownLanes > 0 {
      return blockwiseAttention(qkv, shape, kernels.ownLanes, operation)
    }
    let weights = Tensor(uninitialized: [batch, heads, time, time])
    let output = Tensor(uninitialized: [batch, time, shape.width])
    shape.forward(qkv, weights, output)
    trace?.note(operation, [qkv], output)
    let node = qkv.node
    let saved = node == nil ? nil : (input: SavedTensor(qkv), weights: weights)
    return record(output, wanted: node != nil) { dy in
      guard let saved else { return }
      node?.accumulate(shape.gradient(saved.input.tensor, saved.weights, dy))
    }
  }

  private func blockwiseAttention(
    _ qkv: Tensor, _ shape: AttentionShape, _ lanes: Int32, _ operation: Trace.Operation
  ) -> Tensor {
    let node = qkv.node
    if isLazy, node == nil, let output = kernels.attention(qkv, shape) { return output }
    let output = Tensor(uninitialized: [shape.batch, shape.time, shape.width])
    let logs = node == nil ? nil : Storage(count: shape.batch * shape.heads * shape.time)
    shape.withKernelShape { kernel in
      let space = Storage(count: ez_attention_workspace(kernel, lanes, 0))
      withElements(qkv, space, output.writable, logs) { qkv, space, output, logs in
        ez_attention(kernel, lanes, qkv, space, output, logs)
      }
    }
    trace?.note(operation, [qkv], output)
    let (saved, dimensions) = (node == nil ? nil : SavedTensor(qkv), qkv.shape)
    return record(output, wanted: node != nil, operation: "attention") { dy in
      guard let saved, let logs else { return }
      let gradient = Tensor(uninitialized: dimensions)
      shape.withKernelShape { kernel in
        let space = Storage(count: ez_attention_workspace(kernel, lanes, 1))
        withElements(saved.tensor, logs, dy, space, gradient.writable) {
          qkv, logs, dy, space, gradient in
          ez_attention_gradient(kernel, lanes, qkv, logs, dy, space, gradient)
        }
      }
      node?.accumulate(gradient)
    }
  }
}

/// The extents of an attention, and its matrix products: two forward and four back for each head.
package struct AttentionShape {
  let batch: Int
  let time: Int
  let width: Int
  let heads: Int
  /// The places that are read, of each sample.
  let used: [Int32]

  /// Calls `body` with the same for the blockwise loops.
  func withKernelShape(_ body: (UnsafePointer<ez_attention_shape>) -> Void) {
    used.withUnsafeBufferPointer { used in
      guard let first = used.baseAddress else { return }
      var shape = ez_attention_shape(
        batch: batch, time: time, width: width, heads: heads, used: first)
      body(&shape)
    }
  }

  private var head: Int { width / heads }
  private var factor: Float { 1 / Float(head).squareRoot() }

  /// Calls `body` for every head with its matrices' offsets: in the input (of the queries), in the
  /// weights, in the output.
  private func forEachHead(_ body: (_ input: Int, _ weights: Int, _ output: Int) -> Void) {
    for sample in 0..<batch {
      for index in 0..<heads {
        body(
          sample * time * 3 * width + index * head, (sample * heads + index) * time * time,
          sample * time * width + index * head)
      }
    }
  }

  func forward(_ qkv: Tensor, _ weights: Tensor, _ output: Tensor) {
    let stride = 3 * width
    withElements(qkv, weights.writable, output.writable) { qkv, weights, output in
      forEachHead { input, weight, _ in
        multiply(
          Matrix(qkv + input, rowStride: stride),
          Matrix(qkv + input + width, rowStride: stride).transposed,
          into: weights + weight, rowStride: time, m: time, n: time, k: head)
      }
      ez_softmax(weights, batch * heads * time, time, factor, used, heads * time)
      forEachHead { input, weight, result in
        multiply(
          Matrix(weights + weight, rowStride: time),
          Matrix(qkv + input + 2 * width, rowStride: stride),
          into: output + result, rowStride: width, m: time, n: head, k: time)
      }
    }
  }

  func gradient(_ qkv: Tensor, _ weights: Tensor, _ dy: Tensor) -> Tensor {
    let stride = 3 * width
    let slopes = Storage(count: weights.count)
    return Tensor(qkv.shape, from: qkv, weights, dy, slopes) { gradient, qkv, weights, dy, slopes in
      forEachHead { input, weight, result in
        let dOutput = Matrix(dy + result, rowStride: width)
        multiply(
          dOutput, Matrix(qkv + input + 2 * width, rowStride: stride).transposed,
          into: slopes + weight, rowStride: time, m: time, n: time, k: head)
        multiply(
          Matrix(weights + weight, rowStride: time).transposed, dOutput,
          into: gradient + input + 2 * width, rowStride: stride, m: time, n: head, k: time)
      }
      ez_softmax_gradient(weights, slopes, batch * heads * time, time, factor)
      forEachHead { input, weight, _ in
        let slope = Matrix(slopes + weight, rowStride: time)
        multiply(
          slope, Matrix(qkv + input + width, rowStride: stride),
          into: gradient + input, rowStride: stride, m: time, n: head, k: time)
        multiply(
          slope.transposed, Matrix(qkv + input, rowStride: stride),
          into: gradient + input + width, rowStride: stride, m: time, n: head, k: time)
      }
    }
  }
}
