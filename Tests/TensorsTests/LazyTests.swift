import Testing

@testable import Tensors

extension TensorsSuite {
  /// A pass whose parameters want gradients takes every step by itself; others join them.
  @Suite("Lazy steps that fuse with a convolution")
  struct LazyTests {
    struct Layer {
      let convolution: Parameter
      let bias: Parameter?
      let norm: NormalizationParameters

      init(_ name: String, from input: Int, to output: Int, kernel: Int, bias: Bool = false) {
        convolution = randomParameter("\(name).w", [output, kernel, kernel, input])
        self.bias = bias ? randomParameter("\(name).b", [output]) : nil
        norm = NormalizationParameters(
          scale: randomParameter("\(name).scale", [output], kind: .offset),
          shift: randomParameter("\(name).shift", [output], kind: .offset),
          runningMean: randomParameter("\(name).mean", [output], kind: .statistic),
          runningVariance: randomParameter(
            "\(name).variance", [output], 0.5..<2, kind: .statistic),
          momentum: 0.1, epsilon: 1e-5)
      }
    }

    /// A residual block, a dense layer and a pooling, as the encoders have them.
    struct Network {
      let first = Layer("first", from: 16, to: 32, kernel: 3)
      let second = Layer("second", from: 32, to: 16, kernel: 1, bias: true)
      let before = Layer("before", from: 1, to: 48, kernel: 1)
      let wide = Layer("wide", from: 48, to: 20, kernel: 1)

      func callAsFunction(_ x: Tensor, _ pass: inout Forward) -> Tensor {
        let one = pass.convolution(x, first.convolution, padding: 1)
        let narrow = pass.batchNormalization(one, first.norm, relu: true)
        let two = pass.convolution(narrow, second.convolution, bias: second.bias)
        let sum = pass.relu(pass.add(pass.batchNormalization(two, second.norm), x))
        let both = pass.batchNormalization([narrow, sum], before.norm, relu: true)
        let last = pass.convolution(both, wide.convolution)
        return pass.averagePool(
          pass.batchNormalization(last, wide.norm, relu: true), size: 2, stride: 2)
      }

      /// What an optimiser or a training pass would change.
      var all: [Parameter] {
        [first.convolution, second.convolution, wide.convolution]
          + [first, second, before, wide].flatMap { layer in
            [layer.norm.scale, layer.norm.shift]
              + [layer.norm.runningMean, layer.norm.runningVariance]
          }
      }
    }

    @Test(
      "They give what they give one by one, also after each parameter changed",
      arguments: KernelSet.allCases, [[1, 12, 12, 16], [3, 9, 7, 16]])
    func sameResult(_ set: KernelSet, shape: [Int]) throws {
      let network = Network()
      let x = randomTensor(shape, "x")
      let kernels = set.make()
      func difference() -> Double {
        var joined = makePass(.evaluation, kernels)
        var single = makePass(.evaluation, tape: Tape(), kernels)
        #expect(joined.isLazy && !single.isLazy)
        return relativeDistance(network(x, &joined).values, network(x, &single).values)
      }
      #expect(difference() < 2e-6)
      for parameter in network.all {
        var joined = makePass(.evaluation, kernels)
        let old = network(x, &joined).values
        parameter.update { floats in
          for i in 0..<parameter.value.count { floats[i] = floats[i] * 1.5 + 0.25 }
        }
        var again = makePass(.evaluation, kernels)
        #expect(relativeDistance(network(x, &again).values, old) > 1e-4, "\(parameter.key)")
        #expect(difference() < 2e-6, "\(parameter.key)")
      }
    }

    @Test("What is added to a convolution may be what it reads", arguments: KernelSet.allCases)
    func ownInput(_ set: KernelSet) {
      let (before, layer) = (
        Layer("before", from: 1, to: 48, kernel: 1), Layer("own", from: 48, to: 48, kernel: 1)
      )
      func result(_ pass: Forward) -> [Float] {
        // Nobody else keeps the parts.
        let x = pass.batchNormalization(
          [16, 32].map { randomTensor([2, 9, 8, $0], "part \($0)") }, before.norm, relu: true)
        return pass.relu(pass.add(pass.convolution(x, layer.convolution), x)).values
      }
      for kernels in [set.make(), BFloat16Kernels(set.make())] {
        let joined = result(makePass(.evaluation, kernels))
        #expect(relativeDistance(joined, result(makePass(tape: Tape(), kernels))) < 2e-6)
      }
    }

    /// What a pass gives, and the gradient with respect to its input.
    private func gradient(
      of network: (Tensor, inout Forward) -> Tensor, at x: Tensor, _ kernels: any Kernels,
      joins: Bool
    ) -> (values: [Float], gradient: [Float]) {
      let tape = Tape()
      var pass = makePass(.evaluation, tape: tape, kernels)
      pass.tracksParameters = !joins
      #expect(pass.isLazy == joins)
      let input = traced(x)
      let y = network(input, &pass)
      let values = y.values
      tape.backward(from: y, gradient: randomTensor(y.shape, "dy"))
      return (values, input.node?.gradient?.values ?? [])
    }

    @Test(
      "Gradients with respect to the input go back through joined steps as through single ones",
      arguments: KernelSet.allCases, [[1, 12, 12, 16], [3, 9, 7, 16]])
    func sameGradient(_ set: KernelSet, shape: [Int]) {
      let (network, x) = (Network(), randomTensor(shape, "x"))
      let joined = gradient(of: { network($0, &$1) }, at: x, set.make(), joins: true)
      let single = gradient(of: { network($0, &$1) }, at: x, set.make(), joins: false)
      #expect(joined.gradient.count == x.count)
      #expect(relativeDistance(joined.values, single.values) < 2e-6)
      #expect(relativeDistance(joined.gradient, single.gradient) < 2e-6)
    }

