import Foundation

extension Forward {
  /// Scaled dot-product attention in several heads: queries `[batch, n, width]` over keys and values
  /// `[batch, m, width]` to `[batch, n, width]`.
  ///
  /// A head owns `width / heads` columns: softmax(Q · Kᵀ / √(width / heads)) · V. Of a case's keys only
  /// the first `keyCounts` are looked at (nil: all). Vaswani et al. 2017,
  /// https://arxiv.org/abs/1706.03762. The tape keeps the softmax, `[batch, heads, n, m]`.
  ///
  /// - Precondition: the heads divide the width; every count is in 1…m.
  public func crossAttention(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, heads: Int = 1, keyCounts: [Int]? = nil
  ) -> Tensor {
    let plan = AttentionPlan(queries, keys, values, heads: heads, keyCounts: keyCounts)
    let weights = Tensor(repeating: 0, shape: [plan.batch, heads, plan.queries, plan.keys])
    let output = Tensor(queries.shape, from: queries, keys, values, weights.writable) {
      output, queries, keys, values, weights in
      for place in plan.places {
        let scores = weights + place.scores
        Tensors.multiply(
          Matrix(queries + place.query, rowStride: plan.width),
          Matrix(keys + place.key, rowStride: plan.width).transposed, into: scores,
          rowStride: plan.keys, m: plan.queries, n: place.count, k: plan.headWidth)
        for row in 0..<plan.queries {
          softmax(scores + row * plan.keys, count: place.count, scale: plan.scale)
        }
        Tensors.multiply(
          Matrix(scores, rowStride: plan.keys), Matrix(values + place.key, rowStride: plan.width),
          into: output + place.query, rowStride: plan.width, m: plan.queries,
          n: plan.headWidth, k: place.count)
      }
    }
    trace?.note(
      .crossAttention(heads: heads, keyCounts: keyCounts), [queries, keys, values], output)
    let nodes = (queries.node, keys.node, values.node)
    let (q, k, v) = (SavedTensor(queries), SavedTensor(keys), SavedTensor(values))
    return record(
      output, wanted: nodes.0 != nil || nodes.1 != nil || nodes.2 != nil
    ) { dy in
      let gradients = plan.gradients(
        dy, weights: weights, queries: q.tensor, keys: k.tensor, values: v.tensor)
      nodes.0?.accumulate(gradients.queries)
      nodes.1?.accumulate(gradients.keys)
      nodes.2?.accumulate(gradients.values)
    }
  }

  /// The mean over the first rows of each case: `[batch, n, width]` to `[batch, width]`; `counts` tells
  /// how many (nil: all).
  ///
  /// - Precondition: every count is in 1…n.
  public func meanOverRows(_ x: Tensor, counts: [Int]? = nil) -> Tensor {
    let asked = counts
    let counts = rowCounts(x.shape, counts, "meanOverRows")
    let (batch, rows, width) = (x.shape[0], x.shape[1], x.channels)
    let output = Tensor([batch, width], from: x) { output, x in
      output.update(repeating: 0, count: batch * width)
      for item in 0..<batch {
        for row in 0..<counts[item] {
          let source = x + (item * rows + row) * width
          for i in 0..<width { output[item * width + i] += source[i] }
        }
        for i in 0..<width { output[item * width + i] /= Float(counts[item]) }
      }
    }
    trace?.note(.meanOverRows(counts: asked), [x], output)
    let (node, shape) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      let dx = Tensor(repeating: 0, shape: shape)
      withElements(dy, dx.writable) { dy, dx in
        for item in 0..<batch {
          for row in 0..<counts[item] {
            let target = dx + (item * rows + row) * width
            for i in 0..<width { target[i] = dy[item * width + i] / Float(counts[item]) }
          }
        }
      }
      node?.accumulate(dx)
    }
  }

  /// Packed rows case by case, `[cases, longest, width]`, zeros behind the shorter ones.
  public func unpacked(_ x: Tensor, _ layout: PackedLayout) -> Tensor {
    let width = x.channels
    requireShapes(
      x.shape == [layout.rows, width], "unpacked: \(x.shape) in \(layout.rows) packed rows")
    let longest = Int(layout.lengths.max() ?? 0)
    let output = Tensor(repeating: 0, shape: [layout.lengths.count, longest, width])
    func forEach(_ body: (_ packed: Int, _ apart: Int, _ count: Int) -> Void) {
      for (item, (start, length)) in zip(layout.starts, layout.lengths).enumerated() {
        body(Int(start) * width, item * longest * width, Int(length) * width)
      }
    }
    withElements(x, output.writable) { x, output in
      forEach { packed, apart, count in (output + apart).update(from: x + packed, count: count) }
    }
    trace?.note(.unpacked(layout: layout), [x], output)
    let (node, shape) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      let dx = Tensor(repeating: 0, shape: shape)
      withElements(dy, dx.writable) { dy, dx in
        forEach { packed, apart, count in (dx + packed).update(from: dy + apart, count: count) }
      }
      node?.accumulate(dx)
    }
  }
}

