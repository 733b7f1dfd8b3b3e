import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Pooling")
  struct PoolingTests {
    @Test(
      "The mean of large maps, in pieces, is that of all places",
      arguments: [[2, 47, 53, 37], [1, 82, 100, 100], [3, 64, 32, 8]])
    func largeMaps(shape: [Int]) {
      let x = randomTensor(shape, "x", -1..<2)
      let (places, channels) = (shape[1] * shape[2], shape[3])
      let values = x.values
      let expected = (0..<shape[0] * channels).map { index -> Double in
        let start = index / channels * places * channels + index % channels
        return (0..<places).reduce(0.0) { $0 + Double(values[start + $1 * channels]) }
          / Double(places)
      }
      expectClose(makePass().globalAveragePool(x).values, expected, within: 1e-5)
    }

    static let values: [Float] = [1, 5, 2, 8, 3, 4, 7, 6, 9]
    private var image: Tensor { Tensor(Self.values, shape: [1, 3, 3, 1]) }

    @Test("The maximum of each window, and its gradient", arguments: KernelSet.allCases)
    func maximum(_ set: KernelSet) {
      let (tape, x) = (Tape(), traced(image))
      let y = makePass(tape: tape, set.make()).maxPool(x, size: 2, stride: 1)
      #expect(y.values == [8, 5, 8, 9])
      tape.backward(from: y, gradient: Tensor([1, 2, 3, 4], shape: y.shape))
      #expect(x.node?.take()?.values == [0, 2, 0, 4, 0, 0, 0, 0, 4])
    }

    @Test("Padding never is the maximum, and a rest is left out", arguments: KernelSet.allCases)
    func maximumOfNegatives(_ set: KernelSet) {
      let forward = makePass(.evaluation, set.make())
      let negative = Tensor(Self.values.map { -$0 }, shape: [1, 3, 3, 1])
      let y = forward.maxPool(negative, size: 3, stride: 2, padding: 1)
      #expect(y.shape == [1, 2, 2, 1])
      #expect(y.values == [-1, -2, -3, -3])
      #expect(forward.maxPool(image, size: 2, stride: 2).values == [8])
    }

    @Test(
      "A mean of 2 × 2 places of a normalisation is that of its result", arguments: [4, 5], [6, 7])
    func meanOfNormalized(height: Int, width: Int) {
      let parts = [3, 20].map { randomTensor([2, height, width, $0], "part \($0)") }
      let work = LazyNormalization(
        parts: parts,
        affine: ChannelAffine(
          scale: randomTensor([23], "scale"), shift: randomTensor([23], "shift"),
          exact: ChannelAffine.Exact(scale: [], shift: [])),
        relu: true)
      let found = makePass().averagePool(Tensor(work), size: 2, stride: 2)
      let expected = makePass().averagePool(work.run(), size: 2, stride: 2)
      #expect(found.shape == expected.shape)
      #expect(relativeDistance(found.values, expected.values) < 1e-6)
    }

    @Test("The mean of each window; padding counts as zeros", arguments: KernelSet.allCases)
    func mean(_ set: KernelSet) {
      let forward = makePass(.evaluation, set.make())
      #expect(
        forward.averagePool(image, size: 2, stride: 1).values == [4.25, 3.5, 6, 5.5])
      let (tape, x) = (Tape(), traced(image))
      let y = makePass(tape: tape, set.make()).averagePool(x, size: 2, stride: 2, padding: 1)
      #expect(y.values == [0.25, 1.75, 3.75, 5.5])
      tape.backward(from: y, gradient: Tensor([4, 8, 12, 16], shape: y.shape))
      #expect(x.node?.take()?.values == [1, 2, 2, 3, 4, 4, 3, 4, 4])
    }

    @Test("The mean over all places keeps images and channels apart", arguments: KernelSet.allCases)
    func globalMean(_ set: KernelSet) {
      let x = traced(Tensor([1, 10, 3, 30, 5, 50, 7, 90], shape: [2, 1, 2, 2]))
      let tape = Tape()
      let y = makePass(tape: tape, set.make()).globalAveragePool(x)
      #expect(y.shape == [2, 2])
      #expect(y.values == [2, 20, 6, 70])
      tape.backward(from: y, gradient: Tensor([2, 4, 6, 8], shape: [2, 2]))
      #expect(x.node?.take()?.values == [1, 2, 1, 2, 3, 4, 3, 4])
    }

    @Test(
      "Gradients match differences", arguments: KernelSet.allCases,
      [(2, 2, 0), (3, 2, 1), (2, 1, 0), (3, 3, 1), (2, 3, 0)])
    func gradients(_ set: KernelSet, _ window: (size: Int, stride: Int, padding: Int)) {
      let shape = [2, 5, 6, 2]
      let image = Tensor(distinctValues(120, "distinct"), shape: shape)
      let (size, stride, padding) = window
      checkGradients(set, inputs: [image]) { forward, x in
        forward.maxPool(x[0], size: size, stride: stride, padding: padding)
      }
      checkGradients(set, inputs: [image]) { forward, x in
        forward.averagePool(x[0], size: size, stride: stride, padding: padding)
      }
    }

    @Test("The gradient of the mean over all places", arguments: KernelSet.allCases)
    func globalGradient(_ set: KernelSet) {
      checkGradients(set, inputs: [randomTensor([2, 3, 2, 3], "image")]) { forward, x in
        forward.globalAveragePool(x[0])
      }
    }
  }
}
