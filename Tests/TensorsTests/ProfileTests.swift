import Basics
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Profile")
  struct ProfileTests {
    private func profiled(_ body: () -> Void) throws -> [Profile.Row] {
      Profile.start()
      body()
      return try #require(Profile.stop())
    }

    @Test("Every operation of a pass and its gradients has a row with its calls and its work")
    func rows() throws {
      let weights = Parameter(
        key: "w", kind: .weight, value: randomTensor([32, 3, 3, 16], "w"))
      let x = randomTensor([2, 8, 8, 16], "x")
      let rows = try profiled {
        let tape = Tape()
        let pass = Forward(
          .training, random: RandomStream(seed: 1), tape: tape, kernels: ReferenceKernels())
        let y = pass.relu(pass.convolution(x, weights, padding: 1))
        tape.backward(from: y, gradient: Tensor(repeating: 1, shape: y.shape))
      }
      let found = Dictionary(uniqueKeysWithValues: rows.map { ($0.operation, $0) })
      let direct = try #require(found["im2col 3×3 16→32, 8×8"])
      #expect(direct.calls == 1)
      #expect(direct.operations == Double(2 * 2 * 8 * 8 * 32 * 16 * 9))
      #expect(found["im2col, weight gradient 3×3 16→32, 8×8"]?.calls == 1)
      #expect(found["relu"]?.calls == 1)
      #expect(found["gradient of relu"]?.calls == 1)
      #expect(rows.allSatisfy { $0.seconds >= 0 })
      #expect(rows.map(\.seconds) == rows.map(\.seconds).sorted(by: >))
    }

    @Test("Multiply-adds are counted without computing anything, as many as where all is computed")
    func counted() throws {
      let kernel = Parameter(key: "w", kind: .weight, value: randomTensor([6, 3, 3, 4], "w"))
      let dense = Parameter(key: "d", kind: .weight, value: randomTensor([12, 6], "d"))
      let narrow = Parameter(key: "n", kind: .weight, value: randomTensor([3, 4], "n"))
      func run(_ count: OperationCount) -> [Float] {
        var pass = Forward(
          .evaluation, random: RandomStream(seed: 1), tape: nil, kernels: ReferenceKernels())
        pass.operations = count
        let maps = pass.relu(
          pass.convolution(randomTensor([2, 8, 8, 4], "x"), kernel, stride: 2, padding: 1))
        let rows = pass.linear(pass.reshape(maps, to: [2, 16, 6]), dense)
        return pass.linear(pass.reshape(pass.attention(rows, heads: 2), to: [32, 4]), narrow).values
      }
      let (all, dry) = (OperationCount(), OperationCount(computes: false))
      let (values, zeros) = (run(all), run(dry))
      #expect(values.contains { $0 != 0 } && zeros.allSatisfy { $0 == 0 })
      #expect(values.count == zeros.count)
      #expect(
        all.multiplyAdds == 2 * 16 * 6 * 36 + 32 * 12 * 6 + 2 * 2 * 16 * 16 * 4 + 32 * 3 * 4)
      #expect(dry.multiplyAdds == all.multiplyAdds)
    }

    @Test("Lazy steps are measured where they run")
    func deferred() throws {
      let weights = Parameter(key: "w", kind: .weight, value: randomTensor([8, 3, 3, 4], "w"))
      let rows = try profiled {
        let pass = Forward(
          .evaluation, random: RandomStream(seed: 1), tape: nil, kernels: ReferenceKernels())
        let y = pass.globalAveragePool(pass.convolution(randomTensor([1, 6, 6, 4], "x"), weights))
        #expect(y.count == 8)
      }
      #expect(rows.contains { $0.operation == "im2col 3×3 4→8, 6×6" && $0.calls == 1 })
      #expect(rows.contains { $0.operation == "globalAveragePool" && $0.calls == 1 })
    }

    /// A depthwise convolution, a sum and a ReLU that fuse, and the activation that reads them.
    private func activated(_ kernels: any Kernels) -> Tensor {
      let (depthwise, pointwise) = (
        randomParameter("d", [16, 3, 3, 1]), randomParameter("p", [16, 1, 1, 16])
      )
      let pass = makePass(.evaluation, kernels)
      let x = randomTensor([2, 96, 96, 16], "x")
      let y = pass.convolution(pass.convolution(x, pointwise), depthwise, padding: 1, groups: 16)
      return pass.activate(pass.relu(pass.add(y, x)), .relu6)
    }

    @Test(
      "What is lazy is booked under itself, not under the operation that asks for it",
      arguments: KernelSet.allCases)
    func readers(_ set: KernelSet) throws {
      let kernels = set.make()
      _ = activated(kernels)
      // Work that was booked under the reader would outlast the convolutions every time; on a busy machine a pass over
      // the values may do so once.
      let isShorter = try (0..<20).contains { _ in
        let rows = try profiled { #expect(activated(kernels).count == 2 * 96 * 96 * 16) }
        #expect(rows.contains { $0.operation == "activate" && $0.calls == 1 })
        // The loops of a depthwise convolution add and clip before they store.
        #expect(
          rows.contains { $0.operation == "add and relu" && $0.calls == 1 } == (set == .reference))
        let activation = rows.filter { $0.operation.hasPrefix("activate") }
        let convolutions = rows.filter { $0.operation.contains("×") }
        // One pass over the values beside sums of 25 products for each.
        return activation.reduce(0) { $0 + $1.seconds } < convolutions.reduce(0) { $0 + $1.seconds }
      }
      #expect(isShorter)
    }

    @Test("Nothing is measured when nobody asked")
    func off() {
      #expect(Profile.stop() == nil)
      Profile.lap("nothing")
      #expect(Profile.stop() == nil)
    }

    @Test("The table shows seconds, shares, calls and speed, and sums up what is small")
    func table() {
      let rows = [
        Profile.Row(operation: "product 1×1 64→128, 56×56", calls: 2, seconds: 3, operations: 6e11),
        Profile.Row(operation: "relu", calls: 10, seconds: 0.999),
        Profile.Row(operation: "add", calls: 4, seconds: 0.0006),
        Profile.Row(operation: "mirror", calls: 1, seconds: 0.0004),
      ]
      #expect(
        Profile.table(rows) == """
             seconds   share    calls  GFLOP/s  operation
               3.000  75.0 %        2      200  product 1×1 64→128, 56×56
               0.999  25.0 %       10           relu
               0.001   0.0 %        5           2 more, each under 0.1 %
               4.000                            in all

          """)
    }
  }
}
