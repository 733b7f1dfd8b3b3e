import Foundation
import Testing

@testable import Tensors

/// A loss of logits `[2, 3]` with its settings.
///
/// `torch` and `slopes` were computed by PyTorch 2 in double precision and its automatic gradients, from
/// the formulas of the papers written with `logsigmoid` and `log_softmax`; the focal loss of hard labels
/// is torchvision's `sigmoid_focal_loss`.
enum ClassLoss: CaseIterable {
  case softmax
  case softmaxFocal
  case softmaxFocalRoot
  case focal
  case focalAlpha
  case asymmetric
  case asymmetricWithoutShift
  case asymmetricWideShift

  static let logits: [Float] = [1.5, -0.5, 0.25, -2, 3, 0]

  var isSoftmax: Bool { [.softmax, .softmaxFocal, .softmaxFocalRoot].contains(self) }
  var targets: [Float] { isSoftmax ? [1, 0, 0, 0.1, 0.7, 0.2] : [1, 0, 0.25, 0, 1, 0] }
  var weights: [Float] { isSoftmax ? [2, 0.5] : [1, 2, 0.5, 1, 1, 3] }

  func callAsFunction(_ pass: Forward, _ z: Tensor, _ y: [Float], _ w: [Float]?) -> Tensor {
    switch self {
    case .softmax: pass.softmaxCrossEntropy(z, targets: y, weights: w)
    case .softmaxFocal: pass.softmaxFocalLoss(z, targets: y, weights: w, gamma: 2)
    case .softmaxFocalRoot: pass.softmaxFocalLoss(z, targets: y, weights: w, gamma: 0.5)
    case .focal: pass.focalLoss(z, targets: y, weights: w, gamma: 2)
    case .focalAlpha: pass.focalLoss(z, targets: y, weights: w, gamma: 2, alpha: 0.25)
    case .asymmetric:
      pass.asymmetricLoss(
        z, targets: y, weights: w, gammaNegative: 4, gammaPositive: 1, shift: 0.05)
    case .asymmetricWithoutShift:
      pass.asymmetricLoss(z, targets: y, weights: w, gammaNegative: 3, gammaPositive: 0, shift: 0)
    case .asymmetricWideShift:
      pass.asymmetricLoss(
        z, targets: y, weights: w, gammaNegative: 0.5, gammaPositive: 2, shift: 0.4)
    }
  }

  var torch: Double {
    switch self {
    case .softmax: 0.5125585381176709
    case .softmaxFocal: 0.2355739656299451
    case .softmaxFocalRoot: 0.3752062259018909
    case .focal: 0.09121296532503502
    case .focalAlpha: 0.06719723477853042
    case .asymmetric: 0.020208408948265696
    case .asymmetricWithoutShift: 0.08096370230429548
    case .asymmetricWideShift: 0.017328020000583037
    }
  }

  var slopes: [Double] {
    switch self {
    case .softmax:
      [
        -0.237348819183, 0.076146556919, 0.161202262263, -0.018724507816, 0.049299824511,
        -0.030575316695,
      ]
    case .softmaxFocal:
      [
        -0.055753608131, 0.017886945086, 0.037866663044, -0.020583773226, 0.064601814637,
        -0.044018041411,
      ]
    case .softmaxFocalRoot:
      [
        -0.183212593265, 0.058778502499, 0.124434090766, -0.019555542536, 0.056349416383,
        -0.036793873847,
      ]
    case .focal:
      [
        -0.002003659438, 0.032455764083, 0.014862850881, 0.000573051788, -3.7043747e-05,
        0.105277692402,
      ]
    case .focalAlpha:
      [
        -0.00050091486, 0.024341823062, 0.012676964478, 0.000429788841, -9.260937e-06,
        0.078958269302,
      ]
    case .asymmetric:
      [
        -0.007449311476, 0.004030510314, 0.000817121555, 1.478665e-06, -0.000522850317,
        0.025806035732,
      ]
    case .asymmetricWithoutShift:
      [
        -0.02146182633, 0.015989846435, 0.006471537319, 9.0587392e-05, -0.005579514491,
        0.067928857537,
      ]
    case .asymmetricWideShift:
      [-0.002003659438, 0, 0.00454544925, 0, -3.7043747e-05, 0.045701804729]
    }
  }
}

