import CKernels
import COpenBLAS

/// Where each document of a batch lies in rows laid end to end.
///
/// Documents are packed without padding to a common length; `gap` zero rows follow each, so that a
/// window that runs over a document's end reads zeros.
public struct PackedLayout: Sendable, Equatable {
  /// The first row of each document.
  public let starts: [Int32]
  /// The number of rows of each document, at least one.
  public let lengths: [Int32]
  /// The zero rows behind each document.
  public let gap: Int
  /// All rows, gaps included.
  public let rows: Int

  /// Lays documents of the given lengths end to end.
  ///
  /// - Precondition: no length is below one.
  public init(lengths: [Int], gap: Int) {
    requireShapes(
      lengths.allSatisfy { $0 > 0 }, "packed layout: a document without words in \(lengths)")
    var starts: [Int32] = []
    var next = 0
    for length in lengths {
      starts.append(Int32(next))
      next += length + gap
    }
    self.starts = starts
    self.gap = gap
    self.lengths = lengths.map { Int32($0) }
    rows = next
  }
}

extension Forward {
  /// The rows of a table for each index: `[indices, width]`.
  ///
  /// The row of the `padding` index, if any, reads as zeros and gets no gradient.
  ///
  /// - Precondition: every index is a row of the table.
  public func embedding(_ table: Parameter, _ indices: [Int32], padding: Int32? = nil) -> Tensor {
    let values = value(of: table)
    requireShapes(
      values.shape.count == 2, "embedding: \(table.key) \(values.shape) is not [rows, width]")
    let (rows, width) = (values.shape[0], values.shape[1])
    let stray = indices.first { $0 < 0 || $0 >= Int32(rows) }
    requireShapes(
      stray == nil, "embedding: \(table.key) \(values.shape) has no row \(stray ?? 0)")
    requireShapes(
      padding.map { $0 >= 0 && $0 < Int32(rows) } ?? true,
      "embedding: \(table.key) \(values.shape) has no row \(padding ?? 0) for padding")
    let output = Tensor([indices.count, width], from: values) { output, values in
      ez_gather_rows(values, indices, indices.count, width, output)
      guard let padding else { return }
      for (place, index) in indices.enumerated() where index == padding {
        (output + place * width).update(repeating: 0, count: width)
      }
    }
    trace?.note(.embedding(table: table, indices: indices, padding: padding), [], output)
    if let embeddingTap { return embeddingTap.take(output, indices, padding: padding) }
    let node = values.node
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(shape: [rows, width]) { sum, adds in
        if !adds { sum.update(repeating: 0, count: rows * width) }
        // Another look-up of the same table may have sent that row a gradient.
        let kept = padding.map { row in
          Array(UnsafeBufferPointer(start: sum + Int(row) * width, count: width))
        }
        withElements(dy) { ez_scatter_rows($0, indices, indices.count, width, sum) }
        if let padding, let kept { (sum + Int(padding) * width).update(from: kept, count: width) }
      }
    }
  }

  /// A 1-D convolution over words, ReLU, and the maximum over time: `[rows, width]` of packed
  /// documents to `[documents, filters]`.
  ///
  /// out[d, f] = max(0, max over t of Σⱼ x[t + j] · w[f, j] + b[f]), t over the words of document d.
  /// Weights are `[filters, kernel, width]`, bias `[filters]`. Kim 2014,
  /// https://arxiv.org/abs/1408.5882. A document's responses are one matrix product, whose rows overlap, and are gone
  /// once their maximum is known; without loops of our own each kernel position is a product of all documents. The
  /// backward pass touches only the windows that won.
  ///
  /// - Precondition: the layout has a gap of at least kernel − 1 rows, which are zero.
  public func convolutionMaxOverTime(
    _ x: Tensor, _ layout: PackedLayout, _ weights: Parameter, bias: Parameter
  ) -> Tensor {
    let (w, b) = (value(of: weights), value(of: bias))
    requireShapes(
      w.shape.count == 3 && b.count == w.shape[0] && x.shape == [layout.rows, w.shape[2]],
      "convolutionMaxOverTime: \(x.shape) by \(weights.key) \(w.shape) and \(bias.key) \(b.shape), "
        + "in \(layout.rows) packed rows")
    let (filters, kernel, width) = (w.shape[0], w.shape[1], w.shape[2])
    let documents = layout.starts.count
    requireShapes(
      layout.gap >= kernel - 1,
      "convolutionMaxOverTime: \(x.shape) by \(weights.key) \(w.shape): a gap of \(layout.gap) rows "
        + "is too short for \(kernel) words")
    if let zeros = counted(layout.rows * w.count, [documents, filters]) { return zeros }
    let (output, winners) = bestWindows(x, layout, w, b)
    trace?.note(
      .convolutionMaxOverTime(weights: weights, bias: bias, layout: layout), [x], output)
    let (inputNode, weightNode, biasNode) = (x.node, w.node, b.node)
    let saved = SavedTensor(x)
    let (plain, rows) = (w.detached, layout.rows)
    return record(output, wanted: inputNode != nil || weightNode != nil || biasNode != nil) { dy in
      let weightGradient = Tensor(repeating: 0, shape: [filters, kernel, width])
      let biasGradient = Tensor(repeating: 0, shape: [filters])
      let inputGradient = inputNode.map { _ in Tensor(repeating: 0, shape: [rows, width]) }
      withElements(
        dy, saved.tensor, plain, inputGradient?.writable, weightGradient.writable,
        biasGradient.writable
      ) { dy, x, w, dx, dw, db in
        ez_max_over_time_gradient(
          dy, filters, winners, x, w, documents, filters, kernel, width, dx, dw, db)
      }
      weightNode?.accumulate(weightGradient)
      biasNode?.accumulate(biasGradient)
      if let inputGradient { inputNode?.accumulate(inputGradient) }
    }
  }

  /// The best response of each filter to the windows of each document, and the row of its window, −1 where none is
  /// above zero.
  private func bestWindows(_ x: Tensor, _ layout: PackedLayout, _ w: Tensor, _ b: Tensor) -> (
    Tensor, [Int32]
  ) {
    let (filters, kernel, width) = (w.shape[0], w.shape[1], w.shape[2])
    let (documents, lanes) = (layout.starts.count, kernels.ownLanes)
    var winners = [Int32](repeating: -1, count: documents * filters)
    guard lanes > 0 else {
      let responses = Storage(count: layout.rows * filters)
      let output = Tensor([documents, filters], from: x, w, b, responses) {
        output, x, w, b, responses in
        for j in 0..<kernel {
          // Rows past the end are only read for windows that start in the last gap.
          Tensors.multiply(
            Matrix(x + j * width, rowStride: width),
            Matrix(w + j * width, rowStride: kernel * width).transposed,
            into: responses, rowStride: filters,
            m: layout.rows - j, n: filters, k: width, beta: j == 0 ? 0 : 1)
        }
        ez_max_over_time(
          responses, b, layout.starts, layout.lengths, documents, filters, output, filters,
          &winners)
      }
      return (output, winners)
    }
    let depth = kernel * width
    let packed = w.packed(
      .pointwise, scale: nil, count: ez_packed_count(lanes, depth, filters)
    ) { weights, _, packed in ez_pack_weights(lanes, weights, filters, depth, nil, packed) }
    let longest = Int(layout.lengths.max() ?? 0)
    let space = Storage(count: ez_windows_workspace(longest, filters))
    let output = Tensor([documents, filters], from: x, packed, b, space) {
      output, x, packed, b, space in
      ez_best_windows(
        lanes, x, packed, b, layout.starts, layout.lengths, documents, longest, filters, kernel,
        width, space, output, filters, &winners)
    }
    return (output, winners)
  }
}
