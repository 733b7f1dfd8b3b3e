import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Accuracy of batch normalisation")
  struct NormalizationAccuracyTests {
    static let unit = 0x1p-24

    @Test("Many parts are normalised as their concatenation is", arguments: [false, true])
    func parts(relu: Bool) {
      let widths = [3, 5, 8]  // 3200 rows: several chunks, of other lengths for each width
      let inputs = widths.map { randomTensor([2, 40, 40, $0], "part\($0)", -1..<3) }
      let dy = randomTensor([2, 40, 40, 16], "dy")
      func run(joined: Bool) -> (y: [Float], gradients: [[Float]], running: [[Float]]) {
        let (norm, trained, running) = normalization(16)
        let (tape, leaves) = (Tape(), inputs.map { traced($0) })
        let forward = makePass(.training, tape: tape)
        let y = forward.batchNormalization(
          joined ? [forward.concatenate(leaves)] : leaves, norm, relu: relu)
        tape.backward(from: y, gradient: dy)
        let nodes = leaves.compactMap(\.node) + trained.map(\.node)
        return (
          y.values, nodes.map { $0.take()?.values ?? [] }, running.map { $0.value.values }
        )
      }
      let (one, many) = (run(joined: true), run(joined: false))
      #expect(relativeDistance(many.y, one.y) < 4 * Self.unit)
      for (a, b) in zip(many.gradients + many.running, one.gradients + one.running) {
        #expect(!b.isEmpty && a.count == b.count)
        // Sums of 32 single-precision terms each, then double: see EZ_SHORT.
        #expect(relativeDistance(a, b) < 32 * Self.unit)
      }
    }

    @Test("Running statistics follow PyTorch's formula over three batches")
    func running() {
      let (norm, _, running) = normalization(2)
      var mean = running[0].value.values.map(Double.init)
      var variance = running[1].value.values.map(Double.init)
      for step in 0..<3 {
        let x = randomTensor([3, 5, 7, 2], "batch\(step)", -1..<4)
        _ = makePass(.training).batchNormalization([x], norm)
        for c in 0..<2 {
          let oracle = Oracle(x, channel: c)
          mean[c] = 0.9 * mean[c] + 0.1 * oracle.mean
          variance[c] = 0.9 * variance[c] + 0.1 * oracle.variance * 105 / 104
        }
      }
      expectClose(running[0].value.values, mean, within: 2e-6)
      expectClose(running[1].value.values, variance, within: 2e-6)
    }

    /// One channel in double precision.
    struct Oracle {
      let values: [Double]
      let mean: Double
      let variance: Double

      init(_ x: Tensor, channel: Int) {
        let all = x.values
        let values = stride(from: channel, to: all.count, by: x.channels).map { Double(all[$0]) }
        let mean = values.reduce(0, +) / Double(values.count)
        self.values = values
        self.mean = mean
        variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      }
    }

    @Test("Values of 1000 ± 1 keep their variance, result and gradient")
    func largeMean() {
      let rows = 4096
      let x = randomTensor([rows, 2], "large", 999..<1001)
      let (norm, trained, running) = normalization(2, momentum: 1, epsilon: 0)
      let (tape, leaf) = (Tape(), traced(x))
      let y = makePass(.training, tape: tape).batchNormalization([leaf], norm)
      let dy = randomTensor([rows, 2], "dy")
      tape.backward(from: y, gradient: dy)
      let dx = leaf.node?.take()?.values ?? []
      for c in 0..<2 {
        let oracle = Oracle(x, channel: c)
        let unbiased = oracle.variance * Double(rows) / Double(rows - 1)
        #expect(abs(Double(running[0].value.values[c]) - oracle.mean) < 1000 * Self.unit)
        #expect(abs(Double(running[1].value.values[c]) / unbiased - 1) < 32 * Self.unit)

        let inverse = 1 / oracle.variance.squareRoot()
        let scale = Double(trained[0].value.values[c])
        let shift = Double(trained[1].value.values[c])
        let slopes = Oracle(dy, channel: c)
        let centred = zip(slopes.values, oracle.values).reduce(0) {
          $0 + $1.0 * ($1.1 - oracle.mean)
        }
        // y = x · a + b with |x · a| ≈ |b| ≈ 1000 · scale / σ: both constants are rounded once.
        let bound = 3 * Self.unit * 1001 * scale * inverse
        var (worst, error, size) = (0.0, 0.0, 0.0)
        for r in 0..<rows {
          let centre = oracle.values[r] - oracle.mean
          worst = max(
            worst, abs(Double(y.values(at: r * 2 + c)) - (centre * inverse * scale + shift)))
          let expected =
            scale * inverse
            * (slopes.values[r] - slopes.mean
              - centre * centred / (oracle.variance * Double(rows)))
          error += (Double(dx[r * 2 + c]) - expected) * (Double(dx[r * 2 + c]) - expected)
          size += expected * expected
        }
        #expect(worst <= bound)
        // The term in x is the small correlation of dy and x, at most 1/10, times 1000.
        #expect((error / size).squareRoot() < 4 * Self.unit * 1000 / 10)
      }
    }
  }
}

extension Tensor {
  /// One element, in row-major order.
  fileprivate func values(at index: Int) -> Float { withFloats { $0[index] } }
}
