import Basics
import Testing

@testable import Tensors

/// Every set of kernels this build has.
func kernelSets() -> [any Kernels] {
  var sets: [any Kernels] = [OpenBLASKernels()]
  #if ENCODERZOO_ONEDNN
    if let kernels = OneDNNKernels() { sets.append(kernels) }
  #endif
  return sets
}

private func numbers(_ count: Int, _ seed: UInt64) -> [Float] {
  var random = RandomStream(seed: seed)
  return (0..<count).map { _ in Float(random.normal()) }
}

private func parameter(_ name: String, _ shape: [Int], seed: UInt64) -> Parameter {
  Parameter(
    key: name, kind: .weight, value: Tensor(numbers(shape.reduce(1, *), seed), shape: shape))
}

/// Compares the tape's gradients with central differences.
///
/// The output is projected on fixed random numbers, the sum taken in double precision. The
/// tolerance: differences of single-precision outputs over a step of 1e-2 err by about 1e-3 of the
/// gradient's scale.
private func check(
  _ parameters: [Parameter], mode: Forward.Mode = .training, kernels: any Kernels,
  _ body: (inout Forward) -> Tensor
) {
  func output(_ tape: Tape?) -> Tensor {
    var run = Forward(mode, random: RandomStream(seed: 7), tape: tape, kernels: kernels)
    return body(&run)
  }
  let tape = Tape()
  let result = output(tape)
  let slope = numbers(result.count, 99)
  tape.backward(from: result, gradient: Tensor(slope, shape: result.shape))
  func projected() -> Double {
    zip(output(nil).values, slope).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
  for parameter in parameters {
    guard let gradient = parameter.node.take()?.values else {
      Issue.record("\(parameter.key) got no gradient")
      continue
    }
    let scale = gradient.map { Double(Swift.abs($0)) }.max() ?? 0
    for index in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 25)) {
      let start = parameter.value.values[index]
      let step: Float = 1e-2
      parameter.update { $0[index] = start + step }
      let above = projected()
      parameter.update { $0[index] = start - step }
      let below = projected()
      parameter.update { $0[index] = start }
      let slope = (above - below) / (2 * Double(step))
      #expect(
        Swift.abs(slope - Double(gradient[index])) <= 0.01 * max(1, scale),
        "\(parameter.key)[\(index)]: tape \(gradient[index]), differences \(slope)")
    }
  }
}

@Suite("Gradients agree with finite differences", .serialized)
struct GradientCheckTests {
  @Test(
    "Convolution",
    arguments: [(1, 1, 0, 5), (3, 1, 1, 6), (3, 2, 1, 7), (7, 2, 3, 9), (2, 2, 0, 6), (3, 2, 0, 6)])
  func convolution(kernel: Int, stride: Int, padding: Int, size: Int) {
    for kernels in kernelSets() {
      let x = parameter("x", [2, size, size, 3], seed: 1)
      let w = parameter("w", [4, kernel, kernel, 3], seed: 2)
      let b = parameter("b", [4], seed: 3)
      check([x, w, b], kernels: kernels) { run in
        run.convolution(run.value(of: x), w, bias: b, stride: stride, padding: padding)
      }
    }
  }

  @Test("Batch normalisation of several parts", arguments: [true, false], [true, false])
  func normalization(relu: Bool, training: Bool) {
    let parts = [parameter("a", [3, 4, 4, 2], seed: 1), parameter("b", [3, 4, 4, 3], seed: 2)]
    let scale = parameter("scale", [5], seed: 3)
    // A shift that keeps values away from the kink of ReLU for most places.
    let shift = Parameter(
      key: "shift", kind: .offset, value: Tensor([4, 5, -6, 5, 4], shape: [5]))
    let mean = Parameter(key: "m", kind: .statistic, value: Tensor(repeating: 0.1, shape: [5]))
    let variance = Parameter(key: "v", kind: .statistic, value: Tensor(repeating: 2, shape: [5]))
    let norm = NormalizationParameters(
      scale: scale, shift: shift, runningMean: mean, runningVariance: variance, momentum: 0,
      epsilon: 1e-5)
    check(
      parts + [scale, shift], mode: training ? .training : .evaluation, kernels: OpenBLASKernels()
    ) { run in
      run.batchNormalization(parts.map { run.value(of: $0) }, norm, relu: relu)
    }
  }

