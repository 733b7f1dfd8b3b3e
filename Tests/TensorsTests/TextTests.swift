import CKernels
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Text operations")
  struct TextTests {
    @Test(
      "Rows of a table; the padding row is zero and gets no gradient", arguments: KernelSet.allCases
    )
    func embedding(_ set: KernelSet) {
      let table = parameter("table", [1, 2, 3, 4, 5, 6], [3, 2])
      let tape = Tape()
      let y = makePass(tape: tape, set.make()).embedding(table, [2, 0, 2], padding: 0)
      #expect(y.values == [5, 6, 0, 0, 5, 6])
      tape.backward(from: y, gradient: Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2]))
      #expect(table.node.take()?.values == [0, 0, 0, 0, 6, 8])
    }

    @Test("Gradients of an embedding, with repeated rows", arguments: KernelSet.allCases)
    func embeddingGradients(_ set: KernelSet) {
      let table = randomParameter("table", [5, 3])
      checkGradients(set, parameters: [table]) { forward, _ in
        forward.embedding(table, [4, 1, 1, 0, 4, 4], padding: 1)
      }
      checkGradients(set, parameters: [table]) { forward, _ in
        let (a, b) = (forward.embedding(table, [0, 2]), forward.embedding(table, [2, 3]))
        return forward.multiply(a, b)
      }
    }

    @Test("The padding of one look-up does not erase the gradient of another")
    func sharedTable() {
      let (table, tape) = (parameter("table", [1, 2, 3, 4], [2, 2]), Tape())
      let forward = makePass(tape: tape)
      let padded = forward.embedding(table, [0, 1], padding: 0)
      let y = forward.add(padded, forward.embedding(table, [0, 1]))
      tape.backward(from: y, gradient: Tensor([1, 2, 3, 4], shape: [2, 2]))
      #expect(table.node.take()?.values == [1, 2, 6, 8])
    }

    @Test("Documents lie end to end, with a gap after each")
    func layout() {
      let layout = PackedLayout(lengths: [2, 1, 3], gap: 2)
      #expect(layout.starts == [0, 4, 7])
      #expect(layout.lengths == [2, 1, 3])
      #expect(layout.rows == 12)
    }

    @Test("The maximum over time, its winners' gradient", arguments: KernelSet.allCases)
    func overTime(_ set: KernelSet) {
      let layout = PackedLayout(lengths: [2, 1], gap: 1)
      let weights = parameter("w", [1, 10, -1, -1, -1, 0], [3, 2, 1])
      let bias = parameter("b", [0.5, 1, 4], [3])
      let (tape, x) = (Tape(), traced(Tensor([1, 2, 0, 3, 0], shape: [5, 1])))
      let y = makePass(tape: tape, set.make()).convolutionMaxOverTime(
        x, layout, weights, bias: bias)
      // Filter 1: max(1 + 20, 2) and 3; filter 2 is below zero; filter 3: max(−1, −2) and −3.
      #expect(y.values == [21.5, 0, 3, 3.5, 0, 1])
      tape.backward(from: y, gradient: Tensor([1, 1, 0, 1, 1, 2], shape: [2, 3]))
      #expect(weights.node.take()?.values == [4, 2, 0, 0, 6, 0])
      #expect(bias.node.take()?.values == [2, 0, 2])
      #expect(x.node?.take()?.values == [1, 10, 0, -1, 10])
    }

    @Test(
      "Our own windows follow matrix products, whatever the lengths, filters and words",
      arguments: [(1, 3, 1), (13, 5, 6), (64, 50, 3), (70, 7, 5)], [Int32(8), 16])
    func ownWindows(_ sizes: (filters: Int, width: Int, kernel: Int), lanes: Int32) throws {
      // What this processor does not have.
      guard ez_lanes() >= lanes else { return }
      let own = try #require(NativeKernels(over: ReferenceKernels(), lanes: lanes))
      let layout = PackedLayout(
        lengths: [1, 2, 5, 6, 7, 11, 12, 13, 25, 40], gap: sizes.kernel - 1)
      var values = [Float](repeating: 0, count: layout.rows * sizes.width)
      let words = randomValues(values.count, "words")
      for (start, length) in zip(layout.starts, layout.lengths) {
        for place in (Int(start) * sizes.width)..<(Int(start + length) * sizes.width) {
          values[place] = words[place]
        }
      }
      let x = Tensor(values, shape: [layout.rows, sizes.width])
      let weights = randomParameter("weights", [sizes.filters, sizes.kernel, sizes.width])
      let bias = randomParameter("bias", [sizes.filters], -0.5..<0.5)
      func responses(_ kernels: any Kernels) -> (y: [Float], dw: [Float]) {
        let tape = Tape()
        let y = makePass(tape: tape, kernels).convolutionMaxOverTime(x, layout, weights, bias: bias)
        let count = layout.lengths.count * sizes.filters
        tape.backward(
          from: y,
          gradient: Tensor(randomValues(count, "dy"), shape: [layout.lengths.count, sizes.filters]))
        _ = bias.node.take()
        return (y.values, weights.node.take()?.values ?? [])
      }
      let (found, wanted) = (responses(own), responses(ReferenceKernels()))
      for (one, other) in [(found.y, wanted.y), (found.dw, wanted.dw)] {
        #expect(one.count == other.count && !one.isEmpty)
        let largest = other.map(abs).max() ?? 0
        #expect(zip(one, other).allSatisfy { abs($0 - $1) <= 2e-6 * largest + 1e-6 })
      }
    }

    @Test("Gradients of the maximum over time", arguments: KernelSet.allCases, [1, 2, 3])
    func overTimeGradients(_ set: KernelSet, kernel: Int) {
      let layout = PackedLayout(lengths: [4, 1, 6], gap: 2)
      var values = randomValues(layout.rows * 3, "words")
      for (start, length) in zip(layout.starts, layout.lengths) {
        for place in (Int(start + length) * 3)..<(Int(start + length + 2) * 3) { values[place] = 0 }
      }
      let weights = randomParameter("weights\(kernel)", [5, kernel, 3])
      let bias = randomParameter("bias", [5], 0.1..<0.5)
      // A short step: a winner must stay one. Rounding: 2⁻²⁴ · 2⁹ · 4 ≈ 10⁻⁴.
      checkGradients(
        set, inputs: [Tensor(values, shape: [layout.rows, 3])], parameters: [weights, bias],
        step: 0x1p-9, tolerance: 2e-3
      ) { $0.convolutionMaxOverTime($1[0], layout, weights, bias: bias) }
    }
  }
}
