import CKernels
import Testing

@testable import Tensors

extension TensorsSuite {
  /// What is multiplied is rounded first, so the plain set gives the same of rounded factors.
  @Suite("Convolutions in bf16")
  struct BFloat16Tests {
    typealias Arithmetic = BFloat16Kernels.Arithmetic
    typealias Case = (shape: [Int], out: Int, window: Window)

    /// All that this processor has.
    static let kinds = Arithmetic.allCases.filter { $0.rawValue <= Arithmetic.best.rawValue }

    /// Channels and outputs that 32 divides and that it does not; runs that end within a block;
    /// strides, paddings, several images, one place.
    static let cases: [Case] = [
      ([2, 14, 14, 64], 32, Window(height: 3, width: 3, stride: 1, padding: 1)),
      ([3, 7, 9, 35], 40, Window(height: 3, width: 3, stride: 1, padding: 1)),
      ([1, 40, 41, 3], 70, Window(height: 7, width: 7, stride: 2, padding: 3)),
      ([2, 9, 11, 20], 33, Window(height: 3, width: 3, stride: 2, padding: 1)),
      ([2, 13, 17, 96], 50, Window(height: 1, width: 1, stride: 1, padding: 0)),
      ([1, 8, 6, 37], 16, Window(height: 1, width: 1, stride: 2, padding: 0)),
      ([1, 12, 10, 5], 3, Window(height: 5, width: 5, stride: 1, padding: 0)),
      ([4, 33, 31, 130], 129, Window(height: 1, width: 1, stride: 1, padding: 0)),
      ([1, 1, 1, 32], 32, Window(height: 3, width: 3, stride: 1, padding: 1)),
      // Chunks that are rounded while the one before is multiplied; the last has fewer rows.
      ([4, 23, 19, 160], 70, Window(height: 1, width: 1, stride: 1, padding: 0)),
      ([3, 20, 21, 32], 128, Window(height: 1, width: 1, stride: 1, padding: 0)),
      // Results that are written past the cache, rounded ones, too; maps with lines of seven.
      ([2, 66, 64, 32], 512, Window(height: 1, width: 1, stride: 1, padding: 0)),
      ([5, 14, 14, 64], 96, Window(height: 3, width: 3, stride: 2, padding: 1)),
    ]

    private func weights(_ c: Case) -> Tensor {
      randomTensor([c.out, c.window.height, c.window.width, c.shape[3]], "weights")
    }

    @Test(
      "A convolution is that of rounded factors, with what has joined it", arguments: cases, kinds)
    func forward(_ c: Case, kind: Arithmetic) {
      let (x, weights) = (randomTensor(c.shape, "x"), weights(c))
      let (scale, bias) = (randomTensor([c.out], "scale"), randomTensor([c.out], "bias"))
      let factors = scale.values
      let scaled = weights.values.enumerated().map { $1 * factors[$0 / (weights.count / c.out)] }
      let plain = ReferenceKernels().convolution(
        rounded(x), Tensor(rounded(scaled), shape: weights.shape), bias: nil, c.window)
      let addend = randomTensor(plain.shape, "addend")
      let (offsets, added) = (bias.values, addend.values)
      let expected = plain.values.enumerated().map { max(0, $1 + offsets[$0 % c.out] + added[$0]) }
      let kernels = BFloat16Kernels(ReferenceKernels(), kind)
      var work = LazyConvolution(
        kernels: kernels, input: x, weights: weights, window: c.window, bias: bias,
        isRecorded: false)
      (work.scale, work.addend, work.relu) = (scale, addend, true)
      #expect(relativeDistance(kernels.run(work).values, expected) < 2e-6)
    }

