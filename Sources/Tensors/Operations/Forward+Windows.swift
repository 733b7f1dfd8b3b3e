import CKernels

extension Forward {
  /// Of every sample's places those of `order`: `[batch, places, width]` to `[batch, order.count, width]`.
  ///
  /// One place may be taken more than once; of a negative one the row is zero.
  ///
  /// - Precondition: `x` has three axes, and no index is beyond the places.
  public func takePlaces(_ x: Tensor, _ order: [Int32]) -> Tensor {
    requireShapes(x.shape.count == 3, "takePlaces: \(x.shape) is not [batch, places, width]")
    let (batch, places, width) = (x.shape[0], x.shape[1], x.channels)
    let stray = order.first { $0 >= Int32(places) }
    requireShapes(stray == nil, "takePlaces: \(x.shape) has no place \(stray ?? 0)")
    let output = Tensor([batch, order.count, width], from: x) { output, x in
      ez_take_places(x, batch, places, width, order, order.count, output)
    }
    trace?.note(.takePlaces(order), [x], output)
    let (node, shape) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(shape: shape) { sum, adds in
        if !adds { sum.update(repeating: 0, count: batch * places * width) }
        withElements(dy) {
          ez_take_places_gradient($0, batch, places, width, order, order.count, sum)
        }
      }
    }
  }

  /// The bias of attention that depends on how two places lie to each other, `[biases, heads, time, time]`, from a table
  /// `[distances, heads]`.
  ///
  /// bias[b, h, i, j] = table[index[i · time + j], h] + masks[b, i, j]. Liu et al. 2021 (Swin),
  /// https://arxiv.org/abs/2103.14030, equation 4. Masks, `[biases, time, time]`, are numbers such as −100 where a place
  /// must not see another; without them there is one bias.
  ///
  /// - Precondition: `index` has a row of the table for each pair of places.
  public func relativePositionBias(
    _ table: Parameter, _ index: [Int32], masks: Tensor? = nil
  ) -> Tensor {
    let values = value(of: table)
    requireShapes(
      values.shape.count == 2,
      "relativePositionBias: \(table.key) \(values.shape) is not [distances, heads]")
    let (rows, heads, pairs) = (values.shape[0], values.channels, index.count)
    let time = Int(Double(pairs).squareRoot().rounded())
    let biases = masks?.shape.first ?? 1
    requireShapes(
      time * time == pairs && masks.map { $0.shape == [biases, time, time] } ?? true,
      "relativePositionBias: \(pairs) pairs and masks \(masks?.shape ?? []) do not fit")
    let stray = index.first { $0 < 0 || $0 >= Int32(rows) }
    requireShapes(
      stray == nil, "relativePositionBias: \(table.key) \(values.shape) has no row \(stray ?? 0)")
    let output = Tensor([biases, heads, time, time], from: values, masks) { output, table, masks in
      var to = output
      for bias in 0..<biases {
        for head in 0..<heads {
          for pair in 0..<pairs {
            to[pair] = table[Int(index[pair]) * heads + head] + (masks?[bias * pairs + pair] ?? 0)
          }
          to += pairs
        }
      }
    }
    // The same for every batch.
    trace?.note(.constant(output.detached), [], output)
    let node = values.node
    return record(output, wanted: node != nil) { dy in
      node?.accumulate(shape: [rows, heads]) { sum, adds in
        if !adds { sum.update(repeating: 0, count: rows * heads) }
        withElements(dy) { dy in
          for matrix in 0..<biases * heads {
            let (head, given) = (matrix % heads, dy + matrix * pairs)
            for pair in 0..<pairs { sum[Int(index[pair]) * heads + head] += given[pair] }
          }
        }
      }
    }
  }
}