extension TensorsSuite {
  @Suite("Losses of classes and labels")
  struct ClassLossTests {
    @Test("Values and slopes are PyTorch's", arguments: ClassLoss.allCases)
    func torch(_ loss: ClassLoss) {
      let (tape, z) = (Tape(), traced(Tensor(ClassLoss.logits, shape: [2, 3])))
      let found = loss(makePass(tape: tape), z, loss.targets, loss.weights)
      #expect(found.shape == [1])
      #expect(abs(Double(found.values[0]) - loss.torch) < 1e-7)
      tape.backward(from: found, gradient: Tensor([1], shape: [1]))
      for (slope, wanted) in zip(z.node?.take()?.values ?? [], loss.slopes) {
        #expect(abs(Double(slope) - wanted) < 1e-8, "\(slope), \(wanted)")
      }
    }

    @Test("Gradients match differences", arguments: ClassLoss.allCases)
    func gradients(_ loss: ClassLoss) {
      let targets = loss.isSoftmax ? distributions(4, 3) : randomValues(12, "targets", 0..<1)
      let weights = randomValues(loss.isSoftmax ? 4 : 12, "weights", 0..<2)
      checkGradients(.reference, inputs: [randomTensor([4, 3], "logits", -3..<3)]) {
        loss($0, $1[0], targets, weights)
      }
    }

    @Test(
      "However sure a model is, right or wrong, losses and slopes are finite",
      arguments: ClassLoss.allCases, [Float(20), 90, 1000])
    func extremes(_ loss: ClassLoss, _ size: Float) {
      let (tape, z) = (Tape(), traced(Tensor([size, -size], shape: [1, 2])))
      let best = loss(makePass(tape: tape), z, [1, 0], nil)
      #expect((0...1e-7).contains(best.values[0]))
      tape.backward(from: best, gradient: Tensor([1], shape: [1]))
      #expect(z.node?.take()?.values.allSatisfy { abs($0) < 1e-7 } == true)
      let worst = loss(makePass(tape: tape), z, [0, 1], nil)
      #expect(worst.values[0].isFinite && worst.values[0] > 1)
      tape.backward(from: worst, gradient: Tensor([1], shape: [1]))
      let slopes = z.node?.take()?.values ?? []
      #expect(slopes.allSatisfy(\.isFinite) && slopes[1] < 0)
    }

    @Test(
      "A weight of zero leaves out what is not known; no weight at all is no loss",
      arguments: ClassLoss.allCases)
    func leftOut(_ loss: ClassLoss) {
      let row = Array(ClassLoss.logits[0..<3])
      let z = Tensor(row + [.nan, .infinity, 0], shape: [2, 3])
      let nan = [Float](repeating: .nan, count: 3)
      let half = loss.isSoftmax ? 1 : 3
      let some = [Float](repeating: 2, count: half) + [Float](repeating: 0, count: half)
      let targets = Array(loss.targets[0..<3])
      let alone = loss(makePass(), Tensor(row, shape: [1, 3]), targets, nil)
      #expect(loss(makePass(), z, targets + nan, some).values == alone.values)
      let none = [Float](repeating: 0, count: 2 * half)
      #expect(loss(makePass(), z, targets + nan, none).values == [0])
    }

    @Test("Without focus the focal losses are cross entropies, of two classes one and the same")
    func agreement() {
      let z = randomTensor([5, 3], "logits", -3..<3)
      let targets = randomValues(15, "targets", 0..<1)
      let plain = makePass().binaryCrossEntropy(z, targets: targets).values[0]
      expectClose(makePass().focalLoss(z, targets: targets, gamma: 0).values, [Double(plain)])
      expectClose(
        makePass().asymmetricLoss(
          z, targets: targets, gammaNegative: 0, gammaPositive: 0, shift: 0
        ).values, [Double(plain)])
      // A logit of one question is the difference of the logits of two classes.
      let two = Tensor([0.5, 1.7, -1, 0.25], shape: [2, 2])
      let one = Tensor([1.2, 1.25], shape: [2, 1])
      expectClose(
        makePass().softmaxFocalLoss(two, targets: [0, 1, 1, 0], gamma: 2).values,
        [Double(makePass().focalLoss(one, targets: [1, 0], gamma: 2).values[0])])
    }

    private func distributions(_ rows: Int, _ classes: Int) -> [Float] {
      let values = randomValues(rows * classes, "targets", 0.05..<1)
      return values.indices.map { index in
        let start = index / classes * classes
        return values[index] / values[start..<start + classes].reduce(0, +)
      }
    }
  }
}
