import Basics
import Testing

@testable import Tensors

/// Numbers in −1…1 that look random, the same each time.
private func numbers(_ shape: [Int], _ seed: Int) -> Tensor {
  Tensor(
    (0..<shape.reduce(1, *)).map { Float(($0 * 7919 + seed * 104_729) % 2003) / 1001.5 - 1 },
    shape: shape)
}

/// The result of an attention and the gradient of its input.
private func attention(
  _ kernels: any Kernels, _ qkv: Tensor, heads: Int, lengths: [Int]?, bias: Tensor? = nil
) -> (output: [Float], gradient: [Float], bias: [Float]) {
  let tape = Tape()
  let pass = Forward(
    .training, random: RandomStream(seed: 0), tape: tape, kernels: kernels)
  let (input, bias) = (traced(qkv), bias.map { traced($0) })
  let output = pass.attention(input, heads: heads, lengths: lengths, bias: bias)
  tape.backward(from: output, gradient: numbers(output.shape, 2))
  return (output.values, input.node?.take()?.values ?? [], bias?.node?.take()?.values ?? [])
}

private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
}

extension TensorsSuite {
  @Suite("Attention a block of queries at a time")
  struct BlockwiseAttentionTests {
    @Test(
      "Results and gradients are those of whole matrices",
      arguments: [
        // Batch, time, heads, width of a head, lengths.
        (2, 1, 2, 8, nil), (1, 5, 1, 33, nil), (2, 97, 2, 16, [97, 40]), (1, 200, 3, 64, nil),
        (3, 31, 1, 40, [1, 31, 16]), (1, 300, 2, 32, [289]),
      ] as [(Int, Int, Int, Int, [Int]?)])
    func equal(_ batch: Int, _ time: Int, _ heads: Int, _ head: Int, _ lengths: [Int]?) throws {
      let qkv = numbers([batch, time, 3 * heads * head], 1)
      let plain = attention(ReferenceKernels(), qkv, heads: heads, lengths: lengths)
      for lanes in NativeConvolutionTests.widths {
        let kernels = try #require(NativeKernels(over: ReferenceKernels(), lanes: lanes))
        let blocks = attention(kernels, qkv, heads: heads, lengths: lengths)
        #expect(blocks.output.count == plain.output.count)
        #expect(largestDifference(blocks.output, plain.output) < 2e-6, "\(lanes) lanes")
        #expect(blocks.gradient.count == plain.gradient.count)
        #expect(largestDifference(blocks.gradient, plain.gradient) < 2e-5, "\(lanes) lanes")
      }
    }

    @Test(
      "With a bias, too: one for all, or one for each of so many samples in turn",
      arguments: [
        // Batch, time, heads, width of a head, biases.
        (3, 5, 2, 8, 1), (8, 49, 3, 32, 4), (2, 100, 1, 16, 2), (4, 197, 2, 24, 1),
      ])
    func biased(_ batch: Int, _ time: Int, _ heads: Int, _ head: Int, _ biases: Int) throws {
      let qkv = numbers([batch, time, 3 * heads * head], 1)
      let bias = numbers([biases, heads, time, time], 5)
      let plain = attention(ReferenceKernels(), qkv, heads: heads, lengths: nil, bias: bias)
      for lanes in NativeConvolutionTests.widths {
        let kernels = try #require(NativeKernels(over: ReferenceKernels(), lanes: lanes))
        let blocks = attention(kernels, qkv, heads: heads, lengths: nil, bias: bias)
        #expect(largestDifference(blocks.output, plain.output) < 4e-6, "\(lanes) lanes")
        #expect(largestDifference(blocks.gradient, plain.gradient) < 2e-5, "\(lanes) lanes")
        #expect(blocks.bias.count == bias.count)
        #expect(largestDifference(blocks.bias, plain.bias) < 2e-5, "\(lanes) lanes")
      }
      guard let native = NativeKernels(over: ReferenceKernels()) else { return }
      let exact = makePass(.evaluation, ReferenceKernels()).attention(
        rounded(qkv), heads: heads, bias: bias
      ).values
      for kind in BFloat16Tests.kinds {
        let pass = makePass(.evaluation, BFloat16Kernels(native, kind))
        let found = pass.attention(qkv, heads: heads, bias: bias).values
        #expect(relativeDistance(found, exact) < 3e-3, "\(kind)")
      }
    }