    @Test(
      "A function behind it is that of the sums, and of what is stored rounded, too",
      arguments: cases, kinds)
    func functions(_ c: Case, kind: Arithmetic) {
      let kernels = BFloat16Kernels(ReferenceKernels(), kind)
      let next = randomTensor([24, 1, 1, c.out], "next")
      for (index, activation) in [Activation.relu6, .gelu, .silu, .hardSwish].enumerated() {
        let tolerance = kind == .plain || ![.gelu, .silu].contains(activation) ? 1e-6 : 1e-4
        var work = LazyConvolution(
          kernels: kernels, input: randomTensor(c.shape, "x"), weights: weights(c),
          window: c.window, bias: randomTensor([c.out], "bias"), isRecorded: false)
        if index > 0 { work.addend = randomTensor(work.shape, "addend") }
        let expected = kernels.run(work).activatedInPlace(activation)
        work.activation = activation
        let found = kernels.run(work)
        #expect(relativeDistance(found.values, expected.values) < tolerance, "\(activation)")
        // What another convolution reads is stored rounded, after the function.
        let stored = Tensor(work)
        let pointwise = LazyConvolution(
          kernels: kernels, input: stored, weights: next,
          window: Window(height: 1, width: 1, stride: 1, padding: 0), bias: nil, isRecorded: false)
        _ = kernels.run(pointwise)
        #expect(stored.content.halves != nil)
        #expect(relativeDistance(stored.values, rounded(found.values)) < 1e-4, "\(activation)")
      }
    }

    @Test(
      "Functions of sums have an error far below that of rounding, and keep a NaN",
      arguments: [Activation.gelu, .silu, .hardSwish], kinds)
    func functionErrors(_ activation: Activation, kind: Arithmetic) {
      let values =
        (0..<8192).map { Float($0 - 4096) / 128 } + [.nan, .infinity, 1e6, -1e6, 0, -0.0]
      var work = LazyConvolution(
        kernels: BFloat16Kernels(ReferenceKernels(), kind),
        input: Tensor(repeating: 1, shape: [1, 1, 1, 2]),
        weights: Tensor(repeating: 0, shape: [values.count, 1, 1, 2]),
        window: Window(height: 1, width: 1, stride: 1, padding: 0),
        bias: Tensor(values, shape: [values.count]), isRecorded: false)
      work.activation = activation
      let found = work.kernels.run(work).values
      let expected = makePass().activate(Tensor(values, shape: [values.count]), activation).values
      let worst = zip(zip(found, expected), values).prefix(8192).map {
        abs($0.0 - $0.1) / max(1, abs($1))
      }.max()
      #expect((worst ?? 1) < (kind == .plain ? 1e-6 : 1e-4), "\(String(describing: worst))")
      #expect(found[8192].isNaN && found[8193] == .infinity && found[8196] == 0 && found[8197] == 0)
      #expect(abs(found[8194] / 1e6 - 1) < 1e-4 && abs(found[8195]) < 1e-3)
    }

    @Test("Memory that nothing was written to does not come in", arguments: cases, kinds)
    func untouchedMemory(_ c: Case, kind: Arithmetic) {
      var geometry = c.window.geometry(c.shape, channels: c.out)
      let (x, weights) = (randomTensor(c.shape, "x"), weights(c))
      let dy = randomTensor(c.window.outputShape(c.shape, channels: c.out), "dy")
      let kernel = c.window
      var packed = [UInt16](
        repeating: 0xFFFF,
        count: ez_bf16_packed_count(c.shape[3], c.out, kernel.height, kernel.width, 0))
      ez_bf16_pack(
        weights.values, c.shape[3], c.out, kernel.height, kernel.width, nil, 0, &packed)

      func filled(_ bytes: Int, with byte: UInt8, _ body: (UnsafeMutableRawPointer) -> Void) {
        let space = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        space.initializeMemory(as: UInt8.self, repeating: byte, count: bytes)
        body(space)
        space.deallocate()
      }
      let results = [UInt8(0), 0xFF].map { byte in
        var out = [Float](repeating: .nan, count: dy.count)
        filled(ez_bf16_workspace(&geometry), with: byte) {
          let space = $0
          var epilogue = ez_epilogue()
          withSource([x]) {
            ez_bf16_convolution(
              kind.rawValue, &geometry, $0, nil, packed, &epilogue, nil, space, &out, nil)
          }
        }
        var gradient = [Float](repeating: .nan, count: weights.count)
        if c.window.stride == 1 {
          filled(ez_bf16_gradient_workspace(&geometry), with: byte) {
            let space = $0
            withSource([x]) {
              ez_bf16_weight_gradient(
                kind.rawValue, &geometry, $0, dy.values, space, &gradient)
            }
          }
          #expect(allFinite(gradient, gradient.count))
        }
        #expect(allFinite(out, out.count))
        return (out + gradient).map(\.bitPattern)
      }
      #expect(results[0] == results[1])
    }

