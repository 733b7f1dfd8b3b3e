import CKernels
import Testing

@testable import Tensors

extension TensorsSuite {
  /// Layers whose results are made, read and forgotten some lines at a time.
  @Suite("Mobile blocks in one", .serialized)
  struct BlockTests {
    struct Case: CustomTestStringConvertible, Sendable {
      let shape: [Int]
      let hidden: Int
      let columns: Int
      let window: Window
      var (widens, narrows) = (true, true)
      var testDescription: String {
        "\(shape) to \(hidden) to \(columns) under \(window.height)×\(window.width) "
          + "stride \(window.stride), \(widens), \(narrows)"
      }

      init(
        _ shape: [Int], _ hidden: Int, _ columns: Int, _ side: Int, stride: Int = 1,
        padding: Padding? = nil
      ) {
        (self.shape, self.hidden, self.columns) = (shape, hidden, columns)
        window = Window(
          height: side, width: side, stride: stride, padding: padding ?? .zeros(side / 2),
          dilation: 1, groups: hidden)
      }

      var input: [Int] { shape.dropLast() + [hidden] }
    }

    /// Maps of one band and of many, of few places and of none; channels in whole vectors and not; padding of all kinds.
    private static let whole = [
      Case([2, 56, 56, 24], 144, 24, 3), Case([1, 112, 112, 16], 96, 24, 3, stride: 2),
      Case([3, 15, 13, 10], 37, 19, 3), Case([2, 40, 61, 5], 70, 33, 5),
      Case(
        [1, 29, 30, 7], 48, 16, 7, stride: 2, padding: Padding(top: 2, left: 2, bottom: 3, right: 3)
      ),
      Case(
        [1, 9, 8, 3], 17, 5, 5, stride: 2, padding: Padding(top: 1, left: 2, bottom: 2, right: 1)),
      Case([2, 12, 33, 20], 64, 8, 3, padding: .zeros(0)), Case([1, 2, 3, 4], 20, 6, 7),
      Case([1, 3, 5, 4], 20, 6, 3, padding: .zeros(4)),
    ]

    static let cases = whole.flatMap { whole in
      [(true, true), (true, false), (false, true)].map { widens, narrows in
        var c = whole
        (c.widens, c.narrows) = (widens, narrows)
        return c
      }
    }

    static let widths = [Int32(8), 16].filter { $0 <= ez_lanes() }

    /// Weights, factors and what is added, of one layer.
    struct Layer {
      let weights: [Float]
      let bias: [Float]

      init(_ name: String, _ lanes: Int32, from input: Int, to output: Int) {
        bias = randomValues(output, "\(name) bias")
        var packed = [Float](repeating: .nan, count: ez_packed_count(lanes, input, output))
        ez_pack_weights(
          lanes, randomValues(input * output, "\(name) weights"), output, input,
          randomValues(output, "\(name) factors"), &packed)
        weights = packed
      }

      init(taps: Int, channels: Int) {
        bias = randomValues(channels, "looking bias")
        var packed = [Float](repeating: .nan, count: ez_depthwise_packed_count(channels, taps))
        ez_depthwise_pack(
          randomValues(channels * taps, "looking weights"), channels, taps,
          randomValues(channels, "looking factors"), &packed)
        weights = packed
      }
    }

    @Test(
      "They give the bits of one layer after the other, with one thread and with more",
      arguments: cases, widths)
    func sameBits(_ c: Case, lanes: Int32) {
      let functions: [Activation?] = [nil, .relu6, .silu]
      for function in functions {
        let expected = oneByOne(c, lanes, function)
        let before = Compute.threads
        defer { Compute.setThreads(before) }
        for threads in 1...3 {
          Compute.setThreads(threads)
          let found = block(c, lanes, function)
          #expect(found.count == expected.count)
          let differing = zip(found, expected).count { $0 != $1 }
          #expect(differing == 0, "\(String(describing: function)), \(threads) threads")
        }
      }
    }

    private func layers(_ c: Case, _ lanes: Int32) -> (wide: Layer, look: Layer, narrow: Layer) {
      (
        Layer("wide", lanes, from: c.shape[3], to: c.hidden),
        Layer(taps: c.window.height * c.window.width, channels: c.hidden),
        Layer("narrow", lanes, from: c.hidden, to: c.columns)
      )
    }

    private func output(_ c: Case) -> [Int] {
      c.window.outputShape(c.input, channels: c.narrows ? c.columns : c.hidden)
    }

    private func epilogue(
      _ bias: UnsafePointer<Float>?, _ add: UnsafePointer<Float>?, _ function: Activation?
    ) -> ez_epilogue {
      ez_epilogue(bias: bias, add: add, relu: 0, function: function.map { $0.kind + 1 } ?? 0)
    }

