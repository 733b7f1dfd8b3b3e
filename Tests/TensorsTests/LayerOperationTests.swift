import Foundation
import Testing

@testable import Tensors

extension TensorsSuite {
  @Suite("Operations of attention, mobile and recurrent networks")
  struct LayerOperationTests {
    @Test("Gradients agree with differences")
    func gradients() {
      let set = KernelSet.reference
      for activation in Activation.allCases {
        // Far from the corners of the piecewise ones.
        let x = Tensor([-7, -2.2, -0.9, 0.4, 1.3, 2.5, 4, 7.5], shape: [2, 4])
        checkGradients(set, inputs: [x]) { run, x in run.activate(x[0], activation) }
      }
      let (scale, shift) = (randomParameter("scale", [6]), randomParameter("shift", [6]))
      checkGradients(
        set, inputs: [randomTensor([3, 2, 6], "x")], parameters: [scale, shift], tolerance: 5e-3
      ) { run, x in run.layerNormalization(x[0], scale: scale, shift: shift) }
      let (growth, offset) = (randomParameter("growth", [5]), randomParameter("offset", [5]))
      checkGradients(
        set, inputs: [randomTensor([2, 3, 2, 5], "x")], parameters: [growth, offset],
        tolerance: 5e-3
      ) { run, x in run.responseNormalization(x[0], scale: growth, shift: offset) }
      checkGradients(set, inputs: [randomTensor([2, 3, 2, 5], "x")], parameters: [growth]) {
        run, x in run.scaleChannels(x[0], by: growth)
      }
      checkGradients(
        set, inputs: [randomTensor([2, 3, 2, 4], "x"), randomTensor([2, 4], "gate")]
      ) { run, x in run.gate(x[0], by: x[1]) }
      checkGradients(set, inputs: [randomTensor([3, 4], "x")]) { run, x in
        run.broadcast(x[0], count: 2)
      }
      checkGradients(set, inputs: [randomTensor([3, 2, 5], "x")]) { run, x in
        run.multiply(run.slice(x[0], 1..<4), run.slice(x[0], 2..<5))
      }
      checkGradients(set, inputs: [randomTensor([4, 3], "x")]) { run, x in
        run.gatherRows(x[0], [2, 0, 2, 3])
      }
      checkGradients(set, mode: .training, inputs: [randomTensor([6, 5], "x")]) { run, x in
        run.stochasticDepth(x[0], rate: 0.4)
      }
      checkGradients(set, inputs: [randomTensor([2, 4, 18], "qkv")]) { run, x in
        run.attention(x[0], heads: 3, lengths: [4, 2])
      }
      checkGradients(
        set, inputs: [randomTensor([6, 4, 18], "qkv"), randomTensor([2, 3, 4, 4], "bias")]
      ) { run, x in run.attention(x[0], heads: 3, bias: x[1]) }
      checkGradients(set, inputs: [randomTensor([2, 3, 4], "x")]) { run, x in
        run.takePlaces(x[0], [2, -1, 0, 2, 1])
      }
      let index: [Int32] = [0, 2, 1, 3, 2, 0, 2, 2, 1]
      let masks = Tensor((0..<18).map { $0 % 5 == 0 ? -3 : 0 }, shape: [2, 3, 3])
      let table = randomParameter("table", [4, 2])
      for masks in [nil, masks] {
        checkGradients(set, parameters: [table]) { run, _ in
          run.relativePositionBias(table, index, masks: masks)
        }
      }
    }

    @Test("Places and biases by hand, and what attention does with a bias")
    func windows() {
      let pass = makePass(.evaluation, ReferenceKernels())
      let x = Tensor([1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 2, 2])
      #expect(pass.takePlaces(x, [1, -1, 0]).values == [3, 4, 0, 0, 1, 2, 7, 8, 0, 0, 5, 6])
      let table = parameter("t", [1, 10, 2, 20, 3, 30], [3, 2])
      let masks = Tensor([0, -100, 0, 0, 5, 0, 0, 0], shape: [2, 2, 2])
      let bias = pass.relativePositionBias(table, [1, 0, 2, 1], masks: masks)
      #expect(bias.shape == [2, 2, 2, 2])
      #expect(
        bias.values == [2, -99, 3, 2, 20, -90, 30, 20, 7, 1, 3, 2, 25, 10, 30, 20])
      // Queries and keys of zero: the weights are softmax of the bias alone.
      var values: [Float] = []
      for sample in 0..<4 {
        for place in 0..<2 {
          values += [0, 0, 0, 0, Float(sample * 10 + place), Float(place * 100)]
        }
      }
      let qkv = Tensor(values, shape: [4, 2, 6])
      let (y, b) = (pass.attention(qkv, heads: 2, bias: bias).values, bias.values)
      func share(_ a: Float, _ b: Float) -> Float { 1 / (1 + exp(a - b)) }
      for sample in 0..<4 {
        let (first, base) = (sample % 2 * 8, sample * 4)
        for place in 0..<2 {
          let (row, at) = (first + 2 * place, base + 2 * place)
          let wanted: Float = Float(sample * 10) + share(b[row], b[row + 1])
          let other: Float = 100 * share(b[row + 4], b[row + 5])
          #expect(abs(y[at] - wanted) < 1e-4)
          #expect(abs(y[at + 1] - other) < 1e-4)
        }
      }
    }

