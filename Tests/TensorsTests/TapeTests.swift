import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Gradients add up")
  struct TapeTests {
    static let values: [Float] = [1, -2, 3, -4]
    static let slopes: [Float] = [1, 10, 100, 1000]
    private var dy: Tensor { Tensor(Self.slopes, shape: [4]) }

    @Test("A tensor used twice gets the sum of both gradients")
    func twice() {
      let (tape, a) = (Tape(), traced(Tensor(Self.values, shape: [4])))
      tape.backward(from: makePass(tape: tape).add(a, a), gradient: dy)
      #expect(a.node?.take()?.values == [2, 20, 200, 2000])
    }

    @Test("The gradient that a sum hands to both sides is not changed for either")
    func shared() {
      let (tape, gradient) = (Tape(), dy)
      let a = traced(Tensor(Self.values, shape: [4]))
      let b = traced(Tensor(Self.values, shape: [4]))
      let forward = makePass(tape: tape)
      let positive = forward.relu(a)
      let sum = forward.add(forward.add(a, b), positive)
      tape.backward(from: sum, gradient: gradient)
      #expect(a.node?.take()?.values == [2, 10, 200, 1000])
      #expect(b.node?.take()?.values == Self.slopes)
      #expect(gradient.values == Self.slopes)
    }

    @Test("ReLU of a tensor plus the tensor")
    func residual() {
      let (tape, a) = (Tape(), traced(Tensor(Self.values, shape: [4])))
      let forward = makePass(tape: tape)
      tape.backward(from: forward.add(forward.relu(a), a), gradient: dy)
      #expect(a.node?.take()?.values == [2, 10, 200, 1000])
    }

    @Test("Kernels that add in place add: a dense block reads its input twice")
    func inPlace() {
      let (norm, trained, _) = normalization(2)
      let weights = randomParameter("w", [2, 3, 3, 2])
      let x = Tensor(signedValues(32, "x"), shape: [1, 4, 4, 2])
      checkGradients(
        .reference, mode: .training, inputs: [x], parameters: [weights] + trained, step: 0x1p-8,
        tolerance: 3e-3
      ) { forward, x in
        let normal = forward.batchNormalization([x[0]], norm)
        let y = forward.convolution(normal, weights, padding: 1)
        let again = forward.convolution(forward.multiply(y, y), weights, padding: 1)
        return forward.concatenate([x[0], again, x[0], normal])
      }
    }

    @Test("A parameter's gradient adds up over passes until it is taken")
    func accumulation() {
      let (weights, bias) = (parameter("w", [3], [1, 1]), parameter("b", [0], [1]))
      for input: Float in [1, 10] {
        let tape = Tape()
        let y = makePass(tape: tape).linear(Tensor([input], shape: [1, 1]), weights, bias: bias)
        tape.backward(from: y, gradient: Tensor([2], shape: [1, 1]))
      }
      #expect(weights.node.take()?.values == [22])
      #expect(bias.node.take()?.values == [4])
      #expect(weights.node.gradient == nil)
    }

    @Test(
      "Frozen parameters get no gradient, what lies below them does", arguments: KernelSet.allCases)
    func frozen(_ set: KernelSet) {
      let (norm, trained, running) = normalization(2)
      let weights = randomParameter("w", [2, 1, 1, 2])
      let bias = randomParameter("b", [2])
      let linear = randomParameter("l", [1, 2])
      let table = randomParameter("t", [8, 2])
      let all = trained + [weights, bias, linear, table]
      for parameter in all { parameter.isTrainable = false }
      let (tape, x) = (Tape(), traced(randomTensor([2, 2, 2, 2], "x")))
      let forward = makePass(.training, tape: tape, set.make())
      let image = forward.reshape(
        forward.embedding(table, [0, 1, 2, 3, 4, 5, 6, 7]), to: [2, 2, 2, 2])
      #expect(image.node == nil)
      let y = forward.convolution(
        forward.batchNormalization([forward.add(x, image)], norm), weights, bias: bias)
      let out = forward.linear(forward.globalAveragePool(y), linear)
      tape.backward(from: out, gradient: Tensor([1, -1], shape: [2, 1]))
      #expect((all + running).allSatisfy { $0.node.gradient == nil })
      #expect(x.node?.take()?.values.contains { $0 != 0 } == true)
    }

    @Test(
      "One frozen parameter of a layer does not freeze the other", arguments: KernelSet.allCases)
    func halfFrozen(_ set: KernelSet) {
      let (weights, bias) = (randomParameter("w", [2, 3, 3, 1]), randomParameter("b", [2]))
      let x = randomTensor([1, 4, 4, 1], "x")
      for (frozen, other) in [(weights, bias), (bias, weights)] {
        frozen.isTrainable = false
        checkGradients(set, parameters: [other]) { forward, _ in
          forward.convolution(x, weights, bias: bias, padding: 1)
        }
        #expect(frozen.node.gradient == nil)
        frozen.isTrainable = true
      }
    }

    @Test("Without a tape nothing is recorded, and constants want no gradient")
    func untaped() {
      let weights = randomParameter("w", [1, 3])
      let x = randomTensor([2, 3], "x")
      let y = makePass().relu(makePass().linear(x, weights))
      #expect(y.node == nil && y.recipe == nil)
      let tape = Tape()
      let forward = makePass(tape: tape)
      #expect(forward.multiply(forward.relu(x), x).node == nil)
      #expect(forward.linear(x, weights).node != nil)
    }
  }
}
