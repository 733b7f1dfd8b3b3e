import Foundation
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Recipes and memory")
  struct RecipeTests {
    @Test("A normalised tensor is made again after the original is gone, whatever changed since")
    func remade() throws {
      let (first, firstTrained, _) = normalization(3)
      let (second, secondTrained, _) = normalization(3)
      let x = traced(randomTensor([2, 3, 3, 3], "x"))
      let forward = makePass(.training, tape: Tape())
      weak var released: TensorContent?
      func saved() throws -> (SavedTensor, [Float]) {
        let inner = forward.batchNormalization([x], first, relu: true)
        let outer = forward.batchNormalization([inner], second)
        #expect(inner.recipe != nil && outer.recipe != nil)
        released = outer.content
        return (SavedTensor(outer), outer.values)
      }
      let (kept, values) = try saved()
      #expect(released == nil, "the tape keeps the result")
      for parameter in firstTrained + secondTrained {
        parameter.update { $0.update(repeating: 9, count: 3) }
      }
      #expect(kept.tensor.values == values)
      #expect(kept.tensor.values == values)
    }

    @Test("The gradient through a remade input is right", arguments: KernelSet.allCases)
    func gradient(_ set: KernelSet) {
      let (norm, trained, _) = normalization(2)
      let weights = randomParameter("w", [3, 3, 3, 2])
      checkGradients(
        set, mode: .training, inputs: [randomTensor([2, 3, 3, 2], "x")],
        parameters: trained + [weights], step: 0x1p-8, tolerance: 3e-3
      ) { forward, x in
        let y = forward.convolution(forward.batchNormalization([x[0]], norm), weights, padding: 1)
        return forward.multiply(y, y)
      }
    }

    /// A small network of every kind of step; the gradients are taken and forgotten.
    private func step(_ kernels: any Kernels, _ parameters: Parameters) {
      let tape = Tape()
      var forward = makePass(.training, tape: tape, kernels)
      let x = traced(randomTensor([2, 9, 9, 3], "x"))
      let a = forward.convolution(x, parameters.stem, stride: 2, padding: 1)
      let b = forward.convolution(
        forward.batchNormalization([a], parameters.norm, relu: true), parameters.block, padding: 1)
      let joined = forward.concatenate([a, forward.relu(b)])
      let pooled = forward.globalAveragePool(forward.averagePool(joined, size: 2, stride: 2))
      let best = forward.globalAveragePool(forward.maxPool(joined, size: 2, stride: 2))
      let features = forward.dropout(forward.multiply(pooled, best), rate: 0.2)
      let loss = forward.binaryCrossEntropy(
        forward.linear(features, parameters.head), targets: [0, 1])
      tape.backward(from: loss, gradient: Tensor([1], shape: [1]))
      for parameter in parameters.trained { #expect(parameter.node.take() != nil) }
      #expect(x.node?.take() != nil)
    }

    private struct Parameters {
      let stem = randomParameter("stem", [4, 3, 3, 3])
      let block = randomParameter("block", [4, 3, 3, 4])
      let head = randomParameter("head", [1, 8])
      let norm: NormalizationParameters
      let trained: [Parameter]
      init() {
        let (norm, scales, _) = normalization(4)
        self.norm = norm
        trained = scales + [stem, block, head]
      }
    }

    @Test("All memory returns after a forward and a backward pass", arguments: KernelSet.allCases)
    func returned(_ set: KernelSet) {
      let (kernels, parameters) = (set.make(), Parameters())
      step(kernels, parameters)  // primitives and weights in their layouts stay
      // Other test modules of the process use the pool too: a leak shows in every attempt.
      // Over some seconds, so that a busy neighbour alone can't fail it.
      var left = 1
      for _ in 0..<20_000 where left != 0 {
        let before = MemoryPool.shared.usage.now
        step(kernels, parameters)
        left = MemoryPool.shared.usage.now - before
      }
      #expect(left == 0, "left over: \(left) bytes")
    }

    @Test("A tape that is never run backward lets go of everything too")
    func abandoned() {
      weak var content: TensorContent?
      func run() {
        let tape = Tape()
        let x = traced(randomTensor([4, 4], "x"))
        let y = makePass(tape: tape).multiply(x, x)
        content = y.content
      }
      run()
      #expect(content == nil)
    }

    @Test(
      "Blocks are rounded up by at most an eighth, to multiples of 64",
      arguments: [1, 64, 65, 1000, 4097, 1 << 20, (1 << 20) + 1])
    func rounding(bytes: Int) {
      let size = MemoryPool.rounded(bytes)
      #expect(size >= bytes && size % 64 == 0)
      #expect(bytes < 1024 || size - bytes <= bytes / 8)
    }

    @Test(
      "What is given back is overwritten, so that a late reader is found out",
      .enabled(
        if: getenv("ENCODERZOO_OVERWRITE_FREED") != nil, "ENCODERZOO_OVERWRITE_FREED is not set"))
    func overwritten() {
      let (pool, bytes) = (MemoryPool(), 1000)
      let first = pool.take(bytes)
      first.initializeMemory(as: UInt8.self, repeating: 7, count: bytes)
      pool.give(first, bytes)
      let second = pool.take(bytes)
      #expect(second == first)
      #expect(UnsafeRawBufferPointer(start: second, count: bytes).allSatisfy { $0 == 0xFF })
      pool.give(second, bytes)
    }

    @Test("Storage is aligned to 64 bytes")
    func alignment() {
      for count in [0, 1, 17, 1000] {
        #expect(withElements(Storage(count: count)) { UInt(bitPattern: $0) } % 64 == 0)
      }
    }
  }
}