    @Test(
      "Gradients are those of rounded factors",
      arguments: cases.filter { $0.window.stride == 1 }, kinds)
    func gradients(_ c: Case, kind: Arithmetic) {
      let (x, weights) = (randomTensor(c.shape, "x"), weights(c))
      let dy = randomTensor(c.window.outputShape(c.shape, channels: c.out), "dy")
      let (plain, kernels) = (ReferenceKernels(), BFloat16Kernels(ReferenceKernels(), kind))
      let wanted = plain.convolutionWeightGradient(
        rounded(x), rounded(dy), weightShape: weights.shape, hasBias: true, c.window)
      let found = kernels.convolutionWeightGradient(
        x, dy, weightShape: weights.shape, hasBias: true, c.window)
      #expect(relativeDistance(found.weights.values, wanted.weights.values) < 2e-6)
      // A sum of numbers that are not multiplied is not rounded.
      let sums = plain.convolutionWeightGradient(
        x, dy, weightShape: weights.shape, hasBias: true, c.window
      ).bias
      #expect(relativeDistance(found.bias?.values ?? [], sums?.values ?? [1]) < 1e-6)
      let back = plain.convolutionInputGradient(
        rounded(dy), rounded(weights), inputShape: c.shape, c.window)
      let found2 = kernels.convolutionInputGradient(dy, weights, inputShape: c.shape, c.window)
      #expect(relativeDistance(found2.values, back.values) < 2e-6)
    }

    @Test(
      "A normalisation of several parts joins going forward and for weights",
      arguments: [(1, [64, 32, 37], 6), (3, [64, 32, 37], 6), (1, [64, 32, 96], 31)], kinds)
    func normalization(_ c: (size: Int, widths: [Int], height: Int), kind: Arithmetic) {
      let (size, total) = (c.size, c.widths.reduce(0, +))
      let parts = c.widths.map { randomTensor([2, c.height, 15, $0], "part \($0)") }
      let affine = (randomTensor([total], "scale"), randomTensor([total], "shift"))
      let work = LazyNormalization(
        parts: parts,
        affine: ChannelAffine(
          scale: affine.0, shift: affine.1, exact: ChannelAffine.Exact(scale: [], shift: [])),
        relu: true)
      let window = Window(height: size, width: size, stride: 1, padding: size / 2)
      let weights = randomTensor([40, size, size, total], "weights")
      let dy = randomTensor([2, c.height, 15, 40], "dy")
      let (plain, kernels) = (ReferenceKernels(), BFloat16Kernels(ReferenceKernels(), kind))
      let normalized = rounded(work.run())
      let wanted = plain.convolution(normalized, rounded(weights), bias: nil, window).values
      #expect(
        relativeDistance(
          kernels.convolution(Tensor(work), weights, bias: nil, window).values, wanted) < 1e-4)
      let gradient = plain.convolutionWeightGradient(
        normalized, rounded(dy), weightShape: weights.shape, hasBias: false, window
      ).weights.values
      let found = kernels.convolutionWeightGradient(
        Tensor(work), dy, weightShape: weights.shape, hasBias: false, window
      ).weights.values
      #expect(relativeDistance(found, gradient) < 1e-4)
    }

    @Test(
      "What one convolution makes for the next is stored rounded, with the same bits",
      arguments: cases, kinds)
    func chain(_ c: Case, kind: Arithmetic) {
      let (x, weights) = (randomTensor(c.shape, "x"), weights(c))
      let kernels = BFloat16Kernels(ReferenceKernels(), kind)
      let bias = randomTensor([c.out], "bias")
      var work = LazyConvolution(
        kernels: kernels, input: x, weights: weights, window: c.window, bias: bias,
        isRecorded: false)
      work.relu = true
      let plain = kernels.run(work)
      for size in [1, 3] {
        let between = Tensor(work)
        let next = { (input: Tensor) in
          LazyConvolution(
            kernels: kernels, input: input, weights: randomTensor([20, size, size, c.out], "next"),
            window: Window(height: size, width: size, stride: 1, padding: size / 2), bias: nil,
            isRecorded: false)
        }
        let found = kernels.run(next(between)).values
        #expect(found == kernels.run(next(plain)).values)
        #expect(between.content.halves != nil)
        // Who reads it after that reads what was stored.
        #expect(between.values == rounded(plain.values))
        #expect(between.content.halves == nil)
      }
    }

