import Foundation
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Convolutions that sum in double precision")
  struct DoubleSumTests {
    /// Windows with stride, padding, groups; more places than are widened at once.
    static let cases: [(shape: [Int], out: Int, window: Window)] = [
      ([2, 9, 7, 12], 10, Window(height: 3, width: 3, stride: 2, padding: 1)),
      ([1, 5, 4, 200], 6, Window(height: 1, width: 1, stride: 1, padding: 0)),
      ([1, 31, 29, 3], 5, Window(height: 5, width: 3, stride: 1, padding: 2)),
      ([2, 6, 6, 8], 4, Window(height: 3, width: 3, stride: 1, padding: 1, groups: 2)),
    ]

    /// The convolution by its definition in double precision.
    private func definition(_ x: Tensor, _ weights: Tensor, _ bias: Tensor?, _ w: Window)
      -> [Double]
    {
      let (input, kernel, b) = (x.values, weights.values, bias?.values)
      let out = w.outputShape(x.shape, channels: weights.shape[0])
      let (inGroup, outGroup) = (x.channels / w.groups, out[3] / w.groups)
      var result: [Double] = []
      for n in 0..<out[0] {
        for oy in 0..<out[1] {
          for ox in 0..<out[2] {
            for o in 0..<out[3] {
              var sum = b.map { Double($0[o]) } ?? 0
              for ky in 0..<w.height {
                for kx in 0..<w.width {
                  let (y, x0) = (oy * w.stride + ky - w.padding, ox * w.stride + kx - w.padding)
                  guard y >= 0, y < x.shape[1], x0 >= 0, x0 < x.shape[2] else { continue }
                  let place = ((n * x.shape[1] + y) * x.shape[2] + x0) * x.channels
                  let row = ((o * w.height + ky) * w.width + kx) * inGroup
                  for c in 0..<inGroup {
                    sum +=
                      Double(input[place + o / outGroup * inGroup + c]) * Double(kernel[row + c])
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
      let found = DoubleSumKernels(OpenBLASKernels())
        .convolution(x, weights, bias: bias, c.window).values
      let wanted = definition(x, weights, bias, c.window)
      #expect(found.count == wanted.count)
      for (one, other) in zip(found, wanted) {
        #expect(abs(Double(one) - other) <= abs(other) * 0x1.001p-24 + 1e-14)
      }
    }

    @Test("Gradients, pooling and depthwise convolutions are those of the set below")
    func rest() {
      let (base, x) = (OpenBLASKernels(), randomTensor([2, 6, 6, 4], "x"))
      let kernels = DoubleSumKernels(base)
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
      #expect(kernels.averagePool(x, window).values == base.averagePool(x, window).values)
      let deep = Window(height: 3, width: 3, stride: 1, padding: 1, groups: 4)
      let own = randomTensor([4, 3, 3, 1], "deep")
      #expect(
        kernels.convolution(x, own, bias: nil, deep).values
          == base.convolution(x, own, bias: nil, deep).values)
    }
  }
}