    @Test("Gradients of recurrences agree with differences", arguments: [false, true])
    func recurrences(isReversed: Bool) {
      let layout = PackedLayout(lengths: [2, 4, 1], gap: 1)
      for gates in [3, 4] {
        let parameters = RecurrentParameters(
          input: randomParameter("w", [gates * 3, 2]),
          hidden: randomParameter("u", [gates * 3, 3]),
          inputBias: randomParameter("b", [gates * 3]),
          hiddenBias: randomParameter("d", [gates * 3]))
        checkGradients(
          .reference, inputs: [randomTensor([layout.rows, 2], "x")],
          parameters: [
            parameters.input, parameters.hidden, parameters.inputBias, parameters.hiddenBias,
          ]
        ) { run, x in
          gates == 4
            ? run.lstm(x[0], layout, parameters, isReversed: isReversed)
            : run.gru(x[0], layout, parameters, isReversed: isReversed)
        }
      }
    }

    @Test(
      "Gradients of depthwise and grouped convolutions agree with differences",
      arguments: KernelSet.allCases)
    func groups(_ set: KernelSet) {
      for (channels, out, groups, stride) in [
        (3, 3, 3, 1), (4, 4, 4, 2), (4, 6, 2, 1), (2, 4, 2, 2),
      ] {
        let weights = randomParameter("w", [out, 3, 3, channels / groups])
        let bias = randomParameter("b", [out])
        checkGradients(
          set, inputs: [randomTensor([2, 5, 4, channels], "x")], parameters: [weights, bias]
        ) { run, x in
          run.convolution(
            x[0], weights, bias: bias, stride: stride, padding: 1, groups: groups)
        }
      }
    }

    @Test(
      "Gradients of uneven padding, dilation, rectangular and flat kernels agree with differences",
      arguments: KernelSet.allCases)
    func windows(_ set: KernelSet) {
      let flat = randomParameter("f", [5, 3])
      checkGradients(set, inputs: [randomTensor([2, 3, 4, 3], "x")], parameters: [flat]) { run, x in
        run.convolution(x[0], flat, padding: .zeros(0))
      }
      for groups in [1, 2, 4] {
        for (height, width, stride, dilation) in [
          (3, 3, 2, 1), (1, 5, 1, 1), (5, 2, 2, 1), (3, 3, 1, 2), (3, 5, 1, 1),
        ] {
          let weights = randomParameter("w", [4, height, width, 4 / groups])
          let bias = randomParameter("b", [4])
          checkGradients(
            set, inputs: [randomTensor([2, 6, 7, 4], "x")], parameters: [weights, bias]
          ) { run, x in
            run.convolution(
              x[0], weights, bias: bias, stride: stride, padding: .same, dilation: dilation,
              groups: groups)
          }
        }
      }
    }