    @Test(
      "A sum is stored rounded for the next convolution, and added as it was stored",
      arguments: cases.filter { $0.out < 200 }, kinds)
    func sums(_ c: Case, kind: Arithmetic) {
      let kernels = BFloat16Kernels(ReferenceKernels(), kind)
      func work(_ x: Tensor, _ name: String, from: Int, adding: Tensor, _ window: Window)
        -> LazyConvolution
      {
        var work = LazyConvolution(
          kernels: kernels, input: x,
          weights: randomTensor([c.out, window.height, window.width, from], name), window: window,
          bias: nil, isRecorded: false)
        (work.addend, work.relu) = (adding, true)
        return work
      }
      let first = work(
        randomTensor(c.shape, "x"), "first", from: c.shape[3],
        adding: randomTensor(c.window.outputShape(c.shape, channels: c.out), "addend"), c.window)
      let (sum, stored) = (Tensor(first), rounded(kernels.run(first)))
      let pointwise = Window(height: 1, width: 1, stride: 1, padding: 0)
      func next(_ x: Tensor) -> LazyConvolution {
        work(x, "next", from: c.out, adding: x, pointwise)
      }
      let wanted = kernels.run(next(stored)).values
      #expect(kernels.run(next(sum)).values == wanted)
      #expect(sum.content.halves != nil)
      // A sum of sums, both rounded.
      let chained = Tensor(next(sum))
      let last = kernels.run(next(chained)).values
      #expect(last == kernels.run(next(Tensor(rounded(wanted), shape: sum.shape))).values)
      #expect(chained.content.halves != nil && sum.values == stored.values)
    }

    @Test("What nobody else holds is written over by the sum, else kept", arguments: kinds)
    func overAddend(kind: Arithmetic) {
      let kernels = BFloat16Kernels(ReferenceKernels(), kind)
      let pointwise = Window(height: 1, width: 1, stride: 1, padding: 0)
      let x = randomTensor([2, 9, 7, 24], "x")
      func work(_ x: Tensor, _ name: String, adding: Tensor? = nil) -> LazyConvolution {
        var work = LazyConvolution(
          kernels: kernels, input: x, weights: randomTensor([64, 1, 1, x.channels], name),
          window: pointwise, bias: nil, isRecorded: false)
        (work.addend, work.relu) = (adding, adding != nil)
        return work
      }
      func last(_ sum: Tensor) -> [Float] { kernels.run(work(sum, "last")).values }
      let added = rounded(kernels.run(work(x, "shortcut")))
      let wanted = last(rounded(kernels.run(work(x, "main", adding: added))))

      // As a residual network's shortcut: a convolution that only the sum reads.
      let alone = Tensor(work(x, "main", adding: Tensor(work(x, "shortcut"))))
      #expect(last(alone) == wanted)

      // Nobody but the sum holds what was stored before: its memory is taken.
      weak var memory: Storage?
      let taken: Tensor
      do {
        let shortcut = Tensor(work(x, "shortcut"))
        _ = last(shortcut)
        memory = shortcut.content.halves
        taken = Tensor(work(x, "main", adding: shortcut))
      }
      #expect(last(taken) == wanted)
      #expect(memory != nil && memory === taken.content.halves)

      // Where somebody holds it, it stays.
      let shortcut = Tensor(work(x, "shortcut"))
      _ = last(shortcut)
      let held = Tensor(work(x, "main", adding: shortcut))
      #expect(last(held) == wanted)
      #expect(shortcut.content.halves != nil && held.content.halves !== shortcut.content.halves)
      #expect(shortcut.values == added.values)
    }