    private func oneByOne(_ c: Case, _ lanes: Int32, _ function: Activation?) -> [UInt32] {
      let (wide, look, narrow) = layers(c, lanes)
      func product(
        _ x: [Float], _ rows: Int, _ depth: Int, _ layer: Layer, _ columns: Int, _ add: [Float]?,
        _ function: Activation?
      ) -> [Float] {
        var found = [Float](repeating: .nan, count: rows * columns)
        var space = [Float](
          repeating: .nan, count: ez_pointwise_workspace(lanes, rows, depth, columns))
        let (bias, addend) = (
          Tensor(layer.bias, shape: [columns]), add.map { Tensor($0, shape: [rows, columns]) }
        )
        withElements(bias, addend) { bias, add in
          var epilogue = epilogue(bias, add, function)
          withSource([Tensor(x, shape: [rows, depth])], rows: rows) {
            ez_pointwise(lanes, $0, layer.weights, columns, &epilogue, &space, &found)
          }
        }
        return found
      }
      let positions = c.shape.dropLast().reduce(1, *)
      var x = randomValues(positions * (c.widens ? c.shape[3] : c.hidden), "x")
      if c.widens { x = product(x, positions, c.shape[3], wide, c.hidden, nil, function) }
      let looked = c.window.outputShape(c.input, channels: c.hidden)
      let addend = randomValues(output(c).reduce(1, *), "addend")
      var found = [Float](repeating: .nan, count: looked.reduce(1, *))
      var geometry = c.window.geometry(c.input, channels: c.hidden)
      let (bias, add) = (
        Tensor(look.bias, shape: [c.hidden]),
        c.narrows ? nil : Tensor(addend, shape: looked)
      )
      withElements(bias, add) { bias, add in
        var epilogue = epilogue(bias, add, function)
        ez_depthwise(lanes, &geometry, x, look.weights, &epilogue, &found)
      }
      guard c.narrows else { return found.map(\.bitPattern) }
      return product(
        found, looked.dropLast().reduce(1, *), c.hidden, narrow, c.columns, addend, function
      ).map(\.bitPattern)
    }

    private func block(_ c: Case, _ lanes: Int32, _ function: Activation?) -> [UInt32] {
      let (wide, look, narrow) = layers(c, lanes)
      let positions = c.shape.dropLast().reduce(1, *)
      let x = randomValues(positions * (c.widens ? c.shape[3] : c.hidden), "x")
      var shape = ez_block_shape(
        window: c.window.geometry(c.input, channels: c.hidden),
        depth: c.widens ? c.shape[3] : c.hidden, columns: c.narrows ? c.columns : c.hidden,
        widens: c.widens ? 1 : 0, narrows: c.narrows ? 1 : 0)
      let count = output(c).reduce(1, *)
      let addend = Tensor(randomValues(count, "addend"), shape: [count])
      // What was never written shows up, and what is written beyond the end is seen.
      let (space, out) = (
        GuardedFloats(ez_block_workspace(lanes, Int32(EZ_FLOATS), &shape)), GuardedFloats(count)
      )
      let biases = [wide, look, narrow].map { Tensor($0.bias, shape: [$0.bias.count]) }
      withElements(biases, addend) { bias, add in
        wide.weights.withUnsafeBufferPointer { wide in
          look.weights.withUnsafeBufferPointer { look in
            narrow.weights.withUnsafeBufferPointer { narrow in
              guard let looking = look.baseAddress else { return }
              var layers = ez_block_layers(
                widening: UnsafeRawPointer(wide.baseAddress),
                narrowing: UnsafeRawPointer(narrow.baseAddress),
                looking: UnsafeRawPointer(looking),
                widened: epilogue(bias[0], nil, function),
                looked: epilogue(bias[1], c.narrows ? nil : add, function),
                narrowed: epilogue(bias[2], add, function))
              x.withUnsafeBufferPointer { x in
                var maps = ez_block_maps(
                  x: x.baseAddress, x_halves: nil, add_halves: nil, out: out.first,
                  out_halves: nil, sums: nil)
                ez_block(lanes, Int32(EZ_FLOATS), &shape, &maps, &layers, space.first)
              }
            }
          }
        }
      }
      return (0..<count).map { out.first[$0].bitPattern }
    }

    // MARK: In a pass

    /// An inverted residual as networks have it, perhaps with a gate.
    private struct Network {
      let wide = randomParameter("wide", [48, 1, 1, 16])
      let look = randomParameter("look", [48, 3, 3, 1])
      let narrow = randomParameter("narrow", [16, 1, 1, 48])
      let norms = [48, 48, 16].map {
        LazyTests.Layer("norm \($0)", from: 1, to: $0, kernel: 1).norm
      }

      func callAsFunction(
        _ x: Tensor, _ pass: inout Forward, isGated: Bool, readsTwice: Bool, makesEach: Bool = false
      ) -> Tensor {
        var kept: [Tensor] = []
        var y = pass.activate(
          pass.batchNormalization(pass.convolution(x, wide), norms[0]), .relu6)
        if readsTwice { kept.append(y) }
        if makesEach { y.materialize() }
        y = pass.activate(
          pass.batchNormalization(pass.convolution(y, look, padding: 1, groups: 48), norms[1]),
          .silu)
        if readsTwice { kept.append(y) }
        if makesEach { y.materialize() }
        if isGated {
          y = pass.gate(y, by: pass.activate(pass.globalAveragePool(y), .sigmoid))
        }
        y = pass.add(pass.batchNormalization(pass.convolution(y, narrow), norms[2]), x)
        return pass.concatenate([y] + kept)
      }
    }