  @Test("A normalisation that is remade for the convolution behind it")
  func recipe() {
    for kernels in kernelSets() {
      let x = parameter("x", [2, 5, 5, 3], seed: 1)
      let w = parameter("w", [4, 3, 3, 3], seed: 2)
      let scale = parameter("scale", [3], seed: 3)
      let shift = Parameter(key: "shift", kind: .offset, value: Tensor([5, 5, 5], shape: [3]))
      let norm = NormalizationParameters(
        scale: scale, shift: shift,
        runningMean: Parameter(key: "m", kind: .statistic, value: Tensor(repeating: 0, shape: [3])),
        runningVariance: Parameter(
          key: "v", kind: .statistic, value: Tensor(repeating: 1, shape: [3])),
        momentum: 0.1, epsilon: 1e-5)
      check([x, w, scale, shift], kernels: kernels) { run in
        run.convolution(
          run.batchNormalization([run.value(of: x)], norm, relu: true), w, padding: 1)
      }
    }
  }

  @Test("Pooling")
  func pooling() {
    for kernels in kernelSets() {
      let x = parameter("x", [2, 7, 7, 3], seed: 4)
      check([x], kernels: kernels) { run in
        run.averagePool(run.value(of: x), size: 3, stride: 2, padding: 1)
      }
      check([x], kernels: kernels) { run in run.globalAveragePool(run.value(of: x)) }
      // Values a tenth apart: no step of 1e-2 changes which one wins.
      var random = RandomStream(seed: 5)
      let spread = random.permutation(2 * 49 * 3).map { Float($0) / 10 }
      let y = Parameter(key: "y", kind: .weight, value: Tensor(spread, shape: [2, 7, 7, 3]))
      check([y], kernels: kernels) { run in
        run.reshape(
          run.maxPool(run.value(of: y), size: 3, stride: 2, padding: 1), to: [2, 48])
      }
    }
  }

  @Test("Linear, concatenation, sums, products, dropout, and a tensor used twice")
  func features() {
    let kernels = OpenBLASKernels()
    let x = parameter("x", [4, 5], seed: 1)
    let y = parameter("y", [4, 3], seed: 2)
    let w = parameter("w", [6, 8], seed: 3)
    let b = parameter("b", [6], seed: 4)
    check([x, y, w, b], kernels: kernels) { run in
      run.linear(run.concatenate([run.value(of: x), run.value(of: y)]), w, bias: b)
    }
    check([x], kernels: kernels) { run in
      let a = run.value(of: x)
      return run.add(run.multiply(a, a), run.add(a, run.dropout(a, rate: 0.4)))
    }
  }

