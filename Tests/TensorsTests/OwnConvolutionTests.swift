import CKernels
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite(
    "Our own convolutions", .enabled(if: ez_has_fast_convolutions() != 0, "needs AVX-512"))
  struct OwnConvolutionTests {
    /// Sides that four divides and leaves one, two and three of; few tiles and many; channels in one
    /// panel of weights, in part of one, and in several.
    static let cases: [(shape: [Int], out: Int)] = [
      ([1, 4, 4, 16], 16), ([2, 5, 7, 32], 48), ([1, 14, 14, 128], 32), ([3, 6, 9, 16], 80),
      ([2, 56, 56, 32], 32), ([1, 1, 1, 16], 32), ([1, 7, 7, 256], 256), ([9, 31, 30, 48], 64),
    ]

    private func run(
      _ x: Tensor, _ weights: [Float], out: Int, flipped: Bool = false, scale: [Float]? = nil,
      bias: [Float]? = nil, addend: [Float]? = nil, relu: Bool = false
    ) -> [Float] {
      let (b, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.channels)
      var packed = [Float](repeating: 7, count: ez_winograd_count(c, out))
      ez_winograd_weights(weights, c, out, scale, flipped ? 1 : 0, &packed)
      var space = [Float](repeating: .nan, count: ez_winograd_workspace(b, h, w, c, out))
      var result = [Float](repeating: .nan, count: b * h * w * out)
      ez_winograd(
        x.floats, b, h, w, c, packed, out, bias, addend, relu ? 1 : 0, &space, &result)
      return result
    }

    @Test("Winograd's 3×3 is the convolution, to a hundredth of a thousandth", arguments: cases)
    func winograd(_ c: (shape: [Int], out: Int)) throws {
      let x = randomTensor(c.shape, "x")
      let weights = randomTensor([c.out, 3, 3, c.shape[3]], "weights")
      let window = Window(height: 3, width: 3, stride: 1, padding: 1)
      let expected = OpenBLASKernels().convolution(x, weights, bias: nil, window)
      #expect(relativeDistance(run(x, weights.values, out: c.out), expected.values) < 1e-5)
    }

    @Test("A scale, a bias, a sum and a ReLU join it", arguments: cases)
    func joined(_ c: (shape: [Int], out: Int)) throws {
      let x = randomTensor(c.shape, "x")
      let weights = randomTensor([c.out, 3, 3, c.shape[3]], "weights")
      let (scale, bias) = (randomValues(c.out, "scale"), randomValues(c.out, "bias"))
      let plain = OpenBLASKernels().convolution(
        x, weights, bias: nil, Window(height: 3, width: 3, stride: 1, padding: 1))
      let addend = randomValues(plain.count, "addend")
      let expected = plain.values.enumerated().map { place, value in
        max(0, value * scale[place % c.out] + bias[place % c.out] + addend[place])
      }
      let found = run(
        x, weights.values, out: c.out, scale: scale, bias: bias, addend: addend, relu: true)
      #expect(relativeDistance(found, expected) < 1e-5)
    }

    @Test("With turned weights it is the gradient with respect to the input", arguments: cases)
    func gradient(_ c: (shape: [Int], out: Int)) throws {
      let dy = randomTensor(c.shape, "dy")
      let weights = randomTensor([c.shape[3], 3, 3, c.out], "weights")
      let window = Window(height: 3, width: 3, stride: 1, padding: 1)
      let expected = OpenBLASKernels().convolutionInputGradient(
        dy, weights, inputShape: Array(c.shape.dropLast()) + [c.out], window)
      #expect(
        relativeDistance(run(dy, weights.values, out: c.out, flipped: true), expected.values) < 1e-5
      )
    }

    @Test(
      "1×1 over normalised parts is the product of the normalised concatenation",
      arguments: [1, 13, 14, 15, 57, 500], [[16, 32], [5, 40, 7], [64], [500, 12]])
    func pointwise(rows: Int, widths: [Int]) throws {
      let (depth, out) = (widths.reduce(0, +), 37)
      let parts = widths.enumerated().map { randomTensor([rows, $1], "part\($0)") }
      let (scale, shift) = (randomValues(depth, "scale"), randomValues(depth, "shift"))
      let (weights, bias) = (randomValues(out * depth, "weights"), randomValues(out, "bias"))
      let (factors, addend) = (randomValues(out, "factors"), randomValues(rows * out, "addend"))
      var packed = [Float](repeating: 7, count: ez_packed_count(depth, out))
      ez_pack_weights(weights, out, depth, factors, &packed)
      var space = [Float](repeating: .nan, count: ez_pointwise_workspace(depth))
      var found = [Float](repeating: .nan, count: rows * out)
      let lying = parts.map { ez_part(values: $0.floats, channels: $0.channels) }
      ez_pointwise(
        lying, lying.count, scale, shift, rows, packed, out, bias, addend, 1, &space, &found)

      var expected = [Float](repeating: 0, count: rows * out)
      for row in 0..<rows {
        let x = parts.flatMap { $0.values[row * $0.channels..<(row + 1) * $0.channels] }
        let y = zip(x, zip(scale, shift)).map { max(0, Double($0 * $1.0 + $1.1)) }
        for o in 0..<out {
          let sum = (0..<depth).reduce(0.0) { $0 + y[$1] * Double(weights[o * depth + $1]) }
          expected[row * out + o] = Float(
            max(0, sum * Double(factors[o]) + Double(bias[o]) + Double(addend[row * out + o])))
        }
      }
      #expect(relativeDistance(found, expected) < 1e-6)
    }

    @Test("One thread and two give the same bits", arguments: cases)
    func threads(_ c: (shape: [Int], out: Int)) throws {
      let x = randomTensor(c.shape, "x")
      let weights = randomValues(c.out * 9 * c.shape[3], "weights")
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      let results = [1, 2].map { count in
        Compute.setThreads(count)
        return run(x, weights, out: c.out)
      }
      #expect(results[0] == results[1])
    }
  }
}