    @Test(
      "3×3 by the dot products of AVX-512 is Winograd's in single precision, the others' are not",
      .enabled(if: ez_lanes() > 0, "needs AVX2"))
    func winograd() throws {
      let native = try #require(NativeKernels(over: ReferenceKernels()))
      let window = Window(height: 3, width: 3, stride: 1, padding: 1)
      let (x, weights) = (randomTensor([4, 28, 28, 128], "x"), randomTensor([32, 3, 3, 128], "w"))
      let dy = randomTensor([4, 28, 28, 32], "dy")
      let exact = ReferenceKernels().convolution(x, weights, bias: nil, window).values
      let back = ReferenceKernels().convolutionInputGradient(
        dy, weights, inputShape: x.shape, window
      ).values
      let weightGradient = ReferenceKernels().convolutionWeightGradient(
        x, dy, weightShape: weights.shape, hasBias: false, window
      ).weights.values
      for kind in Self.kinds {
        let kernels = BFloat16Kernels(native, kind)
        // An image's result does not depend on how many are in its batch.
        let pair = randomTensor([2, 14, 14, 128], "pair")
        let one = Tensor(Array(pair.values.prefix(pair.count / 2)), shape: [1, 14, 14, 128])
        let both = kernels.convolution(pair, weights, bias: nil, window).values
        #expect(
          relativeDistance(
            kernels.convolution(one, weights, bias: nil, window).values,
            Array(both.prefix(both.count / 2))) < 1e-6)
        let distances = [
          relativeDistance(kernels.convolution(x, weights, bias: nil, window).values, exact),
          relativeDistance(
            kernels.convolutionInputGradient(dy, weights, inputShape: x.shape, window).values, back),
          relativeDistance(
            kernels.convolutionWeightGradient(
              x, dy, weightShape: weights.shape, hasBias: true, window
            ).weights.values, weightGradient),
        ]
        #expect(distances.allSatisfy { kind == .vectors ? $0 < 1e-4 : $0 > 5e-4 && $0 < 2e-2 })
      }
    }

    @Test("The same bits with one, two and three threads", arguments: kinds)
    func threads(kind: Arithmetic) {
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      for c in Self.cases where c.window.stride == 1 {
        let (x, weights) = (randomTensor(c.shape, "x"), weights(c))
        let dy = randomTensor(c.window.outputShape(c.shape, channels: c.out), "dy")
        let results = [1, 2, 3].map { count in
          Compute.setThreads(count)
          let kernels = BFloat16Kernels(ReferenceKernels(), kind)
          return
            (kernels.convolution(x, weights, bias: nil, c.window).values
            + kernels.convolutionInputGradient(dy, weights, inputShape: c.shape, c.window).values
            + kernels.convolutionWeightGradient(
              x, dy, weightShape: weights.shape, hasBias: false, c.window
            ).weights.values).map(\.bitPattern)
        }
        #expect(results[0] == results[1] && results[0] == results[2])
      }
    }

    @Test("What is not a number stays so, and stays where a window reads it", arguments: kinds)
    func notANumber(kind: Arithmetic) {
      var values = randomValues(8 * 8 * 32, "x")
      values[(3 * 8 + 4) * 32 + 5] = .nan
      let x = Tensor(values, shape: [1, 8, 8, 32])
      let found = BFloat16Kernels(ReferenceKernels(), kind).convolution(
        x, randomTensor([32, 3, 3, 32], "w"), bias: nil,
        Window(height: 3, width: 3, stride: 1, padding: 1)
      ).values
      for place in 0..<64 {
        let isNear = abs(place / 8 - 3) <= 1 && abs(place % 8 - 4) <= 1
        #expect(found[place * 32].isNaN == isNear)
      }
    }

    @Test("Groups, and gradients with a stride, are those of the other set")
    func others() {
      let kernels = BFloat16Kernels(ReferenceKernels())
      let x = randomTensor([1, 8, 8, 8], "x")
      let groups = Window(height: 3, width: 3, stride: 1, padding: 1, groups: 2)
      let narrow = randomTensor([6, 3, 3, 4], "narrow")
      #expect(
        kernels.convolution(x, narrow, bias: nil, groups).values
          == ReferenceKernels().convolution(x, narrow, bias: nil, groups).values)
      let strided = Window(height: 3, width: 3, stride: 2, padding: 1)
      let (weights, dy) = (randomTensor([6, 3, 3, 8], "w"), randomTensor([1, 4, 4, 6], "dy"))
      let (one, other) = (kernels, ReferenceKernels())
      #expect(
        one.convolutionInputGradient(dy, weights, inputShape: x.shape, strided).values
          == other.convolutionInputGradient(dy, weights, inputShape: x.shape, strided).values)
      #expect(
        one.convolutionWeightGradient(
          x, dy, weightShape: weights.shape, hasBias: false, strided
        ).weights.values
          == other.convolutionWeightGradient(
            x, dy, weightShape: weights.shape, hasBias: false, strided
          ).weights.values)
    }
  }
}
