import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Shapes of images")
  struct ImageShapeTests {
    private var image: Tensor { Tensor(randomValues(2 * 3 * 4 * 2, "image"), shape: [2, 3, 4, 2]) }

    @Test("Adaptive pooling takes overlapping windows where the sizes do not divide")
    func adaptive() {
      let x = Tensor([1, 2, 4, 8, 16], shape: [1, 1, 5, 1])
      let forward = makePass(.evaluation, KernelSet.allCases[0].make())
      // Of five places for three: 0..<2, 1..<4, 3..<5, as in torch.nn.AdaptiveAvgPool2d.
      let y = forward.adaptiveAveragePool(x, height: 1, width: 3)
      #expect(y.values[0] == 1.5)
      #expect(abs(y.values[1] - 14.0 / 3) < 1e-6)
      #expect(y.values[2] == 12)
      #expect(forward.adaptiveAveragePool(x, height: 1, width: 5).values == x.values)
      let wide = forward.adaptiveAveragePool(
        Tensor([1, 3], shape: [1, 1, 2, 1]), height: 1, width: 4)
      #expect(wide.values == [1, 1, 3, 3])
    }

    @Test("The gradient of adaptive pooling agrees with differences", arguments: [(2, 3), (5, 7)])
    func adaptiveGradient(_ height: Int, _ width: Int) {
      checkGradients(KernelSet.allCases[0], inputs: [image]) { forward, inputs in
        forward.adaptiveAveragePool(inputs[0], height: height, width: width)
      }
    }

    @Test("Channels come first when an image becomes a row")
    func flatten() {
      let x = Tensor([1, 10, 2, 20, 3, 30], shape: [1, 1, 3, 2])
      let forward = makePass(.evaluation, KernelSet.allCases[0].make())
      let y = forward.flattenChannelsFirst(x)
      #expect(y.shape == [1, 6])
      #expect(y.values == [1, 2, 3, 10, 20, 30])
      checkGradients(KernelSet.allCases[0], inputs: [image]) { forward, inputs in
        forward.flattenChannelsFirst(inputs[0])
      }
    }

    @Test("A mirror image exchanges left and right, channels kept")
    func mirror() {
      let x = Tensor([1, 10, 2, 20, 3, 30], shape: [1, 1, 3, 2])
      let forward = makePass(.evaluation, KernelSet.allCases[0].make())
      #expect(forward.mirror(x).values == [3, 30, 2, 20, 1, 10])
      checkGradients(KernelSet.allCases[0], inputs: [image]) { forward, inputs in
        forward.multiply(forward.mirror(inputs[0]), 0.5)
      }
    }
  }
}
