import CKernels
import Testing

@testable import Tensors

#if canImport(Glibc)
  import Glibc
#endif

extension TensorsSuite {
  /// A ResNet's shortcut: 1×1, stride 2.
  ///
  /// oneDNN 2.6.3's own weight gradient writes behind its scratch memory there, or is wrong.
  @Suite("The weight gradient of a strided 1×1 convolution")
  struct StridedPointwiseTests {
    @Test(
      "By our own kernels is the sum by definition, for any number of channels", arguments: 1...48)
    func own(_ channels: Int) {
      for lanes in NativeConvolutionTests.widths {
        expectRight(channels, "\(lanes) lanes") { x, dy, shape, window in
          NativeKernels(over: ReferenceKernels(), lanes: lanes)?.pointwiseWeightGradient(
            x, dy, weightShape: shape, window)
        }
      }
    }

    @Test("By the reference kernels", arguments: [1, 7, 8, 15, 16, 48])
    func reference(_ channels: Int) {
      let kernels = ReferenceKernels()
      expectRight(channels, "reference") { x, dy, shape, window in
        kernels.convolutionWeightGradient(x, dy, weightShape: shape, hasBias: false, window).weights
      }
    }

    #if ENCODERZOO_ONEDNN
      @Test("With oneDNN, with and without kernels of our own", arguments: 1...48)
      func oneDNN(_ channels: Int) throws { try expectRightWithOneDNN(channels) }

      @Test("With oneDNN on a processor that has AVX2 alone")
      func oneDNNWithAVX2() async {
        await #expect(processExitsWith: .success) {
          // Read when the library first looks at the processor, so a process of its own.
          setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1)
          for channels in 1...48 { try expectRightWithOneDNN(channels) }
        }
      }

      @Test("With oneDNN on a processor that has neither")
      func oneDNNWithoutWide() async {
        await #expect(processExitsWith: .success) {
          setenv("ONEDNN_MAX_CPU_ISA", "SSE41", 1)
          for channels in [1, 3, 8, 15, 16, 40] { try expectRightWithOneDNN(channels) }
        }
      }
    #endif
  }
}

#if ENCODERZOO_ONEDNN
  private func expectRightWithOneDNN(_ channels: Int) throws {
    for lanes in Set([ez_lanes(), 0]) {
      let library = try #require(OneDNNKernels())
      let kernels: any Kernels = NativeKernels(over: library, lanes: lanes) ?? library
      for hasBias in [false, true] {
        expectRight(channels, "oneDNN, \(lanes) lanes, bias \(hasBias)") { x, dy, shape, window in
          let made = kernels.convolutionWeightGradient(
            x, dy, weightShape: shape, hasBias: hasBias, window)
          if hasBias {
            let slopes = dy.values
            let sums = (0..<shape[0]).map { o in
              stride(from: o, to: slopes.count, by: shape[0]).reduce(0.0) {
                $0 + Double(slopes[$1])
              }
            }
            expectClose(made.bias?.values ?? [], sums, within: 1e-4)
          }
          return made.weights
        }
      }
    }
  }
#endif

/// Expects the gradient by definition, summed in double precision, where a stride fits the map and where not.
private func expectRight(
  _ channels: Int, _ what: String,
  _ gradient: (_ x: Tensor, _ dy: Tensor, _ shape: [Int], _ window: Window) -> Tensor?
) {
  for (batch, height, width, out) in [(2, 14, 14, 16), (1, 9, 8, 33), (3, 5, 7, 3)] {
    let window = Window(height: 1, width: 1, stride: 2, padding: 0)
    let x = randomTensor([batch, height, width, channels], "x")
    let shape = window.outputShape(x.shape, channels: out)
    let dy = randomTensor(shape, "dy")
    let (inputs, slopes) = (x.values, dy.values)
    var expected = [Double](repeating: 0, count: out * channels)
    for (place, start) in stride(from: 0, to: slopes.count, by: out).enumerated() {
      let (row, column) = (place / shape[2] % shape[1], place % shape[2])
      let sample = place / (shape[1] * shape[2])
      let from = ((sample * height + 2 * row) * width + 2 * column) * channels
      for o in 0..<out {
        for i in 0..<channels {
          expected[o * channels + i] += Double(slopes[start + o]) * Double(inputs[from + i])
        }
      }
    }
    let found = gradient(x, dy, [out, 1, 1, channels], window)
    let distance = relativeDistance(
      found?.values ?? expected.map { _ in 0 }, expected.map { Float($0) })
    #expect(distance < 1e-6, "\(what): \(x.shape) to \(out)")
  }
}