    @Test("A convolution whose gradient is asked for elsewhere is not joined")
    func otherNode() {
      let layer = Layer("layer", from: 16, to: 16, kernel: 3)
      let x = randomTensor([1, 8, 8, 16], "x")
      var between: [GradientNode] = []
      func network(_ x: Tensor, _ pass: inout Forward) -> Tensor {
        var map = pass.convolution(x, layer.convolution, padding: 1).detached
        map.node = GradientNode()
        between.append(map.node!)
        return pass.batchNormalization(map, layer.norm, relu: true)
      }
      for joins in [true, false] {
        _ = gradient(of: network, at: x, ReferenceKernels(), joins: joins)
      }
      #expect(between[0].gradient?.values == between[1].gradient?.values)
      #expect(between[0].gradient != nil)
    }

    @Test("A reshaped tensor is neither joined nor read by parts")
    func reshaped() {
      let (layer, next) = (
        Layer("layer", from: 16, to: 16, kernel: 1), Layer("next", from: 8, to: 4, kernel: 1)
      )
      let x = randomTensor([1, 4, 4, 16], "x")
      func network(_ x: Tensor, _ pass: inout Forward) -> Tensor {
        let one = pass.relu(pass.reshape(pass.convolution(x, layer.convolution), to: [1, 4, 8, 8]))
        let normalized = pass.batchNormalization([x], layer.norm, relu: true)
        let two = pass.convolution(
          pass.reshape(normalized, to: [1, 4, 8, 8]), next.convolution)
        return pass.add(pass.convolution(one, next.convolution), two)
      }
      var (joined, single) = (makePass(), makePass(tape: Tape()))
      let (found, wanted) = (network(x, &joined), network(x, &single))
      #expect(found.shape == [1, 4, 8, 4])
      #expect(relativeDistance(found.values, wanted.values) < 2e-6)
    }

    @Test("A recorded pass keeps the signs of its ReLUs, not their values")
    func memory() {
      let layer = Layer("layer", from: 16, to: 16, kernel: 1)
      let x = randomTensor([1, 64, 64, 16], "x")
      // The pool is the process's, and other suites run beside this one: one undisturbed try suffices.
      func bytesKept() -> Int {
        let before = MemoryPool.shared.usage.now
        let tape = Tape()
        var pass = makePass(.evaluation, tape: tape)
        pass.tracksParameters = false
        var y = traced(x)
        for _ in 0..<8 {
          y = pass.batchNormalization(
            pass.convolution(y, layer.convolution), layer.norm, relu: true)
        }
        let kept = MemoryPool.shared.usage.now - before
        tape.backward(from: y, gradient: y.detached)
        return kept
      }
      // The last result and eight signs an element; eight values of four bytes would be 32.
      #expect((0..<200).contains { _ in (x.count * 12...x.count * 13).contains(bytesKept()) })
    }

    @Test("A value that is read before something follows is still right for both readers")
    func twoReaders() throws {
      let layer = Layer("layer", from: 16, to: 16, kernel: 3)
      let x = randomTensor([1, 8, 8, 16], "x")
      let pass = makePass(.evaluation)
      let convolved = pass.convolution(x, layer.convolution, padding: 1)
      let normalized = pass.batchNormalization(convolved, layer.norm, relu: true)
      let plain = ReferenceKernels().convolution(
        x, layer.convolution.value, bias: nil,
        Window(height: 3, width: 3, stride: 1, padding: 1))
      #expect(relativeDistance(convolved.values, plain.values) == 0)
      #expect(normalized.values.allSatisfy { $0 >= 0 })
      let late = pass.batchNormalization(convolved, layer.norm, relu: true)
      #expect(relativeDistance(late.values, normalized.values) < 1e-6)
    }

    @Test("Of two normalisations in a row the first joins and the second stands alone")
    func twoNormalizations() throws {
      let (one, two) = (
        Layer("one", from: 16, to: 16, kernel: 3), Layer("two", from: 16, to: 16, kernel: 3)
      )
      let x = randomTensor([1, 8, 8, 16], "x")
      func result(_ pass: Forward) -> [Float] {
        let convolved = pass.convolution(x, one.convolution, padding: 1)
        let once = pass.batchNormalization(convolved, one.norm)
        return pass.batchNormalization(once, two.norm, relu: true).values
      }
      #expect(relativeDistance(result(makePass()), result(makePass(tape: Tape()))) < 2e-6)
    }

    @Test(
      "Something that is not a number stays one through every joined step",
      arguments: KernelSet.allCases)
    func notANumber(_ set: KernelSet) throws {
      let network = Network()
      var values = randomValues(1 * 8 * 8 * 16, "x")
      values[0] = .nan
      var pass = makePass(.evaluation, set.make())
      let result = network(Tensor(values, shape: [1, 8, 8, 16]), &pass)
      #expect(result.values.contains { $0.isNaN })
    }

    @Test("Work that nobody reads is not done, and gives no memory to the pool")
    func unread() throws {
      let layer = Layer("layer", from: 16, to: 16, kernel: 3)
      let x = randomTensor([1, 32, 32, 16], "x")
      // The pool is the process's, and other suites run beside this one: one undisturbed try suffices.
      func isPutOff() -> Bool {
        let before = MemoryPool.shared.usage.now
        let pass = makePass(.evaluation)
        let waiting = pass.convolution(x, layer.convolution, padding: 1)
        guard MemoryPool.shared.usage.now == before else { return false }
        #expect(waiting.shape == [1, 32, 32, 16] && waiting.rows == 1024)
        #expect(waiting.isFinite)
        return MemoryPool.shared.usage.now > before
      }
      #expect((0..<200).contains { _ in isPutOff() })
    }
  }
}
