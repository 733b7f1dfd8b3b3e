import CKernels
import Testing

@testable import Tensors

extension TensorsSuite {
  /// Depthwise convolutions, and the blocks around them, by dot products of bf16.
  @Suite("Depthwise convolutions in bf16", .serialized)
  struct BFloat16BlockTests {
    typealias Case = BlockTests.Case

    /// Where this processor has the dot products; else there is nothing to test.
    static let kinds = BFloat16Tests.kinds.filter { $0 == .vectors }
    /// The last by memory, the others in registers.
    static let functions: [Activation?] = [nil, .relu6, .silu, .gelu, .hardSwish, .tanh]

    /// A layer whose factors are drawn, as a convolution that has fused with what follows it.
    private func layer(
      _ kernels: BFloat16Kernels, _ name: String, _ x: Tensor, to out: Int, _ window: Window,
      _ function: Activation?, addend: Tensor? = nil
    ) -> LazyConvolution {
      let depth = window.groups == 1 ? x.channels : 1
      var work = LazyConvolution(
        kernels: kernels, input: x,
        weights: randomTensor([out, window.height, window.width, depth], "\(name) weights"),
        window: window, bias: randomTensor([out], "\(name) bias"), isRecorded: false)
      (work.scale, work.addend, work.activation) = (
        randomTensor([out], "\(name) factors"), addend, function
      )
      return work
    }

    @Test(
      "One alone is that of rounded factors, with what has joined it",
      arguments: BlockTests.cases.filter { $0.widens && !$0.narrows }, kinds)
    func alone(_ c: Case, kind: BFloat16Kernels.Arithmetic) throws {
      let native = try #require(NativeKernels(over: ReferenceKernels()))
      let kernels = BFloat16Kernels(native, kind)
      let x = randomTensor(c.input, "x")
      for function in Self.functions {
        let addend = randomTensor(c.window.outputShape(c.input, channels: c.hidden), "addend")
        let work = layer(kernels, "look", x, to: c.hidden, c.window, function, addend: addend)
        #expect(native.rounds(work, kind))
        let factors = try #require(work.scale).values
        let taps = c.window.height * c.window.width
        let scaled = work.weights.values.enumerated().map { $1 * factors[$0 / taps] }
        let plain = ReferenceKernels().convolution(
          rounded(x), Tensor(rounded(scaled), shape: work.weights.shape), bias: work.bias, c.window)
        let pass = makePass()
        let sum = pass.add(plain, addend)
        let expected = (function.map { pass.activate(sum, $0) } ?? sum).values
        // Functions in registers have the digits of bf16 and two more.
        let isNear = function == .silu || function == .gelu
        #expect(
          relativeDistance(kernels.run(work).values, expected) < (isNear ? 1e-4 : 2e-6),
          "\(String(describing: function))")
      }
    }

    @Test(
      "Joined or not, with any number of threads, whatever was rounded already: the same bits",
      arguments: BlockTests.cases, kinds)
    func sameBits(_ c: Case, kind: BFloat16Kernels.Arithmetic) throws {
      let native = try #require(NativeKernels(over: ReferenceKernels()))
      let kernels = BFloat16Kernels(native, kind)
      let plain = Window(height: 1, width: 1, stride: 1, padding: 0)
      let x = randomTensor(c.widens ? c.shape : c.input, "x")
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      for function in Self.functions {
        func run(threads: Int, makesEach: Bool) -> [UInt32] {
          Compute.setThreads(threads)
          var y = x
          func add(_ work: LazyConvolution) {
            y = Tensor(work)
            if makesEach { y.materialize() }
          }
          if c.widens { add(layer(kernels, "wide", y, to: c.hidden, plain, function)) }
          let looked = c.window.outputShape(c.input, channels: c.hidden)
          let addend = randomTensor(
            c.narrows ? looked.dropLast() + [c.columns] : looked, "addend")
          add(
            layer(
              kernels, "look", y, to: c.hidden, c.window, function,
              addend: c.narrows ? nil : addend))
          if c.narrows {
            add(layer(kernels, "narrow", y, to: c.columns, plain, function, addend: addend))
          }
          return y.values.map(\.bitPattern)
        }
        let expected = run(threads: 2, makesEach: true)
        for threads in [1, 2, 3, 64] {
          let found = run(threads: threads, makesEach: false)
          let differing = zip(found, expected).count { $0 != $1 }
          #expect(
            found.count == expected.count && differing == 0,
            "\(String(describing: function)), \(threads) threads")
        }
      }
    }
  }
}