/// e^(scale · x) over its sum, in place.
func softmax(_ x: UnsafeMutablePointer<Float>, count: Int, scale: Float) {
  var largest = -Float.infinity
  for i in 0..<count { largest = max(largest, x[i]) }
  var sum: Float = 0
  for i in 0..<count {
    x[i] = exp(scale * (x[i] - largest))
    sum += x[i]
  }
  for i in 0..<count { x[i] /= sum }
}

/// The offsets of an attention's cases and heads in memory.
private struct AttentionPlan {
  let batch: Int
  let queries: Int
  let keys: Int
  let width: Int
  let heads: Int
  let counts: [Int]

  var headWidth: Int { width / heads }
  var scale: Float { 1 / Float(headWidth).squareRoot() }

  /// The offsets of one head of one case.
  struct Place {
    let query: Int
    let key: Int
    let scores: Int
    let count: Int
  }

  init(_ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, keyCounts: [Int]?) {
    requireShapes(
      q.shape.count == 3 && k.shape.count == 3 && k.shape == v.shape && q.shape[0] == k.shape[0]
        && q.channels == k.channels,
      "crossAttention: queries \(q.shape), keys \(k.shape) and values \(v.shape) do not fit")
    (batch, queries, keys, width) = (q.shape[0], q.shape[1], k.shape[1], q.channels)
    self.heads = heads
    counts = keyCounts ?? [Int](repeating: keys, count: batch)
    requireShapes(
      heads > 0 && width % heads == 0, "crossAttention: \(heads) heads do not divide \(q.shape)")
    let most = keys
    requireShapes(
      counts.count == batch && counts.allSatisfy { $0 >= 1 && $0 <= most },
      "crossAttention: counts \(counts) do not fit keys \(k.shape)")
  }

  /// Every head of every case.
  var places: [Place] {
    (0..<batch * heads).map { index in
      let (item, head) = (index / heads, index % heads)
      return Place(
        query: item * queries * width + head * headWidth,
        key: item * keys * width + head * headWidth, scores: index * queries * keys,
        count: counts[item])
    }
  }

  /// dV = Pᵀ · dY; dP = dY · Vᵀ; dS = P ∘ (dP − Σ dP ∘ P); dQ = dS · K · scale; dK = dSᵀ · Q · scale.
  func gradients(
    _ dy: Tensor, weights: Tensor, queries q: Tensor, keys k: Tensor, values v: Tensor
  ) -> (queries: Tensor, keys: Tensor, values: Tensor) {
    let (dq, dk, dv) = (
      Tensor(uninitialized: q.shape), Tensor(repeating: 0, shape: k.shape),
      Tensor(repeating: 0, shape: v.shape)
    )
    let slopes = Storage(count: queries * keys)
    withElements(dy, weights, q, k, v, slopes, dq.writable, dk.writable, dv.writable) {
      dy, weights, q, k, v, slopes, dq, dk, dv in
      for place in places {
        let share = weights + place.scores
        let (d, n) = (headWidth, place.count)
        multiply(
          Matrix(share, rowStride: keys).transposed,
          Matrix(dy + place.query, rowStride: width), into: dv + place.key,
          rowStride: width, m: n, n: d, k: queries)
        multiply(
          Matrix(dy + place.query, rowStride: width),
          Matrix(v + place.key, rowStride: width).transposed, into: slopes,
          rowStride: keys, m: queries, n: n, k: d)
        for row in 0..<queries {
          let (slope, weight) = (slopes + row * keys, share + row * keys)
          var mean: Float = 0
          for i in 0..<n { mean += slope[i] * weight[i] }
          for i in 0..<n { slope[i] = weight[i] * (slope[i] - mean) * scale }
        }
        multiply(
          Matrix(slopes, rowStride: keys), Matrix(k + place.key, rowStride: width),
          into: dq + place.query, rowStride: width, m: queries, n: d, k: n)
        multiply(
          Matrix(slopes, rowStride: keys).transposed, Matrix(q + place.query, rowStride: width),
          into: dk + place.key, rowStride: width, m: n, n: d, k: queries)
      }
    }
    return (dq, dk, dv)
  }
}