    @Test(
      "In bf16 it is that of rounded factors, whatever multiplies and however many threads",
      arguments: [
        (2, 1, 2, 8, nil), (1, 5, 1, 33, nil), (2, 97, 2, 16, [97, 40]), (1, 200, 3, 64, nil),
        (3, 31, 1, 40, [1, 31, 16]), (1, 300, 2, 32, [289]), (1, 99, 1, 7, nil),
      ] as [(Int, Int, Int, Int, [Int]?)])
    func bfloat16(_ batch: Int, _ time: Int, _ heads: Int, _ head: Int, _ lengths: [Int]?) throws {
      guard let native = NativeKernels(over: ReferenceKernels()) else { return }
      let qkv = numbers([batch, time, 3 * heads * head], 1)
      let plain = makePass(.evaluation, ReferenceKernels()).attention(
        rounded(qkv), heads: heads, lengths: lengths
      ).values
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      for kind in BFloat16Tests.kinds {
        let pass = makePass(.evaluation, BFloat16Kernels(native, kind))
        let found = [1, 3].map { threads in
          Compute.setThreads(threads)
          return pass.attention(qkv, heads: heads, lengths: lengths).values
        }
        #expect(found[0].count == plain.count && found[0] == found[1])
        // Weights are rounded, too, to 8 bits.
        #expect(relativeDistance(found[0], plain) < 3e-3, "\(kind)")
        // Rows of a NaN among the queries are none; what nobody reads has no influence.
        var values = qkv.values
        values[0] = .nan
        let other = pass.attention(
          Tensor(values, shape: qkv.shape), heads: heads, lengths: lengths
        ).values
        #expect((0..<head).allSatisfy { other[$0].isNaN })
        #expect(zip(other, found[0]).dropFirst(heads * head).allSatisfy { $0 == $1 })
      }
      // Where gradients are wanted, factors are not rounded.
      let exact = attention(ReferenceKernels(), qkv, heads: heads, lengths: lengths)
      let recorded = attention(BFloat16Kernels(native), qkv, heads: heads, lengths: lengths)
      #expect(largestDifference(recorded.output, exact.output) < 2e-6)
    }

    @Test("Places that are read by none have no influence and no gradient")
    func unread() throws {
      guard let kernels = NativeKernels(over: ReferenceKernels()) else { return }
      let width = 16
      let qkv = numbers([1, 6, 3 * width], 3)
      let whole = attention(kernels, qkv, heads: 2, lengths: [4])
      var values = qkv.values
      for index in 4 * 3 * width..<6 * 3 * width { values[index] = 9 }
      let other = attention(kernels, Tensor(values, shape: qkv.shape), heads: 2, lengths: [4])
      #expect(whole.output.prefix(4 * width) == other.output.prefix(4 * width))
      for place in 4..<6 {
        let keysAndValues = (place * 3 + 1) * width..<(place + 1) * 3 * width
        #expect(whole.gradient[keysAndValues].allSatisfy { $0 == 0 })
      }
    }

    @Test("A NaN among the queries stays with its place")
    func notANumber() throws {
      guard let kernels = NativeKernels(over: ReferenceKernels()) else { return }
      var values = numbers([1, 5, 24], 4).values
      values[2 * 24] = .nan
      let output = attention(kernels, Tensor(values, shape: [1, 5, 24]), heads: 1, lengths: nil)
        .output
      for place in 0..<5 {
        #expect(output[place * 8..<(place + 1) * 8].allSatisfy { $0.isNaN == (place == 2) })
      }
    }
  }