    @Test("TensorFlow's padding by hand: what is odd lies below and on the right")
    func samePadding() {
      let x = Tensor([1, 2, 3, 4], shape: [1, 1, 4, 1])
      let weights = parameter("w", [1, 10, 100], [1, 1, 3, 1])
      for set in KernelSet.allCases {
        let pass = makePass(.evaluation, set.make())
        // Two places from four need one zero: on the right.
        #expect(pass.convolution(x, weights, stride: 2, padding: .same).values == [321, 43])
        #expect(pass.convolution(x, weights, stride: 2, padding: 0).values == [321])
        #expect(pass.convolution(x, weights, padding: .same).values == [210, 321, 432, 43])
        #expect(
          pass.convolution(x, weights, padding: .same, dilation: 2).values == [310, 420, 31, 42])
      }
    }

    @Test("A dilated kernel of one place is the plain one, whatever the stride")
    func onePlace() {
      let window = Window(
        height: 1, width: 1, stride: 2, padding: .zeros(0), dilation: 3)
      #expect(window.isPointwise && window == Window(height: 1, width: 1, stride: 2, padding: 0))
    }

    @Test("The response of an image by hand, and a channel that never responds")
    func response() {
      let (scale, shift) = (parameter("w", [1, 2], [2]), parameter("b", [0, 10], [2]))
      let x = Tensor([3, 0, 4, 0], shape: [1, 2, 1, 2])
      // Norms 5 and 0, their mean 2.5: the first channel grows by twice itself.
      let y = makePass().responseNormalization(x, scale: scale, shift: shift, epsilon: 0)
      #expect(y.values == [9, 10, 12, 10])
    }

    @Test("A depthwise convolution by hand: each channel sees its own kernel alone")
    func depthwiseExample() {
      let x = Tensor([1, 10, 2, 20, 3, 30], shape: [1, 1, 3, 2])
      let weights = parameter("w", [1, 2, 3, 4], [2, 1, 2, 1])
      for set in KernelSet.allCases {
        let y = makePass(.evaluation, set.make()).convolution(x, weights, groups: 2)
        #expect(y.shape == [1, 1, 2, 2])
        // 1·1 + 2·2 and 2·1 + 3·2; 10·3 + 20·4 and 20·3 + 30·4.
        #expect(y.values == [5, 110, 8, 180])
      }
    }

    @Test("Evaluation joins a normalisation to a grouped convolution without changing it")
    func joined() {
      let norm = NormalizationParameters(
        scale: randomParameter("scale", [8], 0.5..<2), shift: randomParameter("shift", [8]),
        runningMean: randomParameter("mean", [8]),
        runningVariance: randomParameter("variance", [8], 0.5..<2), momentum: 0.1, epsilon: 1e-5)
      let x = randomTensor([2, 6, 5, 8], "x")
      for groups in [2, 8] {
        let weights = randomParameter("w", [8, 3, 3, 8 / groups])
        for set in KernelSet.allCases {
          func run(_ tape: Tape?) -> Tensor {
            let forward = makePass(.evaluation, tape: tape, set.make())
            let y = forward.convolution(x, weights, padding: 1, groups: groups)
            return forward.batchNormalization(y, norm, relu: true)
          }
          #expect(relativeDistance(run(nil).values, run(Tape()).values) < 1e-6)
        }
      }
    }

    @Test(
      "Evaluation joins factors, functions and sums to a convolution without changing it",
      arguments: [
        ([1, 1, 16], 1, 16), ([3, 3, 16], 1, 16), ([3, 3, 1], 16, 16), ([5, 5, 4], 4, 16),
        ([3, 3, 16], 1, 32),
      ] as [([Int], Int, Int)])
    func functions(_ kernel: [Int], groups: Int, out: Int) {
      let (x, weights) = (randomTensor([2, 8, 9, 16], "x"), randomParameter("w", [out] + kernel))
      let (bias, factors) = (randomParameter("b", [out]), randomParameter("f", [out]))
      for set in KernelSet.allCases {
        for activation in Activation.allCases {
          func run(_ tape: Tape?) -> Tensor {
            let pass = makePass(.evaluation, tape: tape, set.make())
            func convolved() -> Tensor {
              pass.convolution(x, weights, bias: bias, padding: kernel[0] / 2, groups: groups)
            }
            let sum = pass.add(pass.scaleChannels(convolved(), by: factors), convolved())
            return pass.activate(sum, activation)
          }
          #expect(
            relativeDistance(run(nil).values, run(Tape()).values) < 1e-5, "\(set), \(activation)")
        }
      }
    }

    @Test("Stochastic depth keeps whole samples, at their size on average, and rests in evaluation")
    func depth() {
      let x = Tensor(repeating: 1, shape: [4000, 3])
      var run = makePass(.training)
      let y = run.stochasticDepth(x, rate: 0.25).values
      var kept = 0
      for sample in 0..<4000 {
        let row = y[sample * 3..<sample * 3 + 3]
        #expect(row.allSatisfy { $0 == row.first })
        kept += row.first == 0 ? 0 : 1
        #expect(row.first == 0 || row.first == 1 / (1 - 0.25 as Float))
      }
      // Binomial: 3000 ± 27 is one standard deviation.
      #expect(abs(kept - 3000) < 137)
      var rest = makePass(.evaluation)
      #expect(rest.stochasticDepth(x, rate: 0.25).values == x.values)
    }

    @Test("Attention over equal keys is the mean of the values it may read")
    func attentionExample() {
      // Queries and keys zero; values 1, 2, 6.
      let qkv = Tensor([0, 0, 1, 0, 0, 2, 0, 0, 6], shape: [1, 3, 3])
      #expect(makePass().attention(qkv, heads: 1).values == [3, 3, 3])
      #expect(makePass().attention(qkv, heads: 1, lengths: [2]).values == [1.5, 1.5, 1.5])
    }

    @Test(
      "GELU is x times the normal distribution's share below x: near zero, in the tails and beyond")
    func gelu() {
      let x = (-1200...1200).map { Float($0) * 0.01 } + [-1e30, 1e30, -.infinity, .infinity]
      let y = makePass().activate(Tensor(x, shape: [x.count]), .gelu).values
      for (x, y) in zip(x, y).dropLast(4) {
        let exact = Double(x) * 0.5 * erfc(-Double(x) * 0.5.squareRoot())
        #expect(abs(Double(y) - exact) < (x > -1 ? 4e-7 * abs(exact) + 1e-37 : 1e-6), "\(x)")
      }
      let last = y.suffix(4).map { $0 }
      #expect(abs(last[0]) < 2e-7 && last[1] == 1e30 && abs(last[2]) < 2e-7 && last[3] == .infinity)
    }

    @Test("The largest score of a query is found wherever it stands: beyond it others vanish")
    func largestScore() {
      let time = 40  // two vectors of sixteen and a rest
      for set in KernelSet.allCases {
        for place in 0..<time {
          // Queries 20; keys 0 but for a large one and a half as large one, whose exponentials alone are infinite.
          var qkv = [Float](repeating: 0, count: time * 3)
          for item in 0..<time { (qkv[item * 3], qkv[item * 3 + 2]) = (20, Float(item)) }
          qkv[place * 3 + 1] = 20
          qkv[(place + 1) % time * 3 + 1] = 10
          let pass = makePass(.evaluation, set.make())
          let y = pass.attention(Tensor(qkv, shape: [1, time, 3]), heads: 1).values
          #expect(y.allSatisfy { abs($0 - Float(place)) < 1e-4 }, "\(set), \(place)")
        }
      }
    }

    @Test("Attention keeps a NaN among the scores of a query, and those of the others")
    func notANumberInAttention() {
      for set in KernelSet.allCases {
        var qkv = [Float](repeating: 0.25, count: 40 * 3 * 8)
        qkv[17 * 24 + 3] = .nan  // a query of the first head
        let pass = makePass(.evaluation, set.make())
        let y = pass.attention(Tensor(qkv, shape: [1, 40, 24]), heads: 2).values
        for place in 0..<40 {
          #expect(y[place * 8].isNaN == (place == 17), "\(set)")
          #expect(abs(y[place * 8 + 4] - 0.25) < 1e-6, "\(set)")
        }
      }
    }

    @Test("A NaN stays one through every function")
    func notANumber() {
      for activation in Activation.allCases {
        let y = makePass().activate(Tensor([.nan, 1], shape: [2]), activation)
        #expect(y.values[0].isNaN && y.values[1].isFinite, "\(activation)")
      }
    }

    @Test("The new operations give the same bits on one thread and on two")
    func threads() {
      let threads = Compute.threads
      defer { Compute.setThreads(threads) }
      let x = randomTensor([4, 24, 24, 48], "x")
      let weights = randomParameter("w", [48, 3, 3, 1])
      let (scale, shift) = (randomParameter("scale", [48]), randomParameter("shift", [48]))
      func results() -> [[Float]] {
        let tape = Tape()
        let input = traced(x)
        let forward = makePass(tape: tape, KernelSet.allCases.last?.make() ?? ReferenceKernels())
        var y = forward.convolution(input, weights, padding: 1, groups: 48)
        y = forward.activate(forward.layerNormalization(y, scale: scale, shift: shift), .gelu)
        tape.backward(from: y, gradient: Tensor(repeating: 1, shape: y.shape))
        return [y, input.node?.take(), weights.node.take(), scale.node.take(), shift.node.take()]
          .map { $0?.values ?? [] }
      }
      Compute.setThreads(1)
      let one = results()
      Compute.setThreads(2)
      #expect(results() == one)
      #expect(one.allSatisfy { !$0.isEmpty })
    }
  }
}
