/// Rows of each case made one: the largest value, or a weighted sum. Of a case's rows only the first `counts` are
/// looked at (nil: all).
extension Forward {
  /// The largest value of each column over the rows of each case: `[batch, n, width]` to `[batch, width]`.
  ///
  /// The gradient goes to the first of equal values.
  ///
  /// - Precondition: every count is in 1…n.
  package func maximumOverRows(_ x: Tensor, counts: [Int]? = nil) -> Tensor {
    let counts = rowCounts(x.shape, counts, "maximumOverRows")
    let (batch, rows, width) = (x.shape[0], x.shape[1], x.channels)
    let winners = Storage(count: batch * width)
    let output = Tensor([batch, width], from: x, winners) { output, x, winners in
      for item in 0..<batch {
        for column in 0..<width {
          var best = 0
          for row in 1..<max(1, counts[item])
          where x[(item * rows + row) * width + column] > x[(item * rows + best) * width + column] {
            best = row
          }
          output[item * width + column] = x[(item * rows + best) * width + column]
          winners[item * width + column] = Float(best)
        }
      }
    }
    let (node, shape) = (x.node, x.shape)
    return record(output, wanted: node != nil) { dy in
      let dx = Tensor(repeating: 0, shape: shape)
      withElements(dy, winners, dx.writable) { dy, winners, dx in
        for item in 0..<batch {
          for column in 0..<width {
            let place = item * width + column
            dx[(item * rows + Int(winners[place])) * width + column] = dy[place]
          }
        }
      }
      node?.accumulate(dx)
    }
  }

  /// The softmax of each case's scores, `[batch, n]`: e^s over the sum of its rows', 0 behind them.
  ///
  /// - Precondition: every count is in 1…n.
  package func softmaxOverRows(_ scores: Tensor, counts: [Int]? = nil) -> Tensor {
    let counts = rowCounts(scores.shape + [1], counts, "softmaxOverRows")
    let (batch, rows) = (scores.shape[0], scores.shape[1])
    let output = Tensor([batch, rows], from: scores) { output, scores in
      output.update(repeating: 0, count: batch * rows)
      for item in 0..<batch {
        let own = output + item * rows
        own.update(from: scores + item * rows, count: counts[item])
        softmax(own, count: counts[item], scale: 1)
      }
    }
    let node = scores.node
    let kept = node == nil ? nil : output
    return record(output, wanted: node != nil) { dy in
      guard let kept else { return }
      let dx = Tensor(repeating: 0, shape: [batch, rows])
      withElements(dy, kept, dx.writable) { dy, a, dx in
        for item in 0..<batch {
          let start = item * rows
          var mean: Float = 0
          for row in 0..<counts[item] { mean += dy[start + row] * a[start + row] }
          for row in 0..<counts[item] {
            dx[start + row] = a[start + row] * (dy[start + row] - mean)
          }
        }
      }
      node?.accumulate(dx)
    }
  }

  /// The weighted sum of each case's rows: `[batch, n, width]` and `[batch, n]` to `[batch, width]`.
  package func weightedSumOverRows(_ x: Tensor, weights: Tensor) -> Tensor {
    requireShapes(
      x.shape.count == 3 && weights.shape == Array(x.shape.prefix(2)),
      "weightedSumOverRows: \(x.shape) by \(weights.shape): not one weight a row")
    let (batch, rows, width) = (x.shape[0], x.shape[1], x.channels)
    let output = Tensor([batch, width], from: x, weights) { output, x, weights in
      output.update(repeating: 0, count: batch * width)
      for item in 0..<batch {
        for row in 0..<rows {
          let (weight, source) = (weights[item * rows + row], x + (item * rows + row) * width)
          for i in 0..<width { output[item * width + i] += weight * source[i] }
        }
      }
    }
    let (node, weightNode) = (x.node, weights.node)
    let (saved, savedWeights) = (SavedTensor(x), SavedTensor(weights))
    return record(output, wanted: node != nil || weightNode != nil) { dy in
      let dx = Tensor(uninitialized: [batch, rows, width])
      let dw = Tensor(uninitialized: [batch, rows])
      withElements(dy, saved.tensor, savedWeights.tensor, dx.writable, dw.writable) {
        dy, x, weights, dx, dw in
        for item in 0..<batch {
          let slopes = dy + item * width
          for row in 0..<rows {
            let place = item * rows + row
            var sum: Float = 0
            for i in 0..<width {
              dx[place * width + i] = weights[place] * slopes[i]
              sum += x[place * width + i] * slopes[i]
            }
            dw[place] = sum
          }
        }
      }
      node?.accumulate(dx)
      weightNode?.accumulate(dw)
    }
  }

  /// How many rows of each case count.
  func rowCounts(_ shape: [Int], _ counts: [Int]?, _ name: String) -> [Int] {
    requireShapes(shape.count == 3, "\(name): \(shape) is not [batch, n, width]")
    let counts = counts ?? [Int](repeating: shape[1], count: shape[0])
    requireShapes(
      counts.count == shape[0] && counts.allSatisfy { $0 >= 1 && $0 <= shape[1] },
      "\(name): counts \(counts) do not fit \(shape)")
    return counts
  }
}
