import Basics
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Dropout")
  struct DropoutTests {
    @Test("The mask is Philox's: element i is word i mod 4 of block i / 4")
    func mask() {
      var stream = RandomStream(seed: 5)
      let key: UInt64 = stream.next()
      var forward = makePass(.training)
      let y = forward.dropout(Tensor(repeating: 3, shape: [22]), rate: 0.25)
      let expected = (0..<22).map { i -> Double in
        let words = philox4x32(counter: SIMD4(UInt32(i / 4), 0, 0, 0), key: key)
        return words[i % 4] < 1 << 30 ? 0 : 4
      }
      expectClose(y.values, expected)
      #expect(Set(y.values).count == 2)
    }

    @Test("Nothing is dropped in evaluation or at rate 0")
    func inert() {
      let x = randomTensor([50], "x")
      var (evaluation, training) = (makePass(.evaluation), makePass(.training))
      #expect(evaluation.dropout(x, rate: 0.5).values == x.values)
      #expect(training.dropout(x, rate: 0).values == x.values)
    }

    @Test("The rate is met within four standard deviations", arguments: [0.05, 0.2, 0.5, 0.9])
    func rate(_ rate: Double) {
      let n = 200_000
      var forward = makePass(.training)
      let y = forward.dropout(Tensor(repeating: 1, shape: [n]), rate: Float(rate))
      let dropped = y.values.count { $0 == 0 }
      let deviation = (Double(n) * rate * (1 - rate)).squareRoot()
      #expect(abs(Double(dropped) - Double(n) * rate) < 4 * deviation)
      let kept = y.values.first { $0 != 0 } ?? 0
      #expect(abs(Double(kept) * (1 - rate) - 1) < 1e-6)
    }

    @Test("Two calls of one pass draw two masks")
    func fresh() {
      var forward = makePass(.training)
      let x = Tensor(repeating: 1, shape: [256])
      #expect(forward.dropout(x, rate: 0.5).values != forward.dropout(x, rate: 0.5).values)
    }

    @Test("Gradients pass where elements passed", arguments: KernelSet.allCases)
    func gradients(_ set: KernelSet) {
      checkGradients(set, mode: .training, inputs: [randomTensor([5, 7], "x")]) {
        $0.dropout($1[0], rate: 0.3)
      }
    }
  }
}