  @Suite("Linear layers over more axes")
  struct LinearOfAxesTests {
    @Test("The gradient of the input alone is that of single steps")
    func inputGradient() throws {
      func gradient(_ kernels: any Kernels, tracksParameters: Bool) -> [Float] {
        let weights = Parameter(key: "w", kind: .weight, value: numbers([40, 24], 5))
        let bias = Parameter(key: "b", kind: .offset, value: numbers([40], 6))
        let back = Parameter(key: "v", kind: .weight, value: numbers([24, 40], 7))
        let tape = Tape()
        var pass = Forward(
          .evaluation, random: RandomStream(seed: 0), tape: tape, kernels: kernels)
        pass.tracksParameters = tracksParameters
        let x = traced(numbers([2, 13, 24], 9))
        let hidden = pass.activate(pass.linear(x, weights, bias: bias), .gelu)
        let y = pass.add(x, pass.linear(hidden, back))
        tape.backward(from: y, gradient: numbers(y.shape, 2))
        return x.node?.take()?.values ?? []
      }
      let plain = gradient(ReferenceKernels(), tracksParameters: true)
      #expect(plain.count == 2 * 13 * 24)
      for lanes in NativeConvolutionTests.widths {
        let kernels = try #require(NativeKernels(over: ReferenceKernels(), lanes: lanes))
        let found = gradient(kernels, tracksParameters: false)
        #expect(found.count == plain.count && largestDifference(found, plain) < 2e-5, "\(lanes)")
      }
    }

    @Test("Factors that change alone change what they have fused with")
    func changedFactors() throws {
      var all: [any Kernels] = [ReferenceKernels()]
      for lanes in NativeConvolutionTests.widths {
        all += [NativeKernels(over: ReferenceKernels(), lanes: lanes)].compactMap { $0 }
      }
      for kernels in all {
        let weights = Parameter(key: "w", kind: .weight, value: numbers([24, 24], 5))
        let scales = Parameter(key: "s", kind: .weight, value: numbers([24], 8))
        let x = numbers([2, 13, 24], 9)
        func run() -> [Float] {
          let pass = Forward(
            .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
          return pass.scaleChannels(pass.linear(x, weights), by: scales).values
        }
        let before = run()
        scales.update { factors in for c in 0..<24 { factors[c] *= 2 } }
        #expect(largestDifference(run(), before.map { 2 * $0 }) < 1e-4, "\(kernels.name)")
      }
    }

    @Test("What fuses behind a linear layer in evaluation gives what single steps give")
    func fused() throws {
      let x = numbers([2, 13, 24], 9)
      func run(_ kernels: any Kernels, _ mode: Forward.Mode, _ tape: Tape?) -> Tensor {
        // Of each run its own: weights keep how the last kernels packed them.
        let weights = Parameter(key: "w", kind: .weight, value: numbers([40, 24], 5))
        let bias = Parameter(key: "b", kind: .offset, value: numbers([40], 6))
        let back = Parameter(key: "v", kind: .weight, value: numbers([24, 40], 7))
        let scales = Parameter(key: "s", kind: .weight, value: numbers([24], 8))
        let pass = Forward(mode, random: RandomStream(seed: 0), tape: tape, kernels: kernels)
        let hidden = pass.activate(pass.linear(x, weights, bias: bias), .gelu)
        return pass.add(x, pass.scaleChannels(pass.linear(hidden, back), by: scales))
      }
      let plain = run(ReferenceKernels(), .training, Tape())
      #expect(plain.shape == [2, 13, 24])
      var all: [any Kernels] = [ReferenceKernels()]
      for lanes in NativeConvolutionTests.widths {
        all += [NativeKernels(over: ReferenceKernels(), lanes: lanes)].compactMap { $0 }
      }
      for kernels in all {
        let fused = run(kernels, .evaluation, nil)
        #expect(fused.shape == plain.shape)
        #expect(largestDifference(fused.values, plain.values) < 2e-5, "\(kernels.name)")
      }
    }
  }
}
