import CKernels
import COpenBLAS

extension Forward {
  /// A long short-term memory over packed documents: `[rows, input]` to the states `[rows, width]`, zero
  /// between documents.
  ///
  /// i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b), c = f · c + i · g, h = o · tanh(c), all from
  /// zero. Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735; with forget
  /// gates, as PyTorch. `isReversed` reads each document from its end, so that the state behind a
  /// whole document is in its first row.
  public func lstm(
    _ x: Tensor, _ layout: PackedLayout, _ parameters: RecurrentParameters, isReversed: Bool = false
  ) -> Tensor {
    let pass = recurrence(x, layout, parameters, gates: 4, isReversed)
    let (order, width, rows) = (pass.order, pass.width, pass.order.rows.count)
    let sums = pass.inputSums(x, bias: true)
    let cells = Tensor(uninitialized: [rows, width])
    let states = Tensor(uninitialized: [rows, width])
    withElements(sums.writable, cells.writable, states.writable, pass.hidden) {
      sums, cells, states, hidden in
      var before: Int?
      order.forEachStep { first, count in
        if let before {
          Tensors.multiply(
            Matrix(states + before * width, rowStride: width),
            Matrix(hidden, rowStride: width).transposed,
            into: sums + first * 4 * width, rowStride: 4 * width, m: count, n: 4 * width,
            k: width, beta: 1)
        }
        ez_lstm_step(
          sums + first * 4 * width, before.map { cells + $0 * width }, count, width,
          cells + first * width, states + first * width)
        before = first
      }
    }
    return record(pass.unpacked(states), wanted: pass.isWanted) { dy in
      let dStates = pass.packed(dy)
      let dCells = Tensor(repeating: 0, shape: [rows, width])
      let dSums = Tensor(uninitialized: [rows, 4 * width])
      withElements(
        sums, cells, pass.hidden, dStates.writable, dCells.writable, dSums.writable
      ) { sums, cells, hidden, dStates, dCells, dSums in
        order.forEachStepBack { first, count, before in
          ez_lstm_step_gradient(
            sums + first * 4 * width, before.map { cells + $0 * width }, cells + first * width,
            dStates + first * width, dCells + first * width, count, width,
            dSums + first * 4 * width)
          guard let before else { return }
          Tensors.multiply(
            Matrix(dSums + first * 4 * width, rowStride: 4 * width),
            Matrix(hidden, rowStride: width),
            into: dStates + before * width, rowStride: width, m: count, n: width,
            k: 4 * width, beta: 1)
          (dCells + before * width).update(from: dCells + first * width, count: count * width)
        }
      }
      pass.sendGradients(dSums, dSums, states)
    }
  }

  /// A gated recurrent unit over packed documents: `[rows, input]` to the states `[rows, width]`, zero
  /// between documents.
  ///
  /// r, z = σ(W x + b + U h + d), n = tanh(W x + b + r · (U h + d)), h = (1 − z) · n + z · h, from zero.
  /// Cho et al. 2014, https://arxiv.org/abs/1406.1078, with PyTorch's place of r. `isReversed` as in
  /// `lstm`.
  public func gru(
    _ x: Tensor, _ layout: PackedLayout, _ parameters: RecurrentParameters, isReversed: Bool = false
  ) -> Tensor {
    let pass = recurrence(x, layout, parameters, gates: 3, isReversed)
    let (order, width, rows) = (pass.order, pass.width, pass.order.rows.count)
    let sums = pass.inputSums(x, bias: false)
    let hiddenSums = Tensor(uninitialized: [rows, 3 * width])
    let states = Tensor(uninitialized: [rows, width])
    withElements(
      sums.writable, hiddenSums.writable, states.writable, pass.hidden, pass.hiddenBias
    ) { sums, hiddenSums, states, hidden, hiddenBias in
      var before: Int?
      order.forEachStep { first, count in
        let step = hiddenSums + first * 3 * width
        for row in 0..<count {
          (step + row * 3 * width).update(from: hiddenBias, count: 3 * width)
        }
        if let before {
          Tensors.multiply(
            Matrix(states + before * width, rowStride: width),
            Matrix(hidden, rowStride: width).transposed, into: step,
            rowStride: 3 * width, m: count, n: 3 * width, k: width, beta: 1)
        }
        ez_gru_step(
          sums + first * 3 * width, step, before.map { states + $0 * width }, count, width,
          states + first * width)
        before = first
      }
    }
    return record(pass.unpacked(states), wanted: pass.isWanted) { dy in
      let dStates = pass.packed(dy)
      let dSums = Tensor(uninitialized: [rows, 3 * width])
      let dHidden = Tensor(uninitialized: [rows, 3 * width])
      withElements(
        sums, hiddenSums, states, pass.hidden, dStates.writable, dSums.writable, dHidden.writable
      ) { sums, hiddenSums, states, hidden, dStates, dSums, dHidden in
        order.forEachStepBack { first, count, before in
          ez_gru_step_gradient(
            sums + first * 3 * width, hiddenSums + first * 3 * width,
            before.map { states + $0 * width }, dStates + first * width, count, width,
            dSums + first * 3 * width, dHidden + first * 3 * width)
          guard let before else { return }
          let previous = dStates + before * width
          ez_accumulate(dStates + first * width, previous, count * width)
          Tensors.multiply(
            Matrix(dHidden + first * 3 * width, rowStride: 3 * width),
            Matrix(hidden, rowStride: width), into: previous, rowStride: width,
            m: count, n: width, k: 3 * width, beta: 1)
        }
      }
      pass.sendGradients(dSums, dHidden, states)
    }
  }

