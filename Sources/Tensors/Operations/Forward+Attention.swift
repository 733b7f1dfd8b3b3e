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
  /// loops keep them whole. A `bias`, `[biases, heads, time, time]`, is added to Q · Kᵀ / √d: sample b has the one of
  /// b % biases, as windows of an image one behind the other have. Going back, the slopes of a bias that learns are kept
  /// whole, `[batch, heads, time, time]`.
  ///
  /// - Precondition: the width divides by the heads, every length is in `1...time`, the batch is a multiple of the
  ///   biases, and not both lengths and a bias are given.
  public func attention(
    _ qkv: Tensor, heads: Int, lengths: [Int]? = nil, bias: Tensor? = nil
  ) -> Tensor {
    requireShapes(
      qkv.shape.count == 3 && heads > 0 && qkv.channels % (3 * heads) == 0,
      "attention: \(heads) heads can't share queries, keys and values \(qkv.shape)")
    let (batch, time) = (qkv.shape[0], qkv.shape[1])
    let places = lengths ?? [Int](repeating: time, count: batch)
    requireShapes(
      places.count == batch && places.allSatisfy { (1...max(time, 1)).contains($0) },
      "attention: lengths \(places) do not fit \(qkv.shape)")
    if let bias {
      let fits = bias.shape.count == 4 && bias.shape.dropFirst() == [heads, time, time]
      requireShapes(
        fits && lengths == nil && bias.shape[0] > 0 && batch % bias.shape[0] == 0,
        "attention: a bias \(bias.shape) does not fit \(qkv.shape) of \(heads) heads")
    }
    var shape = AttentionShape(
      batch: batch, time: time, width: qkv.channels / 3, heads: heads, used: places.map(Int32.init))
    if let zeros = counted(
      2 * batch * time * time * shape.width, [batch, time, shape.width])
    {
      return zeros
    }
    shape.bias = bias.map { $0.scaled(by: 1 / shape.factor) }
    let operation = Trace.Operation.attention(heads: heads, lengths: lengths)
    let inputs = [qkv] + (bias.map { [$0] } ?? [])
    if kernels.ownLanes > 0 {
      return blockwiseAttention(inputs, shape, kernels.ownLanes, operation)
    }
    let weights = Tensor(uninitialized: [batch, heads, time, time])
    let output = Tensor(uninitialized: [batch, time, shape.width])
    shape.forward(qkv, weights, output)
    trace?.note(operation, inputs, output)
    let (node, biasNode) = (qkv.node, bias?.node)
    let isWanted = node != nil || biasNode != nil
    let saved = isWanted ? (input: SavedTensor(qkv), weights: weights) : nil
    return record(output, wanted: isWanted) { dy in
      guard let saved else { return }
      let slopes = Storage(count: saved.weights.count)
      node?.accumulate(shape.gradient(saved.input.tensor, saved.weights, dy, slopes))
      if let biasNode { shape.accumulateBias(slopes, biasNode) }
    }
  }

  private func blockwiseAttention(
    _ inputs: [Tensor], _ shape: AttentionShape, _ lanes: Int32, _ operation: Trace.Operation
  ) -> Tensor {
    let qkv = inputs[0]
    let (node, biasNode) = (qkv.node, inputs.count > 1 ? inputs[1].node : nil)
    let isWanted = node != nil || biasNode != nil
    if isLazy, !isWanted, let output = kernels.attention(qkv, shape) { return output }
    let output = Tensor(uninitialized: [shape.batch, shape.time, shape.width])
    let logs = isWanted ? Storage(count: shape.batch * shape.heads * shape.time) : nil
    shape.withKernelShape { kernel in
      let space = Storage(count: ez_attention_workspace(kernel, lanes, 0))
      withElements(qkv, space, output.writable, logs) { qkv, space, output, logs in
        ez_attention(kernel, lanes, qkv, space, output, logs)
      }
    }
    trace?.note(operation, inputs, output)
    let (saved, dimensions) = (isWanted ? SavedTensor(qkv) : nil, qkv.shape)
    return record(output, wanted: isWanted, operation: "attention") { dy in
      guard let saved, let logs else { return }
      let gradient = Tensor(uninitialized: dimensions)
      let slopes =
        biasNode.map { _ in Storage(count: shape.batch * shape.heads * shape.time * shape.time) }
      shape.withKernelShape { kernel in
        let space = Storage(count: ez_attention_workspace(kernel, lanes, 1))
        withElements(saved.tensor, logs, dy, space, gradient.writable, slopes) {
          qkv, logs, dy, space, gradient, slopes in
          ez_attention_gradient(kernel, lanes, qkv, logs, dy, space, gradient, slopes)
        }
      }
      node?.accumulate(gradient)
      if let slopes, let biasNode { shape.accumulateBias(slopes, biasNode) }
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
  /// What is added to Q · Kᵀ before it is divided by √d, `[biases, heads, time, time]`.
  var bias: Tensor?

  /// Calls `body` with the same for the blockwise loops.
  func withKernelShape(_ body: (UnsafePointer<ez_attention_shape>) -> Void) {
    used.withUnsafeBufferPointer { used in
      guard let first = used.baseAddress else { return }
      withElements(bias) { bias in
        var shape = ez_attention_shape(
          batch: batch, time: time, width: width, heads: heads, used: first, bias: bias,
          biases: self.bias?.shape[0] ?? 0)
        body(&shape)
      }
    }
  }

  /// Adds the gradient of the bias, of those of each sample's scores.
  func accumulateBias(_ slopes: Storage, _ node: GradientNode) {
    guard let bias else { return }
    let sums = Tensor(bias.shape, from: slopes) { sums, slopes in
      ez_column_sums(slopes, batch / bias.shape[0], bias.count, sums, 0)
    }
    node.accumulate(sums.scaled(by: 1 / factor))
  }

  private var head: Int { width / heads }
  fileprivate var factor: Float { 1 / Float(head).squareRoot() }

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
      if let bias {
        let (size, turns) = (bias.count, batch / bias.shape[0])
        withElements(bias) { bias in
          for index in 0..<turns {
            ez_accumulate(bias, weights + index * size, size)
          }
        }
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

  /// The gradient of queries, keys and values; those of the scores, divided by √d, go to `slopes`.
  func gradient(_ qkv: Tensor, _ weights: Tensor, _ dy: Tensor, _ slopes: Storage) -> Tensor {
    let stride = 3 * width
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

extension Tensor {
  fileprivate func scaled(by factor: Float) -> Tensor {
    Tensor(shape, from: self) { ez_scale($1, factor, $0, count) }
  }
}
