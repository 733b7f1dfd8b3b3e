import Foundation
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Binary cross entropy")
  struct LossTests {
    @Test("Weights divide by their sum, large logits do not overflow")
    func example() {
      let (tape, z) = (Tape(), traced(Tensor([0, 100, -100], shape: [3, 1])))
      let loss = makePass(tape: tape).binaryCrossEntropy(
        z, targets: [1, 1, 1], weights: [1, 2, 1])
      #expect(loss.shape == [1])
      expectClose(loss.values, [(log(2.0) + 100) / 4], within: 1e-5)
      tape.backward(from: loss, gradient: Tensor([2], shape: [1]))
      expectClose(z.node?.take()?.values ?? [], [-0.25, 0, -0.5], within: 1e-7)
    }

    @Test("Without weights it is the mean; soft targets count")
    func mean() {
      let z = Tensor([1, -1], shape: [2, 1])
      let loss = makePass().binaryCrossEntropy(z, targets: [0.25, 1])
      let soft = log1p(exp(1.0)) - 0.25
      let hard = log1p(exp(1.0))
      expectClose(loss.values, [(soft + hard) / 2])
    }

    @Test("A weight of zero leaves even an infinite logit out; no weight at all is no loss")
    func leftOut() {
      let z = Tensor([0, .infinity], shape: [2])
      let loss = makePass().binaryCrossEntropy(z, targets: [0, 0], weights: [3, 0])
      expectClose(loss.values, [log(2.0)])
      #expect(makePass().binaryCrossEntropy(z, targets: [0, 0], weights: [0, 0]).values == [0])
    }

    @Test("Gradients match differences", arguments: KernelSet.allCases)
    func gradients(_ set: KernelSet) {
      let logits = randomTensor([4, 3], "logits", -3..<3)
      let targets = randomValues(12, "targets", 0..<1)
      let weights = randomValues(12, "weights", 0..<2)
      checkGradients(set, inputs: [logits]) {
        $0.binaryCrossEntropy($1[0], targets: targets, weights: weights)
      }
    }
  }
}
