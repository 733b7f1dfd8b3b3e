import CKernels
import Testing

@testable import Tensors

extension TensorsSuite {
  /// Results in the memory of other tensors: over an addend, in their place in a batch, as a part of one.
  @Suite("Memory that tensors share")
  struct SharedMemoryTests {
    /// Who else reads an addend's memory.
    enum Reader: CaseIterable { case nobody, holder, wholeBatch, input, tape }

    private func sum(
      _ pass: Forward, _ x: Tensor, _ weights: Parameter, _ addend: consuming Tensor
    ) -> Tensor {
      let product = pass.convolution(x, weights, padding: weights.value.shape[1] / 2)
      return pass.relu(pass.add(product, consume addend))
    }

    @Test(
      "A sum is written over what is added, unless somebody else reads that",
      arguments: KernelSet.allCases, Reader.allCases)
    func overAddend(_ set: KernelSet, reader: Reader) {
      for (kernel, kernels) in [1, 3].flatMap({ kernel in
        [set.make(), BFloat16Kernels(set.make())].map { (kernel, $0) }
      }) {
        let weights = randomParameter("w", [48, kernel, kernel, 48])
        let batch = randomTensor([4, 12, 12, 48], "batch")
        let half = Tensor(Array(batch.values[..<(batch.count / 2)]), shape: [2, 12, 12, 48])
        let x = reader == .input ? half : randomTensor([2, 12, 12, 48], "x")
        let expected = sum(makePass(tape: Tape(), kernels), x, weights, half).values

        // A copy that only this one and its reader hold.
        var addend: Tensor?
        switch reader {
        case .nobody, .holder, .tape: addend = Tensor(half.values, shape: half.shape)
        case .wholeBatch: addend = makePass().images(0..<2, of: batch)
        case .input: addend = half
        }
        let (held, place) = (reader == .holder ? addend : nil, addend?.address)
        let before = batch.values
        let pass = makePass(tape: reader == .tape ? Tape() : nil, kernels)
        let found = addend.take().map { sum(pass, x, weights, $0) }
        #expect(relativeDistance(found?.values ?? [], expected) < 1e-5)
        #expect(batch.values == before)
        if let held { #expect(held.values == half.values) }
        // OpenBLAS multiplies into memory of its own.
        let hasNativeLoops = kernels is BFloat16Kernels || kernels is NativeKernels
        #expect((found?.address == place) == (hasNativeLoops && reader == .nobody))
      }
    }

    @Test("A part of a batch lies in its memory and keeps that")
    func parts() {
      let values = randomValues(5 * 3 * 2 * 4, "batch")
      var batch: Tensor? = Tensor(values, shape: [5, 3, 2, 4])
      let part = batch.map { makePass().images(1..<3, of: $0) }
      #expect(part?.address == batch.map { $0.address + 24 })
      batch = nil
      // What took the memory of the batch, if it were free, would overwrite it.
      let others = (0..<4).map { _ in Tensor(repeating: 7, shape: [5, 3, 2, 4]) }
      #expect(part?.values == Array(values[24..<72]) && part?.shape == [2, 3, 2, 4])
      #expect(others.allSatisfy { $0.values[0] == 7 })
    }

    @Test(
      "Batches are joined in the order they come, made or still to be made",
      arguments: KernelSet.allCases)
    func joined(_ set: KernelSet) throws {
      let (kernels, weights) = (set.make(), randomParameter("w", [32, 1, 1, 16]))
      let pass = makePass(.evaluation, kernels)
      let batch = randomTensor([5, 6, 5, 16], "x")
      let whole = pass.convolution(batch, weights).values
      var joined = JoinedBatch(atMost: 7)
      let nothing = joined.take(pass)
      #expect(nothing == nil)
      for _ in 0..<2 {
        let kept = pass.convolution(pass.images(4..<5, of: batch), weights)
        joined.append(pass.convolution(pass.images(0..<2, of: batch), weights))
        joined.append(pass.relu(pass.convolution(pass.images(2..<4, of: batch), weights)))
        joined.append(kept)
        #expect(joined.count == 5)
        let taken = joined.take(pass)
        let found = try #require(taken)
        let third = whole.count / 5 * 2
        let expected =
          whole[..<third] + whole[third..<(2 * third)].map { max(0, $0) } + whole[(2 * third)...]
        #expect(found.shape == [5, 6, 5, 32])
        #expect(relativeDistance(found.values, Array(expected)) < 1e-6)
        #expect(relativeDistance(kept.values, Array(whole[(2 * third)...])) < 1e-6)
        #expect(joined.count == 0)
        // OpenBLAS multiplies into memory of its own, which is copied.
        if kernels is NativeKernels {
          #expect(kept.address == found.address + 2 * third)
        }
      }
      // One that fills the room alone is not copied.
      var single = JoinedBatch(atMost: 5)
      single.append(batch)
      let same = single.take(pass)
      #expect(same?.address == batch.address)
    }
  }
}

extension Tensor {
  /// Where the elements lie, to be compared.
  fileprivate var address: UnsafePointer<Float> { withElements(self) { $0 } }
}
