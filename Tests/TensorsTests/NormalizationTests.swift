import Testing

@testable import Tensors

/// The parameters of a normalisation over `channels`, with scales of 0.5…1.5 and small shifts.
func normalization(_ channels: Int, momentum: Float = 0.1, epsilon: Float = 1e-5)
  -> (norm: NormalizationParameters, trained: [Parameter], running: [Parameter])
{
  let scale = randomParameter("scale", [channels], 0.5..<1.5)
  let shift = randomParameter("shift", [channels], -0.1..<0.1, kind: .offset)
  let mean = Parameter(
    key: "mean", kind: .statistic, value: randomTensor([channels], "mean", -0.1..<0.1))
  let variance = Parameter(
    key: "variance", kind: .statistic, value: randomTensor([channels], "variance", 0.5..<1.5))
  let norm = NormalizationParameters(
    scale: scale, shift: shift, runningMean: mean, runningVariance: variance, momentum: momentum,
    epsilon: epsilon)
  return (norm, [scale, shift], [mean, variance])
}

extension TensorsSuite {
  @Suite("Batch normalisation")
  struct NormalizationTests {
    private func small(mean: Float, variance: Float, shift: Float) -> NormalizationParameters {
      NormalizationParameters(
        scale: parameter("scale", [2], [1]), shift: parameter("shift", [shift], [1]),
        runningMean: Parameter(
          key: "mean", kind: .statistic, value: Tensor([mean], shape: [1])),
        runningVariance: Parameter(
          key: "variance", kind: .statistic, value: Tensor([variance], shape: [1])),
        momentum: 0.1, epsilon: 0)
    }

    @Test("By the batch in training; the running variance is the unbiased one")
    func training() {
      let norm = small(mean: 0, variance: 1, shift: 5)
      let y = makePass(.training).batchNormalization([Tensor([0, 2], shape: [2, 1])], norm)
      expectClose(y.values, [3, 7])  // mean 1, biased variance 1
      expectClose(norm.runningMean.value.values, [0.1])
      expectClose(norm.runningVariance.value.values, [0.9 + 0.1 * 2])
    }

    @Test("By the running statistics in evaluation, which stay")
    func evaluation() {
      let norm = small(mean: 1, variance: 4, shift: 5)
      let y = makePass(.evaluation).batchNormalization([Tensor([3, -3], shape: [2, 1])], norm)
      expectClose(y.values, [7, 1])
      #expect(norm.runningMean.value.values == [1])
      #expect(norm.runningVariance.value.values == [4])
    }

    @Test("Frozen statistics are used, and stay, in training too; scale and shift still learn")
    func frozenStatistics() throws {
      let norm = small(mean: 1, variance: 4, shift: 5)
      let tape = Tape()
      var run = makePass(.training, tape: tape)
      run.freezesStatistics = true
      let y = run.batchNormalization([Tensor([3, -3], shape: [2, 1])], norm)
      expectClose(y.values, [7, 1])
      #expect(norm.runningMean.value.values == [1])
      #expect(norm.runningVariance.value.values == [4])
      tape.backward(from: y, gradient: Tensor([1, 10], shape: [2, 1]))
      // The normalised values are (3 − 1) / 2 = 1 and (−3 − 1) / 2 = −2.
      expectClose(try #require(norm.scale.node.take()).values, [1 * 1 + 10 * -2])
      expectClose(try #require(norm.shift.node.take()).values, [11])
    }

    @Test("ReLU follows when asked for")
    func relu() {
      let norm = small(mean: 0, variance: 1, shift: -1)
      let y = makePass(.training).batchNormalization(
        [Tensor([0, 2], shape: [2, 1])], norm, relu: true)
      expectClose(y.values, [0, 1])
    }

    @Test("A reshaped tensor has statistics of its own channels")
    func reshaped() {
      let x = randomTensor([2, 2, 2, 4], "x")
      let forward = makePass(.training)
      _ = forward.batchNormalization([x], normalization(4).norm)
      let other = forward.reshape(x, to: [4, 2, 2, 2])
      let y = forward.batchNormalization([other], normalization(2).norm)
      let fresh = Tensor(x.values, shape: [4, 2, 2, 2])
      #expect(y.values == forward.batchNormalization([fresh], normalization(2).norm).values)
    }

    struct Case: CustomStringConvertible {
      var widths: [Int]
      var mode: Forward.Mode
      var relu: Bool
      var description: String { "\(widths) \(mode)\(relu ? " relu" : "")" }
    }
    static let cases = [[3], [2, 1, 3]].flatMap { widths in
      [Forward.Mode.training, .evaluation].flatMap { mode in
        [false, true].map { Case(widths: widths, mode: mode, relu: $0) }
      }
    }

    @Test("Gradients match differences", arguments: KernelSet.allCases, cases)
    func gradients(_ set: KernelSet, _ c: Case) {
      let (norm, trained, _) = normalization(c.widths.reduce(0, +))
      // Rows change sign in turn, so that every channel's mean is near 0 and no value is.
      let inputs = c.widths.enumerated().map { index, width in
        let size = randomValues(8 * width, "part\(index)", 0.6..<1)
        return Tensor(
          size.enumerated().map { $0 / width % 2 == 0 ? $1 : -$1 }, shape: [2, 2, 2, width])
      }
      let plain = makePass(c.mode).batchNormalization(
        inputs, normalization(trained[0].value.count).norm)
      #expect(plain.values.allSatisfy { abs($0) > 0.05 }, "too near the kink for differences")
      // The third derivative of a normalisation is some tens: h² / 6 · 30 ≈ 10⁻⁴.
      checkGradients(
        set, mode: c.mode, inputs: inputs, parameters: trained, step: 0x1p-8, tolerance: 2e-3
      ) { $0.batchNormalization($1, norm, relu: c.relu) }
    }
  }
}