  @Test("Embedding with repeated and padding rows, convolution with maximum over time")
  func text() {
    let table = parameter("table", [6, 4], seed: 1)
    let w = parameter("w", [5, 3, 4], seed: 2)
    let b = Parameter(key: "b", kind: .offset, value: Tensor(repeating: 3, shape: [5]))
    let layout = PackedLayout(lengths: [4, 1], gap: 2)
    let words: [Int32] = [2, 3, 2, 5, 0, 0, 4, 0, 0]
    check([w, b], kernels: OpenBLASKernels()) { run in
      run.convolutionMaxOverTime(
        run.embedding(table, words, padding: 0), layout, w, bias: b)
    }
    _ = table.node.take()  // the check above left the table's gradient
    let tape = Tape()
    let run = Forward(
      .training, random: RandomStream(seed: 1), tape: tape, kernels: OpenBLASKernels())
    let rows = run.embedding(table, words, padding: 0)
    #expect(Array(rows.values[16..<24]) == [Float](repeating: 0, count: 8))
    tape.backward(from: rows, gradient: Tensor(repeating: 1, shape: rows.shape))
    let gradient = table.node.take()?.values ?? []
    #expect(
      gradient == [Float](repeating: 0, count: 8) + [2, 2, 2, 2] + [Float](repeating: 1, count: 12))
  }

  @Test("Binary cross entropy with weights and soft labels")
  func loss() {
    let z = parameter("z", [6, 1], seed: 8)
    check([z], kernels: OpenBLASKernels()) { run in
      run.binaryCrossEntropy(
        run.value(of: z), targets: [1, 0, 0.3, 1, 0, 0.9], weights: [1, 2, 0.5, 0, 1, 1])
    }
    let run = Forward(
      .evaluation, random: RandomStream(seed: 1), tape: nil, kernels: OpenBLASKernels())
    let value = run.binaryCrossEntropy(Tensor([0, 0], shape: [2, 1]), targets: [1, 0])
    #expect(Swift.abs(value.values[0] - 0.6931472) < 1e-6)
  }

  @Test(
    "oneDNN agrees with the reference kernels",
    arguments: [
      [1, 8, 8, 3, 16, 7, 2, 3], [5, 28, 28, 128, 32, 3, 1, 1], [2, 9, 9, 1, 8, 3, 2, 1],
      [3, 14, 14, 64, 128, 1, 1, 0],
    ])
  func oracle(shape: [Int]) {
    let sets = kernelSets()
    guard sets.count == 2 else { return }
    let window = Window(height: shape[5], width: shape[5], stride: shape[6], padding: shape[7])
    let x = Tensor(numbers(shape[0..<4].reduce(1, *), 1), shape: Array(shape[0..<4]))
    let weightShape = [shape[4], shape[5], shape[5], shape[3]]
    let weights = parameter("w", weightShape, seed: 2)
    for round in 0..<2 {
      if round == 1 { weights.update { $0[0] += 1 } }  // reordered copies must not be stale
      let outputs = sets.map { $0.convolution(x, weights.value, bias: nil, window) }
      let dy = Tensor(numbers(outputs[0].count, 3), shape: outputs[0].shape)
      let inputs = sets.map {
        $0.convolutionInputGradient(dy, weights.value, inputShape: x.shape, window)
      }
      let gradients = sets.map {
        $0.convolutionWeightGradient(x, dy, weightShape: weightShape, hasBias: true, window)
      }
      for pair in [
        outputs, inputs, gradients.map(\.weights), gradients.compactMap(\.bias),
      ] {
        let (a, b) = (pair[0].values, pair[1].values)
        let difference = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        let norm = a.reduce(0.0) { $0 + Double($1 * $1) }
        #expect((difference / norm).squareRoot() < 1e-5)
      }
    }
  }

  @Test("Memory returns after a pass, and frozen parameters get no gradient")
  func memory() {
    let x = parameter("x", [2, 8, 8, 3], seed: 1)
    let w = parameter("w", [4, 3, 3, 3], seed: 2)
    let v = parameter("v", [4, 1, 1, 4], seed: 2)
    v.isTrainable = false
    weak var inner: Storage?
    weak var outer: Storage?
    do {
      let tape = Tape()
      let run = Forward(
        .training, random: RandomStream(seed: 1), tape: tape, kernels: OpenBLASKernels())
      let hidden = run.relu(run.convolution(run.value(of: x), w))
      let y = run.convolution(hidden, v)
      (inner, outer) = (hidden.storage, y.storage)
      #expect(inner != nil && outer != nil)
      tape.backward(from: y, gradient: Tensor(repeating: 1, shape: y.shape))
      #expect(w.node.take() != nil)
      #expect(x.node.take() != nil)
      #expect(v.node.take() == nil)
    }
    #expect(inner == nil && outer == nil)
  }
}