  private func recurrence(
    _ x: Tensor, _ layout: PackedLayout, _ parameters: RecurrentParameters, gates: Int,
    _ isReversed: Bool
  ) -> Recurrence {
    let (w, u) = (value(of: parameters.input), value(of: parameters.hidden))
    let (b, d) = (value(of: parameters.inputBias), value(of: parameters.hiddenBias))
    let width = u.channels
    requireShapes(
      w.shape.count == 2 && u.shape.count == 2 && x.shape == [layout.rows, w.shape[1]]
        && w.shape[0] == gates * width
        && u.shape[0] == gates * width && b.count == gates * width && d.count == gates * width,
      "\(gates == 4 ? "lstm" : "gru"): \(x.shape) by \(parameters.input.key) \(w.shape) and "
        + "\(parameters.hidden.key) \(u.shape), biases \(b.shape) and \(d.shape), in "
        + "\(layout.rows) packed rows")
    operations?.add(layout.lengths.reduce(0) { $0 + Int($1) } * (w.count + u.count))
    return Recurrence(
      order: TimeOrder(layout, isReversed: isReversed), width: width, rows: layout.rows,
      input: w, hidden: u, inputBias: b, hiddenBias: d, source: x)
  }
}

/// What both recurrences share: rows in time order, the sums over inputs, and gradients of the
/// parameters.
private struct Recurrence {
  let order: TimeOrder
  let width: Int
  /// Rows of the packed documents, gaps included.
  let rows: Int
  let input: Tensor
  let hidden: Tensor
  let inputBias: Tensor
  let hiddenBias: Tensor
  let source: Tensor

  var isWanted: Bool {
    [input, hidden, inputBias, hiddenBias, source].contains { $0.node != nil }
  }

  /// Rows of packed documents in time order.
  func packed(_ x: Tensor) -> Tensor {
    Tensor([order.rows.count, x.channels], from: x) { result, values in
      ez_gather_rows(values, order.rows, order.rows.count, x.channels, result)
    }
  }

  /// Rows in time order as packed documents, zero between them.
  func unpacked(_ x: Tensor) -> Tensor {
    let result = Tensor(repeating: 0, shape: [rows, x.channels])
    let width = x.channels
    withElements(x, result.writable) { x, result in
      for (from, to) in order.rows.enumerated() {
        (result + Int(to) * width).update(from: x + from * width, count: width)
      }
    }
    return result
  }

  /// W x with the input's bias, and with `bias` the hidden one too.
  func inputSums(_ x: Tensor, bias: Bool) -> Tensor {
    let (gates, from) = (input.shape[0], input.shape[1])
    let rows = order.rows.count
    return Tensor([rows, gates], from: packed(x), input, inputBias, hiddenBias) {
      sums, x, weights, inputBias, hiddenBias in
      Tensors.multiply(
        Matrix(x, rowStride: from), Matrix(weights, rowStride: from).transposed,
        into: sums, rowStride: gates, m: rows, n: gates, k: from)
      ez_add_bias(sums, inputBias, rows, gates)
      if bias { ez_add_bias(sums, hiddenBias, rows, gates) }
    }
  }

  /// Sends the gradients of the sums over inputs and over states on.
  func sendGradients(_ dInput: Tensor, _ dHidden: Tensor, _ states: Tensor) {
    let (gates, from, count) = (input.shape[0], input.shape[1], order.rows.count)
    if let node = input.node {
      node.accumulate(
        Tensor(input.shape, from: dInput, packed(source)) { gradient, dInput, x in
          Tensors.multiply(
            Matrix(dInput, rowStride: gates).transposed, Matrix(x, rowStride: from),
            into: gradient, rowStride: from, m: gates, n: from, k: count)
        })
    }
    for (node, sums) in [(inputBias.node, dInput), (hiddenBias.node, dHidden)] {
      node?.accumulateColumnSums(sums, width: gates)
    }
    if let node = hidden.node {
      // Each step's sums met the states of the step before.
      let gradient = Tensor(repeating: 0, shape: hidden.shape)
      withElements(dHidden, states, gradient.writable) { dHidden, states, gradient in
        order.forEachStepBack { first, count, before in
          guard let before else { return }
          Tensors.multiply(
            Matrix(dHidden + first * gates, rowStride: gates).transposed,
            Matrix(states + before * width, rowStride: width),
            into: gradient, rowStride: width, m: gates, n: width, k: count, beta: 1)
        }
      }
      node.accumulate(gradient)
    }
    if let node = source.node {
      let dx = Tensor([count, from], from: dInput, input) { dx, dInput, input in
        Tensors.multiply(
          Matrix(dInput, rowStride: gates), Matrix(input, rowStride: from),
          into: dx, rowStride: from, m: count, n: from, k: gates)
      }
      node.accumulate(unpacked(dx))
    }
  }
}
