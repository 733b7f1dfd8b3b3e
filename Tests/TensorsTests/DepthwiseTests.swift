import CKernels
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Depthwise convolutions")
  struct DepthwiseTests {
    struct Case: CustomTestStringConvertible, Sendable {
      let shape: [Int]
      let window: Window
      var testDescription: String { "\(shape) under \(window.height)×\(window.width)" }

      init(
        _ shape: [Int], _ height: Int, _ width: Int, stride: Int = 1, padding: Padding? = nil,
        dilation: Int = 1
      ) {
        self.shape = shape
        window = Window(
          height: height, width: width, stride: stride,
          padding: padding ?? .zeros(vertical: height / 2, horizontal: width / 2),
          dilation: dilation, groups: shape[3])
      }

      var weightShape: [Int] { [shape[3], window.height, window.width, 1] }
    }

    /// Widths of one tile, several, and tiles with a rest; channels in whole vectors and not; padding of all kinds.
    static let cases = vectors + others

    private static let vectors: [Case] = [3, 5, 7].flatMap { side in
      [1, 2].flatMap { stride -> [Case] in
        let (less, half) = (side / 2 - 1, side / 2)
        let uneven = Padding(top: less, left: less, bottom: half, right: half)
        return [
          Case([2, 9, 33, 20], side, side, stride: stride),
          Case([1, 40, 7, 16], side, side, stride: stride),
          Case([1, 8, 20, 130], side, side, stride: stride, padding: .zeros(0)),
          Case([2, 10, 29, 17], side, side, stride: stride, padding: uneven),
        ]
      }
    }

    private static let others: [Case] = [
      Case([1, 6, 18, 24], 1, 7), Case([1, 18, 6, 24], 7, 1), Case([1, 9, 11, 9], 5, 3, stride: 2),
      Case([1, 12, 13, 8], 9, 9), Case([2, 11, 12, 10], 3, 3, stride: 3),
      Case([1, 15, 17, 18], 3, 3, padding: .zeros(2), dilation: 2),
      Case([1, 14, 16, 6], 3, 5, stride: 2, padding: .zeros(3), dilation: 3),
      Case([1, 3, 4, 5], 5, 5, padding: .zeros(5)),
    ]

    /// No vectors, and each width that this processor has.
    static let widths = [Int32(0), 8, 16].filter { $0 <= ez_lanes() }

    @Test(
      "Vectors, whole or in part, give what each channel's own convolution gives", arguments: cases,
      widths)
    func forward(_ c: Case, lanes: Int32) {
      let (x, weights) = (randomTensor(c.shape, "x"), randomTensor(c.weightShape, "w"))
      let (bias, scale) = (randomTensor([c.shape[3]], "b"), randomTensor([c.shape[3]], "s"))
      var work = LazyConvolution(
        kernels: ReferenceKernels(), input: x, weights: weights, window: c.window, bias: bias,
        isRecorded: false)
      work.scale = scale
      let addend = randomTensor(work.shape, "a")
      work.addend = addend
      let linear = ReferenceKernels().runSteps(work)
      let activations: [Activation?] = [nil, .silu, .relu6, .gelu]
      for activation in activations {
        let expected = activation.map { makePass().activate(linear, $0) } ?? linear
        let found = result(lanes, c, x, weights, scale, bias, addend, activation)
        #expect(
          relativeDistance(found, expected.values) < 2e-6, "\(String(describing: activation))")
      }
    }

    private func result(
      _ lanes: Int32, _ c: Case, _ x: Tensor, _ weights: Tensor, _ scale: Tensor, _ bias: Tensor,
      _ addend: Tensor, _ activation: Activation?
    ) -> [Float] {
      var geometry = c.window.geometry(c.shape, channels: c.shape[3])
      let packed = packed(weights, scale: scale.values)
      var found = [Float](repeating: .nan, count: addend.count)
      bias.values.withUnsafeBufferPointer { bias in
        addend.values.withUnsafeBufferPointer { addend in
          var epilogue = ez_epilogue(
            bias: bias.baseAddress, add: addend.baseAddress, relu: 0,
            function: activation.map { $0.kind + 1 } ?? 0)
          ez_depthwise(lanes, &geometry, x.values, packed, &epilogue, &found)
        }
      }
      return found
    }

    private func packed(_ weights: Tensor, scale: [Float]? = nil) -> [Float] {
      let (channels, taps) = (weights.shape[0], weights.count / weights.shape[0])
      var packed = [Float](repeating: .nan, count: ez_depthwise_packed_count(channels, taps))
      ez_depthwise_pack(weights.values, channels, taps, scale, &packed)
      return packed
    }

    @Test("Both gradients are those of each channel's own convolution", arguments: cases, widths)
    func gradients(_ c: Case, lanes: Int32) {
      let (x, weights) = (randomTensor(c.shape, "x"), randomTensor(c.weightShape, "w"))
      let (channels, taps) = (c.shape[3], c.window.height * c.window.width)
      let dy = randomTensor(c.window.outputShape(c.shape, channels: channels), "dy")
      var geometry = c.window.geometry(c.shape, channels: channels)
      let reference = ReferenceKernels()

      var dx = [Float](repeating: .nan, count: x.count)
      ez_depthwise_input_gradient(lanes, &geometry, dy.values, packed(weights), &dx)
      let wanted = reference.convolutionInputGradient(
        dy, weights, inputShape: c.shape, c.window)
      #expect(relativeDistance(dx, wanted.values) < 2e-6)

      var partial = [Float](repeating: .nan, count: c.shape[0] * taps * channels)
      var sums = [Float](repeating: .nan, count: taps * channels)
      ez_depthwise_weight_gradient(lanes, &geometry, x.values, dy.values, &partial, &sums)
      let expected = reference.convolutionWeightGradient(
        x, dy, weightShape: c.weightShape, hasBias: false, c.window
      ).weights.values
      let found = (0..<channels).flatMap { channel in
        (0..<taps).map { sums[$0 * channels + channel] }
      }
      #expect(relativeDistance(found, expected) < 5e-6)
    }

    @Test("Nothing outside of the arrays is read or written", arguments: widths)
    func guarded(lanes: Int32) {
      for c in DepthwiseTests.cases where c.shape[0] == 1 {
        let channels = c.shape[3]
        let dy = c.window.outputShape(c.shape, channels: channels)
        var geometry = c.window.geometry(c.shape, channels: channels)
        let taps = c.window.height * c.window.width
        var packed = packed(randomTensor(c.weightShape, "w"))
        let x = GuardedFloats(c.shape.reduce(1, *), "x")
        let y = GuardedFloats(dy.reduce(1, *), "y")
        let (partial, sums) = (GuardedFloats(taps * channels), GuardedFloats(taps * channels))
        var epilogue = ez_epilogue(bias: nil, add: nil, relu: 1, function: 3)
        ez_depthwise(lanes, &geometry, x.first, packed, &epilogue, y.first)
        ez_depthwise_weight_gradient(
          lanes, &geometry, x.first, y.first, partial.first, sums.first)
        ez_depthwise_input_gradient(lanes, &geometry, y.first, &packed, x.first)
        #expect(x.isFinite && y.isFinite && sums.isFinite, "\(c.testDescription)")
      }
    }

    @Test("A NaN stays one, through ReLU too", arguments: widths)
    func notANumber(lanes: Int32) {
      var geometry = Window(height: 3, width: 3, stride: 1, padding: 1, groups: 16).geometry(
        [1, 1, 20, 16], channels: 16)
      var x = [Float](repeating: 1, count: 320)
      x[160] = .nan
      let weights = packed(Tensor(repeating: 1, shape: [16, 3, 3, 1]))
      var y = [Float](repeating: 0, count: 320)
      var epilogue = ez_epilogue(bias: nil, add: nil, relu: 1, function: 0)
      ez_depthwise(lanes, &geometry, x, weights, &epilogue, &y)
      #expect(y.indices.filter { y[$0].isNaN } == [144, 160, 176])
    }
  }
}
