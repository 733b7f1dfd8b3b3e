import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Convolution")
  struct ConvolutionTests {
    private var image: Tensor { Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [1, 3, 3, 1]) }

    @Test("Two filters with bias over 3 × 3 places", arguments: KernelSet.allCases)
    func example(_ set: KernelSet) {
      let weights = parameter("w", [1, 2, 3, 4, 0, 1, 0, 0], [2, 2, 2, 1])
      let bias = parameter("b", [0.5, -1], [2])
      let y = makePass(.evaluation, set.make()).convolution(image, weights, bias: bias)
      #expect(y.shape == [1, 2, 2, 2])
      // 1·1 + 2·2 + 4·3 + 5·4 = 37 and so on; the second filter picks the upper right.
      #expect(y.values == [37.5, 1, 47.5, 2, 67.5, 4, 77.5, 5])
    }

    @Test("A stride that does not fit, with padding", arguments: KernelSet.allCases)
    func strided(_ set: KernelSet) {
      let weights = parameter("w", [1, 2, 3, 4], [1, 2, 2, 1])
      let y = makePass(.evaluation, set.make()).convolution(image, weights, stride: 2, padding: 1)
      #expect(y.shape == [1, 2, 2, 1])
      // Corner 1·4; top 2·3 + 3·4; left 4·2 + 7·4; inside 5 + 6·2 + 8·3 + 9·4.
      #expect(y.values == [4, 18, 36, 77])
    }

    @Test(
      "Height, width and channels of the weights are in this order", arguments: KernelSet.allCases)
    func layout(_ set: KernelSet) {
      let forward = makePass(.evaluation, set.make())
      let line = Tensor([1, 2, 3], shape: [1, 1, 3, 1])
      let y = forward.convolution(line, parameter("w", [1, 10], [1, 1, 2, 1]))
      #expect(y.shape == [1, 1, 2, 1])
      #expect(y.values == [21, 32])
      let pixels = Tensor([2, 3, 4, 5], shape: [1, 2, 1, 2])
      let z = forward.convolution(
        pixels, parameter("w", [1, 10, 100, 1000], [1, 2, 1, 2]))
      #expect(z.values == [2 + 30 + 400 + 5000])
    }

    @Test("Gradients by hand: each output adds its window", arguments: KernelSet.allCases)
    func gradientExample(_ set: KernelSet) {
      let (weights, bias) = (parameter("w", [1, 2, 3, 4], [1, 2, 2, 1]), parameter("b", [0], [1]))
      let (tape, x) = (Tape(), traced(image))
      let y = makePass(tape: tape, set.make()).convolution(x, weights, bias: bias, stride: 2)
      #expect(y.values == [37])
      tape.backward(from: y, gradient: Tensor([2], shape: [1, 1, 1, 1]))
      #expect(x.node?.take()?.values == [2, 4, 0, 6, 8, 0, 0, 0, 0])
      #expect(weights.node.take()?.values == [2, 4, 8, 10])
      #expect(bias.node.take()?.values == [2])
    }

    struct Case: CustomStringConvertible {
      var input: [Int]
      var weights: [Int]
      var stride = 1
      var padding = 0
      var hasBias = false
      var description: String {
        "\(input) \(weights) stride \(stride) padding \(padding) bias \(hasBias)"
      }
    }
    static let cases = [
      Case(input: [2, 3, 3, 2], weights: [3, 1, 1, 2], hasBias: true),
      Case(input: [1, 4, 4, 2], weights: [2, 1, 1, 2], stride: 2),
      Case(input: [2, 4, 5, 1], weights: [2, 3, 3, 1], padding: 1, hasBias: true),
      Case(input: [1, 5, 6, 3], weights: [2, 3, 3, 3], stride: 2, padding: 1),
      Case(input: [1, 6, 5, 2], weights: [1, 3, 2, 2], stride: 2, hasBias: true),
      Case(input: [1, 8, 7, 1], weights: [2, 3, 3, 1], stride: 3, padding: 2, hasBias: true),
      Case(input: [1, 7, 7, 3], weights: [1, 7, 7, 3], stride: 2, padding: 3),
    ]

    @Test("Gradients match differences", arguments: KernelSet.allCases, cases)
    func gradients(_ set: KernelSet, _ c: Case) {
      let weights = randomParameter("weights", c.weights)
      let bias = c.hasBias ? randomParameter("bias", [c.weights[0]]) : nil
      checkGradients(
        set, inputs: [randomTensor(c.input, "image")],
        parameters: [weights] + (bias.map { [$0] } ?? [])
      ) { forward, x in
        forward.convolution(x[0], weights, bias: bias, stride: c.stride, padding: c.padding)
      }
    }
  }
}
