import CKernels
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite(
    "Native convolutions", .enabled(if: ez_lanes() > 0, "needs AVX2"))
  struct NativeConvolutionTests {
    /// Sides that four divides and leaves one, two and three of; few tiles and many; channels in one
    /// panel of weights, in part of one, and in several.
    static let cases: [(shape: [Int], out: Int)] = [
      ([1, 4, 4, 16], 16), ([2, 5, 7, 32], 48), ([1, 14, 14, 128], 32), ([3, 6, 9, 16], 80),
      ([2, 56, 56, 32], 32), ([1, 1, 1, 16], 32), ([1, 7, 7, 256], 256), ([9, 31, 30, 48], 64),
    ]

    /// Every width of vectors that this processor has.
    static let widths = [Int32(8), 16].filter { $0 <= ez_lanes() }

    private func run(
      _ lanes: Int32, _ x: Tensor, _ weights: [Float], out: Int, rotated: Bool = false,
      scale: [Float]? = nil,
      bias: [Float]? = nil, addend: [Float]? = nil, relu: Bool = false,
      factors: (scale: [Float], shift: [Float])? = nil
    ) -> [Float] {
      let (b, h, w, c) = (x.shape[0], x.shape[1], x.shape[2], x.channels)
      var packed = [Float](repeating: 7, count: ez_winograd_count(lanes, c, out))
      ez_winograd_weights(lanes, weights, c, out, scale, rotated ? 1 : 0, &packed)
      var space = [Float](repeating: .nan, count: ez_winograd_workspace(lanes, b, h, w, c, out))
      var result = [Float](repeating: .nan, count: b * h * w * out)
      withEpilogue(bias, addend, relu: relu) { epilogue in
        ez_winograd(
          lanes, x.values, factors?.scale, factors?.shift, b, h, w, c, packed, out, epilogue,
          &space,
          &result)
      }
      return result
    }

    @Test(
      "Winograd's 3×3 is the convolution, to a hundredth of a thousandth", arguments: cases, widths)
    func winograd(_ c: (shape: [Int], out: Int), lanes: Int32) throws {
      let x = randomTensor(c.shape, "x")
      let weights = randomTensor([c.out, 3, 3, c.shape[3]], "weights")
      let window = Window(height: 3, width: 3, stride: 1, padding: 1)
      let expected = ReferenceKernels().convolution(x, weights, bias: nil, window)
      #expect(relativeDistance(run(lanes, x, weights.values, out: c.out), expected.values) < 1e-5)
    }

    /// Sides that leave none, one, two and three of a tile; one tile and several slices that begin within an image;
    /// blocks of 64 and 32 input channels, of 32 and 16 outputs.
    static let gradientCases: [(shape: [Int], out: Int)] = [
      ([1, 4, 4, 32], 16), ([3, 5, 7, 64], 32), ([2, 14, 6, 96], 48), ([9, 31, 30, 32], 64),
      ([1, 1, 2, 32], 16), ([5, 7, 9, 128], 32),
    ]

    @Test(
      "Winograd's gradient with respect to weights is that of the convolution, whatever memory held",
      arguments: gradientCases, widths)
    func winogradWeightGradient(_ c: (shape: [Int], out: Int), lanes: Int32) {
      let (x, dy) = (
        randomTensor(c.shape, "x"), randomTensor(Array(c.shape.dropLast()) + [c.out], "dy")
      )
      let expected = ReferenceKernels().convolutionWeightGradient(
        x, dy, weightShape: [c.out, 3, 3, x.channels], hasBias: false,
        Window(height: 3, width: 3, stride: 1, padding: 1)
      ).weights.values
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      let (b, h, w) = (c.shape[0], c.shape[1], c.shape[2])
      let found = [1, 2, 3].map { threads -> [Float] in
        Compute.setThreads(threads)
        var space = [Float](
          repeating: .nan,
          count: ez_winograd_gradient_workspace(lanes, b, h, w, x.channels, c.out))
        var gradient = [Float](repeating: .nan, count: expected.count)
        ez_winograd_weight_gradient(
          lanes, x.values, nil, nil, b, h, w, x.channels, dy.values, c.out, &space, &gradient)
        return gradient
      }
      #expect(relativeDistance(found[0], expected) < 3e-6)
      #expect(found[0] == found[1] && found[0] == found[2])
    }

    @Test(
      "Winograd's tiles normalise what they read as if it had been made before, and read zeros beside the image",
      arguments: gradientCases, widths)
    func normalized(_ c: (shape: [Int], out: Int), lanes: Int32) {
      let x = randomTensor(c.shape, "x")
      // Where all is shifted up, a normalised zero is not zero.
      let affine = ChannelAffine(
        scale: randomTensor([x.channels], "scale"),
        shift: randomTensor([x.channels], "shift", 0.5..<1),
        exact: ChannelAffine.Exact(scale: [], shift: []))
      let made = LazyNormalization(parts: [x], affine: affine, relu: true).run()
      let factors = (scale: affine.scale.values, shift: affine.shift.values)
      let weights = randomValues(c.out * 9 * x.channels, "weights")
      #expect(
        run(lanes, x, weights, out: c.out, factors: factors)
          == run(lanes, made, weights, out: c.out))
      let dy = randomTensor(Array(c.shape.dropLast()) + [c.out], "dy")
      let (b, h, w) = (c.shape[0], c.shape[1], c.shape[2])
      func gradient(_ x: Tensor, _ factors: (scale: [Float], shift: [Float])?) -> [Float] {
        var space = [Float](
          repeating: .nan,
          count: ez_winograd_gradient_workspace(lanes, b, h, w, x.channels, c.out))
        var gradient = [Float](repeating: .nan, count: weights.count)
        ez_winograd_weight_gradient(
          lanes, x.values, factors?.scale, factors?.shift, b, h, w, x.channels, dy.values, c.out,
          &space, &gradient)
        return gradient
      }
      #expect(gradient(x, factors) == gradient(made, nil))
    }

    @Test("Results that are written past the cache are the same", arguments: widths)
    func pastCache(lanes: Int32) throws {
      let native = try #require(NativeKernels(over: ReferenceKernels(), lanes: lanes))
      // More than 8 MiB each.
      for (size, shape, out) in [(1, [2, 132, 130, 16], 64), (3, [1, 182, 184, 16], 64)] {
        let window = Window(height: size, width: size, stride: 1, padding: size / 2)
        let (x, weights) = (randomTensor(shape, "x"), randomTensor([out, size, size, 16], "w"))
        var work = LazyConvolution(
          kernels: native, input: x, weights: weights, window: window,
          bias: randomTensor([out], "bias"), isRecorded: false)
        for adds in [false, true] {
          work.addend = adds ? randomTensor(work.shape, "addend") : nil
          let found = native.run(work).values
          #expect(relativeDistance(found, ReferenceKernels().runSteps(work).values) < 1e-5)
        }
        let back = randomTensor([16, size, size, out], "back")
        let slopes = randomTensor(shape, "dy")
        let inputShape = Array(shape.dropLast()) + [out]
        #expect(
          relativeDistance(
            native.convolutionInputGradient(slopes, back, inputShape: inputShape, window).values,
            ReferenceKernels().convolutionInputGradient(
              slopes, back, inputShape: inputShape, window
            ).values) < 1e-5)
      }
    }

    @Test("Weights are packed transposed as transposed weights are packed", arguments: widths)
    func transposedWeights(lanes: Int32) {
      for (depth, columns) in [(5, 40), (33, 7), (64, 96)] {
        let weights = randomTensor([depth, columns], "weights").values
        let transposed = (0..<columns).flatMap { c in (0..<depth).map { weights[$0 * columns + c] }
        }
        let count = ez_packed_count(lanes, depth, columns)
        var (found, expected) = (
          [Float](repeating: 7, count: count), [Float](repeating: 8, count: count)
        )
        ez_pack_transposed(lanes, weights, columns, depth, &found)
        ez_pack_weights(lanes, transposed, columns, depth, nil, &expected)
        #expect(found == expected)
      }
    }

    @Test(
      "A pointwise weight gradient normalises what it reads, whatever memory held and how many threads",
      arguments: [
        (places: 700, widths: [64, 32, 37], out: 33), (130, [24], 5), (64, [600, 9], 16),
      ],
      widths)
    func weightGradient(_ c: (places: Int, widths: [Int], out: Int), lanes: Int32) {
      let total = c.widths.reduce(0, +)
      let parts = c.widths.map { randomTensor([1, c.places, 1, $0], "part \($0)") }
      let work = LazyNormalization(
        parts: parts,
        affine: ChannelAffine(
          scale: randomTensor([total], "scale"), shift: randomTensor([total], "shift"),
          exact: ChannelAffine.Exact(scale: [], shift: [])),
        relu: true)
      let dy = randomTensor([1, c.places, 1, c.out], "dy")
      let expected = ReferenceKernels().convolutionWeightGradient(
        work.run(), dy, weightShape: [c.out, 1, 1, total], hasBias: false,
        Window(height: 1, width: 1, stride: 1, padding: 0)
      ).weights.values
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      let found = [1, 2, 3].map { threads -> [Float] in
        Compute.setThreads(threads)
        var space = [Float](
          repeating: .nan, count: ez_pointwise_gradient_workspace(lanes, total, c.out))
        var gradient = [Float](repeating: .nan, count: total * c.out)
        withSource(parts, scale: work.affine.scale, shift: work.affine.shift, rows: c.places) {
          ez_pointwise_gradient(lanes, $0, dy.values, c.out, &space, &gradient)
        }
        return gradient
      }
      #expect(relativeDistance(found[0], expected) < 2e-6)
      #expect(found[0] == found[1] && found[0] == found[2])
    }

    @Test("A scale, a bias, a sum and a ReLU join it", arguments: cases, widths)
    func joined(_ c: (shape: [Int], out: Int), lanes: Int32) throws {
      let x = randomTensor(c.shape, "x")
      let weights = randomTensor([c.out, 3, 3, c.shape[3]], "weights")
      let (scale, bias) = (randomValues(c.out, "scale"), randomValues(c.out, "bias"))
      let plain = ReferenceKernels().convolution(
        x, weights, bias: nil, Window(height: 3, width: 3, stride: 1, padding: 1))
      let addend = randomValues(plain.count, "addend")
      let expected = plain.values.enumerated().map { place, value in
        max(0, value * scale[place % c.out] + bias[place % c.out] + addend[place])
      }
      let found = run(
        lanes, x, weights.values, out: c.out, scale: scale, bias: bias, addend: addend, relu: true)
      #expect(relativeDistance(found, expected) < 1e-5)
    }

    /// Even and odd sides, one place, one block of tiles and several; channels of one vector and many.
    static let stridedCases: [(shape: [Int], out: Int)] = [
      ([2, 8, 12, 16], 48), ([1, 7, 9, 32], 16), ([3, 14, 14, 48], 32), ([1, 1, 1, 16], 16),
      ([2, 5, 2, 16], 80), ([16, 14, 13, 512], 32), ([1, 28, 27, 128], 112),
    ]

    @Test(
      "3×3 with stride 2 in two phases is the convolution, with all that joins it",
      arguments: stridedCases, widths)
    func strided(_ c: (shape: [Int], out: Int), lanes: Int32) throws {
      let (x, out) = (randomTensor(c.shape, "x"), c.out)
      let weights = randomTensor([out, 3, 3, x.channels], "weights")
      let plain = ReferenceKernels().convolution(
        x, weights, bias: nil, Window(height: 3, width: 3, stride: 2, padding: 1))
      let (scale, bias) = (randomValues(out, "scale"), randomValues(out, "bias"))
      let addend = randomValues(plain.count, "addend")
      let (b, h, w) = (x.shape[0], x.shape[1], x.shape[2])
      func run(_ scale: [Float]?, _ bias: [Float]?, _ addend: [Float]?, relu: Bool) -> [Float] {
        var packed = [Float](repeating: 7, count: ez_strided_count(lanes, x.channels, out))
        ez_strided_weights(lanes, weights.values, x.channels, out, scale, &packed)
        var space = [Float](repeating: .nan, count: ez_strided_workspace(b, h, w, x.channels, out))
        var result = [Float](repeating: .nan, count: plain.count)
        withEpilogue(bias, addend, relu: relu) { epilogue in
          ez_strided(
            lanes, x.values, b, h, w, x.channels, packed, out, epilogue, &space, &result)
        }
        return result
      }
      #expect(relativeDistance(run(nil, nil, nil, relu: false), plain.values) < 2e-6)
      let expected = plain.values.enumerated().map { place, value in
        max(0, value * scale[place % out] + bias[place % out] + addend[place])
      }
      #expect(relativeDistance(run(scale, bias, addend, relu: true), expected) < 2e-6)
    }

    @Test(
      "With rotated weights it is the gradient with respect to the input", arguments: cases, widths)
    func gradient(_ c: (shape: [Int], out: Int), lanes: Int32) throws {
      let dy = randomTensor(c.shape, "dy")
      let weights = randomTensor([c.shape[3], 3, 3, c.out], "weights")
      let window = Window(height: 3, width: 3, stride: 1, padding: 1)
      let expected = ReferenceKernels().convolutionInputGradient(
        dy, weights, inputShape: Array(c.shape.dropLast()) + [c.out], window)
      #expect(
        relativeDistance(run(lanes, dy, weights.values, out: c.out, rotated: true), expected.values)
          < 1e-5
      )
    }

    @Test(
      "1×1 over normalised parts is the product of the normalised concatenation",
      arguments: [1, 11, 12, 13, 57, 500], [[16, 32], [5, 40, 7], [64], [500, 12]])
    func pointwise(rows: Int, widths: [Int]) throws {
      for lanes in Self.widths { try pointwise(rows: rows, widths: widths, to: 37, lanes: lanes) }
    }

    @Test(
      "So it is with weights that are read for as many rows as stay in the cache",
      arguments: [1, 500, 900])
    func largeWeights(rows: Int) throws {
      for lanes in Self.widths {
        try pointwise(rows: rows, widths: [600, 9], to: 230, lanes: lanes)
      }
    }

    private func pointwise(rows: Int, widths: [Int], to out: Int, lanes: Int32) throws {
      let depth = widths.reduce(0, +)
      let parts = widths.enumerated().map { randomTensor([rows, $1], "part\($0)") }
      let (scale, shift) = (randomValues(depth, "scale"), randomValues(depth, "shift"))
      let (weights, bias) = (randomValues(out * depth, "weights"), randomValues(out, "bias"))
      let (factors, addend) = (randomValues(out, "factors"), randomValues(rows * out, "addend"))
      var packed = [Float](repeating: 7, count: ez_packed_count(lanes, depth, out))
      ez_pack_weights(lanes, weights, out, depth, factors, &packed)
      var space = [Float](repeating: .nan, count: ez_pointwise_workspace(lanes, rows, depth, out))
      var found = [Float](repeating: .nan, count: rows * out)
      let factorsOf = { (values: [Float]) in Tensor(values, shape: [depth]) }
      withEpilogue(bias, addend, relu: true) { epilogue in
        withSource(parts, scale: factorsOf(scale), shift: factorsOf(shift), rows: rows) {
          ez_pointwise(lanes, $0, packed, out, epilogue, &space, &found)
        }
      }

      var expected = [Float](repeating: 0, count: rows * out)
      for row in 0..<rows {
        let x = parts.flatMap { $0.values[row * $0.channels..<(row + 1) * $0.channels] }
        let y = zip(x, zip(scale, shift)).map { max(0, Double($0 * $1.0 + $1.1)) }
        for o in 0..<out {
          let sum = (0..<depth).reduce(0.0) { $0 + y[$1] * Double(weights[o * depth + $1]) }
          expected[row * out + o] = Float(
            max(0, sum * Double(factors[o]) + Double(bias[o]) + Double(addend[row * out + o])))
        }
      }
      #expect(relativeDistance(found, expected) < 1e-6)
    }

    /// Two images' places and their channels, of one tile of rows and of many, of one group of columns and of several.
    static let few = [
      (5, 70, 300), (49, 40, 1000), (98, 256, 33), (640, 24, 16), (3, 9, 3000), (98, 672, 112),
      (11, 5000, 40),
    ]

    @Test(
      "Rows that are few, perhaps opened by gates, give the same bits however they are cut",
      arguments: few, [false, true])
    func fewRows(_ sizes: (places: Int, depth: Int, out: Int), isGated: Bool) throws {
      let (places, depth, out) = sizes
      let (x, gate) = (
        randomTensor([2, places, 1, depth], "x"), randomTensor([2, depth], "gate")
      )
      var work = LazyConvolution(
        kernels: ReferenceKernels(), input: x, weights: randomTensor([out, 1, 1, depth], "w"),
        window: Window(height: 1, width: 1, stride: 1, padding: 0),
        bias: randomTensor([out], "bias"), isRecorded: false)
      (work.addend, work.activation) = (randomTensor([2, places, 1, out], "addend"), .silu)
      let opened = LazyGate(x: x, gate: gate)
      if isGated { work.input = opened.run() }
      let expected = ReferenceKernels().runSteps(work).values
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      for lanes in Self.widths {
        let kernels = try #require(NativeKernels(over: ReferenceKernels(), lanes: lanes))
        // What was packed for other vectors is not for these.
        work.weights.content.contentChanged()
        let found = [1, 2, 3, 7].map { threads in
          Compute.setThreads(threads)
          if isGated { work.input = Tensor(opened) }
          return kernels.run(work).values
        }
        #expect(relativeDistance(found[0], expected) < 2e-6)
        for other in found.dropFirst() {
          #expect(zip(other, found[0]).count { $0.bitPattern != $1.bitPattern } == 0)
        }
      }
    }

    @Test("1×1 with a stride reads the places that it names", arguments: [2, 3], [3, 512])
    func stridedPointwise(stride: Int, depth: Int) throws {
      let (x, weights) = (
        randomTensor([2, 7, 5, depth], "x"), randomTensor([40, 1, 1, depth], "w")
      )
      let addend = randomTensor(
        Window(height: 1, width: 1, stride: stride, padding: 0).outputShape(x.shape, channels: 40),
        "addend")
      var work = LazyConvolution(
        kernels: ReferenceKernels(), input: x, weights: weights,
        window: Window(height: 1, width: 1, stride: stride, padding: 0),
        bias: randomTensor([40], "bias"), isRecorded: false)
      (work.addend, work.relu) = (addend, true)
      let kernels = try #require(NativeKernels(over: ReferenceKernels()))
      let found = kernels.run(work)
      let expected = ReferenceKernels().runSteps(work)
      #expect(found.shape == expected.shape)
      #expect(relativeDistance(found.values, expected.values) < 1e-6)
    }

    /// Windows of odd and even sides, strides, paddings; one chunk of rows and many; channels that fill
    /// no vector.
    static let windows: [(shape: [Int], out: Int, window: Window)] = [
      ([2, 31, 29, 3], 64, Window(height: 7, width: 7, stride: 2, padding: 3)),
      ([1, 14, 15, 20], 37, Window(height: 3, width: 3, stride: 1, padding: 1)),
      ([3, 7, 7, 32], 16, Window(height: 3, width: 3, stride: 2, padding: 1)),
      ([2, 8, 9, 16], 50, Window(height: 1, width: 1, stride: 2, padding: 0)),
      ([1, 5, 40, 4], 33, Window(height: 5, width: 2, stride: 3, padding: 2)),
      ([1, 1, 1, 3], 1, Window(height: 1, width: 1, stride: 1, padding: 0)),
      ([4, 56, 50, 8], 24, Window(height: 2, width: 3, stride: 1, padding: 0)),
    ]

    @Test("Any window by its definition, with all that joins it", arguments: windows, widths)
    func direct(_ c: (shape: [Int], out: Int, window: Window), lanes: Int32) throws {
      let x = randomTensor(c.shape, "x")
      let weights = randomTensor([c.out, c.window.height, c.window.width, c.shape[3]], "weights")
      let (scale, bias) = (randomValues(c.out, "scale"), randomValues(c.out, "bias"))
      let plain = ReferenceKernels().convolution(x, weights, bias: nil, c.window)
      let addend = randomValues(plain.count, "addend")
      let expected = plain.values.enumerated().map { place, value in
        max(0, value * scale[place % c.out] + bias[place % c.out] + addend[place])
      }
      let depth = weights.count / c.out
      var packed = [Float](repeating: 7, count: ez_packed_count(lanes, depth, c.out))
      ez_pack_weights(lanes, weights.values, c.out, depth, scale, &packed)
      var geometry = c.window.geometry(c.shape, channels: c.out)
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      let results = [1, 2].map { threads in
        Compute.setThreads(threads)
        var space = [Float](repeating: .nan, count: ez_direct_workspace(&geometry))
        var found = [Float](repeating: .nan, count: plain.count)
        withEpilogue(bias, addend, relu: true) { epilogue in
          ez_direct(lanes, &geometry, x.values, packed, epilogue, &space, &found)
        }
        return found
      }
      #expect(relativeDistance(results[0], expected) < 1e-6)
      #expect(results[0] == results[1])
    }

    @Test("One thread and two give the same bits", arguments: cases, widths)
    func threads(_ c: (shape: [Int], out: Int), lanes: Int32) throws {
      let x = randomTensor(c.shape, "x")
      let weights = randomValues(c.out * 9 * c.shape[3], "weights")
      let before = Compute.threads
      defer { Compute.setThreads(before) }
      let results = [1, 2].map { count in
        Compute.setThreads(count)
        return run(lanes, x, weights, out: c.out)
      }
      #expect(results[0] == results[1])
    }
  }
}
