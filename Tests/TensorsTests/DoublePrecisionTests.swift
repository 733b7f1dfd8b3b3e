import Foundation
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Forward passes in double precision")
  struct DoublePrecisionTests {
    /// Windows with stride, padding, groups; more places than are widened at once.
    static let cases: [(shape: [Int], out: Int, window: Window)] = [
      ([2, 9, 7, 12], 10, Window(height: 3, width: 3, stride: 2, padding: 1)),
      ([1, 5, 4, 200], 6, Window(height: 1, width: 1, stride: 1, padding: 0)),
      ([1, 31, 29, 3], 5, Window(height: 5, width: 3, stride: 1, padding: 2)),
      ([2, 6, 6, 8], 4, Window(height: 3, width: 3, stride: 1, padding: 1, groups: 2)),
    ]

    /// The convolution by its definition in double precision.
    private func definition(
      _ input: [Double], _ shape: [Int], _ weights: Tensor, _ bias: Tensor?, _ w: Window
    ) -> [Double] {
      let (kernel, b) = (weights.values, bias?.values)
      let out = w.outputShape(shape, channels: weights.shape[0])
      let (inGroup, outGroup) = (shape[3] / w.groups, out[3] / w.groups)
      var result: [Double] = []
      for n in 0..<out[0] {
        for oy in 0..<out[1] {
          for ox in 0..<out[2] {
            for o in 0..<out[3] {
              var sum = b.map { Double($0[o]) } ?? 0
              for ky in 0..<w.height {
                for kx in 0..<w.width {
                  let (y, x0) = (
                    oy * w.stride + ky - w.padding.top, ox * w.stride + kx - w.padding.left
                  )
                  guard y >= 0, y < shape[1], x0 >= 0, x0 < shape[2] else { continue }
                  let place = ((n * shape[1] + y) * shape[2] + x0) * shape[3]
                  let row = ((o * w.height + ky) * w.width + kx) * inGroup
                  for c in 0..<inGroup {
                    sum += input[place + o / outGroup * inGroup + c] * Double(kernel[row + c])
                  }
                }
              }
              result.append(sum)
            }
          }
        }
      }
      return result
    }

    @Test("Each result is the exact sum, rounded once", arguments: cases, [false, true])
    func exact(_ c: (shape: [Int], out: Int, window: Window), hasBias: Bool) {
      let x = randomTensor(c.shape, "x")
      let weights = randomTensor(
        [c.out, c.window.height, c.window.width, c.shape[3] / c.window.groups], "weights")
      let bias = hasBias ? randomTensor([c.out], "bias") : nil
      let found = DoublePrecisionKernels(ReferenceKernels())
        .convolution(x, weights, bias: bias, c.window).values
      let wanted = definition(x.values.map(Double.init), c.shape, weights, bias, c.window)
      expectRoundedOnce(found, wanted)
    }

    private func expectRoundedOnce(_ found: [Float], _ wanted: [Double]) {
      #expect(found.count == wanted.count)
      for (one, other) in zip(found, wanted) {
        #expect(abs(Double(one) - other) <= abs(other) * 0x1.001p-24 + 1e-14)
      }
    }

    /// Four sums of 2 × 2 places, or their maxima, of each channel.
    private func pooled(_ x: [Double], _ shape: [Int], _ join: ([Double]) -> Double) -> [Double] {
      var result: [Double] = []
      for y in 0..<shape[1] / 2 {
        for column in 0..<shape[2] / 2 {
          for c in 0..<shape[3] {
            result.append(
              join(
                [(0, 0), (0, 1), (1, 0), (1, 1)].map { dy, dx in
                  x[((2 * y + dy) * shape[2] + 2 * column + dx) * shape[3] + c]
                }))
          }
        }
      }
      return result
    }

    @Test(
      "Joined normalisations, sums and ReLUs and poolings hand on what is not rounded",
      arguments: [false, true])
    func chain(isRecorded: Bool) {
      typealias Layer = LazyTests.Layer
      let (stem, before) = (
        Layer("stem", from: 3, to: 16, kernel: 3), Layer("before", from: 16, to: 16, kernel: 1)
      )
      let behind = Layer("behind", from: 16, to: 16, kernel: 1, bias: true)
      let x = randomTensor([1, 16, 12, 3], "x")
      var run = makePass(
        .evaluation, tape: isRecorded ? Tape() : nil, DoublePrecisionKernels(ReferenceKernels()))
      run.tracksParameters = false
      let input = isRecorded ? traced(x) : x
      let first = run.batchNormalization(
        run.convolution(input, stem.convolution, padding: 1), stem.norm, relu: true)
      let half = run.averagePool(first, size: 2, stride: 2)
      let inner = run.convolution(
        run.batchNormalization([half], before.norm, relu: true), behind.convolution,
        bias: behind.bias)
      let sum = run.relu(run.add(run.batchNormalization(inner, behind.norm), half))
      // Without a gradient only the maximum is wanted, rounded.
      let found = isRecorded ? run.maxPool(sum, size: 2, stride: 2) : sum

      func normalized(_ x: [Double], _ layer: Layer) -> [Double] {
        let norm = layer.norm
        let (scale, shift) = (norm.scale.value.values, norm.shift.value.values)
        let mean = norm.runningMean.value.values
        let variance = norm.runningVariance.value.values
        return x.enumerated().map { i, value in
          let c = i % scale.count
          return (value - Double(mean[c]))
            / (Double(variance[c]) + Double(norm.epsilon)).squareRoot() * Double(scale[c])
            + Double(shift[c])
        }
      }
      func clipped(_ x: [Double]) -> [Double] { x.map { max(0, $0) } }
      let window = Window(height: 3, width: 3, stride: 1, padding: 1)
      let one = Window(height: 1, width: 1, stride: 1, padding: 0)
      let wideFirst = clipped(
        normalized(
          definition(
            x.values.map(Double.init), x.shape, stem.convolution.value, nil, window), stem))
      let wideHalf = pooled(wideFirst, [1, 16, 12, 16]) { $0.reduce(0, +) / 4 }
      let wideInner = definition(
        clipped(normalized(wideHalf, before)), [1, 8, 6, 16], behind.convolution.value,
        behind.bias?.value, one)
      let wideSum = clipped(zip(normalized(wideInner, behind), wideHalf).map { $0 + $1 })
      expectRoundedOnce(
        found.values,
        isRecorded ? pooled(wideSum, [1, 8, 6, 16]) { $0.max() ?? 0 } : wideSum)
      if isRecorded {
        let wide = found.content.cache.wide
        #expect(wide != nil)
        if let wide {
          let exact = pooled(wideSum, [1, 8, 6, 16]) { $0.max() ?? 0 }
          withElements(wide) { doubles in
            for (i, value) in exact.enumerated() { #expect(abs(doubles[i] - value) < 1e-13) }
          }
        }
      }
    }

    @Test("ReLUs and maxima that rounding would turn go the right way, forward and back")
    func switches() {
      // 1 + 2⁻³⁰ is 1 when rounded: as a ReLU's input beside a shift of −1 it would be 0, and as large as
      // its neighbour.
      let above: [Float] = [1, 0x1p-30]
      let kernels = DoublePrecisionKernels(ReferenceKernels())
      let tape = Tape()
      var run = makePass(.evaluation, tape: tape, kernels)
      run.tracksParameters = false
      let x = traced(Tensor([1, 0] + above, shape: [1, 1, 2, 2]))
      let sums = run.convolution(x, parameter("sum", [1, 1], [1, 1, 1, 2]))
      #expect(sums.values == [1, 1])
      let norm = NormalizationParameters(
        scale: parameter("scale", [1], [1]), shift: parameter("shift", [-1], [1]),
        runningMean: parameter("mean", [0], [1]), runningVariance: parameter("variance", [1], [1]),
        momentum: 0.1, epsilon: 0)
      let relu = run.batchNormalization([sums], norm, relu: true)
      let clipped = run.convolution(relu, parameter("one", [0x1p30], [1, 1, 1, 1]))
      #expect(clipped.values == [0, 1])
      let largest = kernels.maxPool(
        Tensor(content: sums.content, shape: [1, 2, 1, 1]),
        Window(height: 2, width: 1, stride: 1, padding: 0))
      #expect(largest.argument.positions == [1])
      tape.backward(from: clipped, gradient: Tensor([1, 1], shape: [1, 1, 2, 1]))
      #expect(x.node?.gradient?.values == [0, 0, 0x1p30, 0x1p30])
    }

    @Test("Gradients, maxima and depthwise convolutions are those of the set below")
    func rest() {
      let (base, x) = (ReferenceKernels(), randomTensor([2, 6, 6, 4], "x"))
      let kernels = DoublePrecisionKernels(base)
      let window = Window(height: 3, width: 3, stride: 1, padding: 1)
      let (weights, dy) = (randomTensor([5, 3, 3, 4], "w"), randomTensor([2, 6, 6, 5], "dy"))
      #expect(
        kernels.convolutionInputGradient(dy, weights, inputShape: x.shape, window).values
          == base.convolutionInputGradient(dy, weights, inputShape: x.shape, window).values)
      #expect(
        kernels.convolutionWeightGradient(
          x, dy, weightShape: weights.shape, hasBias: false, window
        ).weights.values
          == base.convolutionWeightGradient(
            x, dy, weightShape: weights.shape, hasBias: false, window
          ).weights.values)
      #expect(kernels.maxPool(x, window).output.values == base.maxPool(x, window).output.values)
      #expect(
        relativeDistance(
          kernels.averagePool(x, window).values, base.averagePool(x, window).values) < 1e-7)
      let deep = Window(height: 3, width: 3, stride: 1, padding: 1, groups: 4)
      let own = randomTensor([4, 3, 3, 1], "deep")
      #expect(
        kernels.convolution(x, own, bias: nil, deep).values
          == base.convolution(x, own, bias: nil, deep).values)
    }
  }
}
