#if ENCODERZOO_ONEDNN
  @testable import Tensors
  import Testing

  extension TensorsSuite {
    /// Both sets add the same products in another order.
    ///
    /// By the probabilistic bound of Higham and Mary (https://doi.org/10.1137/18M1226312) a sum of K
    /// products errs by λ · √K · u · Σ|a||b| with u = 2⁻²⁴; λ = 4 covers both sets. The sum of the
    /// magnitudes is the same operation on absolute values.
    @Suite("oneDNN agrees with the reference kernels")
    struct OneDNNAgreementTests {
      struct Case: CustomStringConvertible {
        var input: [Int]
        var channels: Int
        var window: Window
        init(
          _ input: [Int], _ channels: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0,
          groups: Int = 1
        ) {
          self.input = input
          self.channels = channels
          window = Window(
            height: kernel, width: kernel, stride: stride, padding: padding, groups: groups)
        }
        var inputs: Int { input[3] / window.groups }
        var weights: [Int] { [channels, window.height, window.width, inputs] }
        var output: [Int] { window.outputShape(input, channels: channels) }
        var description: String {
          "\(input) to \(channels), \(window.height)², stride \(window.stride), "
            + "padding \(window.padding.words), \(window.groups) groups"
        }
      }
      static let cases = [
        Case([1, 14, 14, 64], 32, 1), Case([5, 7, 7, 48], 16, 1),
        Case([1, 9, 9, 8], 16, 1, stride: 2),
        Case([1, 28, 28, 128], 32, 3, padding: 1), Case([5, 13, 11, 16], 24, 3, padding: 1),
        Case([1, 32, 32, 1], 64, 7, stride: 2, padding: 3),
        Case([5, 33, 31, 3], 64, 7, stride: 2, padding: 3),
        Case([5, 10, 12, 3], 5, 3, stride: 2, padding: 1),
        Case([1, 15, 15, 7], 9, 3, stride: 2), Case([1, 5, 5, 1], 1, 5),
        Case([3, 9, 7, 40], 40, 3, padding: 1, groups: 40),
        Case([2, 9, 8, 33], 33, 5, stride: 2, padding: 2, groups: 33),
        Case([2, 14, 14, 64], 64, 3, padding: 1, groups: 4),
        Case([3, 7, 9, 12], 24, 3, stride: 2, padding: 1, groups: 3),
        Case([1, 6, 6, 8], 16, 3, padding: 1, groups: 8),
      ]

      private func absolute(_ tensor: Tensor) -> Tensor {
        Tensor(tensor.values.map { abs($0) }, shape: tensor.shape)
      }

      private func compare(
        _ terms: Int, _ found: Tensor, _ reference: Tensor, magnitude: Tensor,
        sourceLocation: SourceLocation = #_sourceLocation
      ) {
        func norm(_ x: Tensor) -> Double {
          x.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        }
        let bound =
          4 * Double(terms).squareRoot() * 0x1p-24 * norm(magnitude) / norm(reference)
        #expect(found.shape == reference.shape, sourceLocation: sourceLocation)
        let distance = relativeDistance(found.values, reference.values)
        #expect(distance <= bound, "\(terms) terms", sourceLocation: sourceLocation)
        #expect(bound < 2e-3, "the bound proves nothing", sourceLocation: sourceLocation)
      }

      @Test("In all three passes, also after the weights changed", arguments: cases)
      func passes(_ c: Case) throws {
        let oneDNN = try #require(OneDNNKernels())
        let reference = ReferenceKernels()
        let weights = randomParameter("weights", c.weights)
        let (x, dy) = (randomTensor(c.input, "x"), randomTensor(c.output, "dy"))
        let bias = randomTensor([c.channels], "bias")
        let kernel = c.window.height * c.window.width
        for round in 0..<3 {
          let w = weights.value
          compare(
            kernel * c.inputs + 1, oneDNN.convolution(x, w, bias: bias, c.window),
            reference.convolution(x, w, bias: bias, c.window),
            magnitude: reference.convolution(
              absolute(x), absolute(w), bias: absolute(bias), c.window))
          compare(
            kernel * c.channels / c.window.groups,
            oneDNN.convolutionInputGradient(dy, w, inputShape: c.input, c.window),
            reference.convolutionInputGradient(dy, w, inputShape: c.input, c.window),
            magnitude: reference.convolutionInputGradient(
              absolute(dy), absolute(w), inputShape: c.input, c.window))
          // In place as an optimiser does, then by new storage as a loader does.
          if round == 0 {
            weights.update { floats in for i in 0..<w.count { floats[i] = 0.5 - floats[i] } }
          } else {
            weights.replace(randomTensor(c.weights, "others"))
          }
        }
        let places = c.output[0] * c.output[1] * c.output[2]
        for hasBias in [false, true] {
          let found = oneDNN.convolutionWeightGradient(
            x, dy, weightShape: c.weights, hasBias: hasBias, c.window)
          let expected = reference.convolutionWeightGradient(
            x, dy, weightShape: c.weights, hasBias: hasBias, c.window)
          let magnitude = reference.convolutionWeightGradient(
            absolute(x), absolute(dy), weightShape: c.weights, hasBias: hasBias, c.window)
          compare(places, found.weights, expected.weights, magnitude: magnitude.weights)
          #expect((found.bias == nil) == !hasBias)
          if let a = found.bias, let b = expected.bias, let m = magnitude.bias {
            compare(places, a, b, magnitude: m)
          }
        }
      }

      @Test("A second set of kernels does not read layouts that the first left with the weights")
      func secondSet() throws {
        let c = Case([1, 8, 8, 32], 32, 3, padding: 1)
        let (x, w) = (randomTensor(c.input, "x"), randomTensor(c.weights, "w"))
        let reference = ReferenceKernels()
        for _ in 0..<8 {
          do {
            let first = try #require(OneDNNKernels())
            let y = first.convolution(x, w, bias: nil, c.window)
            let expected = reference.convolution(x, w, bias: nil, c.window)
            #expect(relativeDistance(y.values, expected.values) < 1e-5)
          }
          let second = try #require(OneDNNKernels())
          let dx = second.convolutionInputGradient(x, w, inputShape: c.input, c.window)
          let expected = reference.convolutionInputGradient(x, w, inputShape: c.input, c.window)
          #expect(relativeDistance(dx.values, expected.values) < 1e-5)
        }
      }
    }
  }
#endif