    @Test(
      "In bf16 they give the bits of one layer after the other", arguments: BFloat16Tests.kinds,
      [false, true])
    func bfloat16(kind: BFloat16Kernels.Arithmetic, isGated: Bool) throws {
      guard let native = NativeKernels(over: ReferenceKernels()) else { return }
      let kernels = BFloat16Kernels(native, kind)
      let (network, x) = (Network(), randomTensor([2, 60, 60, 16], "x"))
      func run(makesEach: Bool) -> (values: [Float], names: [String]) {
        var pass = makePass(.evaluation, kernels)
        Profile.start()
        let values = network(
          x, &pass, isGated: isGated, readsTwice: false, makesEach: makesEach
        ).values
        return (values, (Profile.stop() ?? []).map(\.operation).filter { $0.contains("block") })
      }
      let (joined, single) = (run(makesEach: false), run(makesEach: true))
      let differing = zip(joined.values, single.values).count { $0.bitPattern != $1.bitPattern }
      #expect(joined.values.count == single.values.count && differing == 0)
      let wide = "bf16, block 1×1 and relu6, 3×3 and silu"
      #expect(
        joined.names == [
          isGated ? "\(wide) 16→48→48, 60×60" : "\(wide), 1×1 16→48→48→16, 60×60"
        ] && single.names.isEmpty)
    }

    @Test(
      "In bf16 a network's numbers do not depend on which of its blocks are joined",
      arguments: BFloat16Tests.kinds, [false, true])
    func chained(kind: BFloat16Kernels.Arithmetic, isGated: Bool) {
      guard let native = NativeKernels(over: ReferenceKernels()) else { return }
      let kernels = BFloat16Kernels(native, kind)
      let (first, second) = (Network(), Network())
      let head = randomParameter("head", [24, 1, 1, 16])
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      func run(batch: Int, threads: Int) -> (values: [Float], blocks: Int) {
        Compute.setThreads(threads)
        var pass = makePass(.evaluation, kernels)
        Profile.start()
        var y = randomTensor([2, 60, 60, 16], "x")
        if batch == 1 { y = pass.images(0..<1, of: y) }
        for network in [first, second] {
          y = network(y, &pass, isGated: isGated, readsTwice: false)
        }
        let values = pass.convolution(y, head).values
        let rows = Profile.stop() ?? []
        return (
          Array(values.prefix(60 * 60 * 24)),
          rows.filter { $0.operation.contains("block") }.reduce(0) { $0 + $1.calls }
        )
      }
      let joined = run(batch: 2, threads: 1)
      #expect(joined.blocks == 2)
      // More threads than pieces: one layer after the other.
      for (batch, threads, blocks) in [(1, 1, 2), (1, 2, 2), (1, 64, 0), (2, 64, 0)] {
        let other = run(batch: batch, threads: threads)
        #expect(other.blocks == blocks, "\(batch) images, \(threads) threads")
        let differing = zip(joined.values, other.values).count { $0.bitPattern != $1.bitPattern }
        #expect(differing == 0, "\(batch) images, \(threads) threads")
      }
    }

    @Test(
      "A pass joins them, and gives what it gives one by one",
      arguments: [(false, false), (true, false), (false, true), (true, true)])
    func inAPass(isGated: Bool, readsTwice: Bool) throws {
      let network = Network()
      let x = randomTensor([2, 60, 60, 16], "x")
      guard let kernels = NativeKernels(over: ReferenceKernels()) else { return }
      var joined = makePass(.evaluation, kernels)
      Profile.start()
      let found = network(x, &joined, isGated: isGated, readsTwice: readsTwice).values
      let rows = try #require(Profile.stop())
      var single = makePass(.evaluation, tape: Tape(), kernels)
      let expected = network(x, &single, isGated: isGated, readsTwice: readsTwice).values
      #expect(relativeDistance(found, expected) < 2e-6)
      let names = rows.map(\.operation).filter { $0.hasPrefix("block") }
      let wide = "block 1×1 and relu6, 3×3 and silu"
      // What is read by others is made for itself.
      let wanted =
        readsTwice ? [] : [isGated ? "\(wide) 16→48→48, 60×60" : "\(wide), 1×1 16→48→48→16, 60×60"]
      #expect(names == wanted)
      let counted = rows.filter { $0.operation.hasPrefix("block") }.reduce(0) { $0 + $1.operations }
      let product = Double(2 * 2 * 3600 * 16 * 48)
      let taps = Double(2 * 2 * 3600 * 9 * 48)
      #expect(counted == (readsTwice ? 0 : isGated ? product + taps : 2 * product + taps))
      #expect(
        rows.contains { $0.operation == "gate and product 1×1 48→16, 60×60" } == isGated)
    }
  }
}
