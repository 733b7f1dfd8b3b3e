import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Element-wise operations")
  struct ElementwiseTests {
    @Test("ReLU keeps what is positive", arguments: KernelSet.allCases)
    func relu(_ set: KernelSet) {
      let y = makePass(.evaluation, set.make()).relu(Tensor([-2, 0, 0.5, 3], shape: [4]))
      #expect(y.values == [0, 0, 0.5, 3])
      checkGradients(set, inputs: [Tensor(signedValues(24, "x"), shape: [4, 6])]) { $0.relu($1[0]) }
    }

    @Test("Sum and product, place by place", arguments: KernelSet.allCases)
    func sumAndProduct(_ set: KernelSet) {
      let (a, b) = (Tensor([1, -2, 3], shape: [3]), Tensor([4, 5, -6], shape: [3]))
      let forward = makePass(.evaluation, set.make())
      #expect(forward.add(a, b).values == [5, 3, -3])
      #expect(forward.multiply(a, b).values == [4, -10, -18])
      let inputs = [randomTensor([3, 5], "a"), randomTensor([3, 5], "b")]
      checkGradients(set, inputs: inputs) { $0.add($1[0], $1[1]) }
      checkGradients(set, inputs: inputs) { $0.multiply($1[0], $1[1]) }
      checkGradients(set, inputs: [inputs[0]]) { $0.multiply($1[0], $1[0]) }
    }

    @Test("Concatenation along the last axis", arguments: KernelSet.allCases)
    func concatenate(_ set: KernelSet) {
      let parts = [
        Tensor([1, 2], shape: [2, 1]), Tensor([3, 4, 5, 6], shape: [2, 2]),
        Tensor([7, 8], shape: [2, 1]),
      ]
      let forward = makePass(.evaluation, set.make())
      let y = forward.concatenate(parts)
      #expect(y.shape == [2, 4])
      #expect(y.values == [1, 3, 4, 7, 2, 5, 6, 8])
      #expect(forward.concatenate([parts[1]]).values == [3, 4, 5, 6])
      let images = [randomTensor([2, 2, 3, 1], "a"), randomTensor([2, 2, 3, 4], "b")]
      checkGradients(set, inputs: images) { $0.concatenate([$1[0], $1[1], $1[0]]) }
    }

    @Test("Reshaping keeps the order", arguments: KernelSet.allCases)
    func reshape(_ set: KernelSet) {
      let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
      let y = makePass(.evaluation, set.make()).reshape(x, to: [3, 1, 2])
      #expect(y.shape == [3, 1, 2])
      #expect(y.values == x.values)
      checkGradients(set, inputs: [randomTensor([2, 6], "x")]) { forward, x in
        forward.multiply(forward.reshape(x[0], to: [3, 4]), forward.reshape(x[0], to: [3, 4]))
      }
    }

    @Test("x · wᵀ + b", arguments: KernelSet.allCases)
    func linear(_ set: KernelSet) {
      let weights = parameter("w", [1, 2, 3, 4, 5, 6], [3, 2])
      let bias = parameter("b", [0.5, 0, -1], [3])
      let x = Tensor([1, 10, -1, 2], shape: [2, 2])
      let forward = makePass(.evaluation, set.make())
      #expect(forward.linear(x, weights, bias: bias).values == [21.5, 43, 64, 3.5, 5, 6])
      #expect(forward.linear(x, weights).values == [21, 43, 65, 3, 5, 7])
    }

    @Test("Gradients of a linear layer", arguments: KernelSet.allCases, [false, true])
    func linearGradients(_ set: KernelSet, hasBias: Bool) {
      let (weights, bias) = (randomParameter("w", [3, 5]), randomParameter("b", [3]))
      checkGradients(
        set, inputs: [randomTensor([4, 5], "x")], parameters: [weights] + (hasBias ? [bias] : [])
      ) { $0.linear($1[0], weights, bias: hasBias ? bias : nil) }
    }
  }
}
