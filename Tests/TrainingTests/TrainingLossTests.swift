import Basics
import EncoderKit
import Evaluation
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Training losses")
struct TrainingLossTests {
  /// Four of the first class, one each of the second and third, one case that is not known.
  private let classes = ClassificationTask(
    .multiClass, labels: ["a", "b", "c"],
    targets: CaseTargets(
      [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, .nan, .nan, .nan], outputs: 3))
  /// Two labels: one of four and one of two known answers are positive.
  private let labels = ClassificationTask(
    .multiLabel, labels: ["a", "b"],
    targets: CaseTargets([1, 1, 0, .nan, 0, 0, 0, .nan], outputs: 2))

  private func settings(_ json: JSONValue) throws -> TrainingSettings {
    try TrainingSettings(json.object(), defaults: TrainingSettings())
  }

  private func pass(_ tape: Tape? = nil) -> Forward {
    Forward(.training, random: RandomStream(seed: 1), tape: tape, kernels: ReferenceKernels())
  }

  private func loss(
    _ task: ClassificationTask, _ json: JSONValue, on training: [Int], logits: [Float],
    of cases: [Int]
  ) throws -> Float {
    let loss = try TrainingLoss(task, settings(json), on: training)
    var forward = pass()
    return loss(
      Tensor(logits, shape: [cases.count, task.targets.outputs]),
      answers: task.targets.rows(cases), &forward
    ).values[0]
  }

  @Test("Binary cross entropy with weights and smoothing is what it was, to the bit")
  func binary() throws {
    let targets = CaseTargets([1, 0, 0, .nan, 0, 1])
    let task = ClassificationTask(.binary, labels: ["no", "yes"], targets: targets)
    let logits: [Float] = [0.3, -1.2, 2, 5, 0.01, -0.7]
    let pair = targets.balance([0, 1, 2, 3, 4])[0]
    let smooth = targets.values.map { $0 * (1 - Float(0.1)) + Float(0.1) / 2 }
    let weights = [pair.positive, pair.negative, pair.negative, 0, pair.negative, pair.positive]
    let before = pass().binaryCrossEntropy(
      Tensor(logits, shape: [6, 1]), targets: smooth, weights: weights)
    #expect(
      try loss(
        task, ["classWeights": true, "labelSmoothing": 0.1], on: [0, 1, 2, 3, 4], logits: logits,
        of: Array(0..<6)) == before.values[0])
  }

  @Test("Classes weigh n / (k nₖ) of the cases trained on, whose mean is 1")
  func classWeights() throws {
    let all = Array(0..<7)
    #expect(classes.targets.classCounts(all) == [4, 1, 1])
    #expect(classes.targets.classBalance(all) == [0.5, 2, 2])
    // Without a case of the third class it is out of the reckoning.
    #expect(classes.targets.classBalance([0, 1, 2, 4]) == [4.0 / 6, 2, 1])
    let logits: [Float] = [1, 0, 0, 0, 0, 0]
    let first = log(1 + 2 * exp(-1.0))
    let found = try loss(
      classes, ["classWeights": true], on: all, logits: logits + [9, 9, 9], of: [0, 4, 6])
    #expect(abs(Double(found) - (0.5 * first + 2 * log(3.0)) / 2.5) < 1e-6)
  }

  @Test("Smoothing shares ε among all classes")
  func smoothing() throws {
    let found = try loss(
      classes, ["labelSmoothing": 0.3], on: [0], logits: [1, 0, 0], of: [0])
    let sum = log(exp(1.0) + 2)
    #expect(abs(Double(found) - (0.8 * (sum - 1) + 0.2 * sum)) < 1e-6)
  }

  @Test("Logit adjustment adds log priors or log-odds of the cases trained on")
  func adjustment() throws {
    let json: JSONValue = ["loss": ["kind": "cross-entropy", "logitAdjustment": 1]]
    let all = Array(0..<7)
    // With equal logits what is left is the cross entropy of the priors themselves.
    let found = try loss(classes, json, on: all, logits: [0, 0, 0], of: [0])
    #expect(abs(Double(found) - -log(4.0 / 6)) < 1e-6)
    let label = try loss(labels, json, on: [0, 1, 2, 3], logits: [0, 0], of: [1])
    #expect(abs(Double(label) - -log(0.75)) < 1e-6)
    // Training begins where the loss sees the priors once.
    let start = classes.startLogits(all, try settings(json))
    #expect(start.allSatisfy { abs($0) < 1e-6 })
    let half = try settings(["loss": ["kind": "cross-entropy", "logitAdjustment": 0.5]])
    #expect(abs(classes.startLogits(all, half)[0] - Float(0.5 * log(4.0 / 6))) < 1e-6)
  }

  @Test("A model of one of several classes starts at their log priors, as the loss sees them")
  func start() throws {
    let all = Array(0..<7)
    func start(_ json: JSONValue, _ indices: [Int]) throws -> [Float] {
      classes.startLogits(indices, try settings(json))
    }
    func close(_ found: [Float], _ shares: [Double]) -> Bool {
      zip(found, shares).allSatisfy { abs(Double($0) - log($1)) < 1e-6 }
    }
    #expect(close(try start([:], all), [4.0 / 6, 1.0 / 6, 1.0 / 6]))
    #expect(close(try start(["classWeights": true], all), [1.0 / 3, 1.0 / 3, 1.0 / 3]))
    #expect(
      close(
        try start(["labelSmoothing": 0.3], all),
        [0.7 * 4 / 6 + 0.1, 0.7 / 6 + 0.1, 0.7 / 6 + 0.1]))
    // A class without a case has half of one.
    #expect(close(try start([:], [0, 1, 4]), [2 / 3.5, 1 / 3.5, 0.5 / 3.5]))
  }

  @Test("Each loss of each task is that of the tape, its gradient there for each known answer")
  func kinds() throws {
    let logits: [Float] = [0.5, -1, 2, 1, 0, -0.5]
    let tensor = Tensor(logits, shape: [2, 3])
    let y: [Float] = [1, 0, 0, 0, 0, 1]
    let all = Array(0..<7)
    #expect(
      try loss(classes, ["loss": "focal"], on: all, logits: logits, of: [0, 5])
        == pass().softmaxFocalLoss(tensor, targets: y, gamma: 2).values[0])
    let three = ClassificationTask(
      .multiLabel, labels: ["a", "b", "c"], targets: CaseTargets(y, outputs: 3))
    #expect(
      try loss(
        three, ["loss": ["kind": "focal", "gamma": 1, "alpha": 0.25]], on: [0, 1], logits: logits,
        of: [0, 1])
        == pass().focalLoss(tensor, targets: y, gamma: 1, alpha: 0.25).values[0])
    #expect(
      try loss(three, ["loss": "asymmetric"], on: [0, 1], logits: logits, of: [0, 1])
        == pass().asymmetricLoss(
          tensor, targets: y, gammaNegative: 4, gammaPositive: 1, shift: 0.05
        ).values[0])
    for json in ["cross-entropy", "focal", "asymmetric"] as [JSONValue] {
      var z = Tensor([0.5, -1, 2, 1], shape: [2, 2])
      z.node = GradientNode()
      let tape = Tape()
      var forward = pass(tape)
      let value = try TrainingLoss(labels, settings(["loss": json]), on: [0, 1, 2, 3])(
        z, answers: labels.targets.rows([0, 1]), &forward)
      tape.backward(from: value, gradient: Tensor([1], shape: [1]))
      let slopes = z.node?.take()?.values ?? []
      #expect(slopes[0] < 0 && slopes[1] < 0 && slopes[2] > 0 && slopes[3] == 0)
    }
  }

  @Test("The accuracy counts cases of classes, known answers of labels")
  func tally() {
    var tally = AnswerTally()
    let answers: [Float] = [1, 0, 0, 0, 0, 1, .nan, .nan, .nan]
    let logits: [Float] = [-1, -2, -3, 5, 4, 3, 1, 1, 1]
    tally.add(.multiClass, logits: logits, answers: answers, outputs: 3)
    #expect(tally.right == 1 && tally.known == 2 && tally.accuracy == 0.5)
    tally = AnswerTally()
    tally.add(.multiLabel, logits: logits, answers: answers, outputs: 3)
    #expect(tally.right == 3 && tally.known == 6)
    #expect(AnswerTally().accuracy == 0)
  }

  @Test(
    "A loss survives its JSON form; the default is not written",
    arguments: [
      "cross-entropy", "focal", "asymmetric", ["kind": "cross-entropy", "logitAdjustment": 1.5],
      ["kind": "focal", "gamma": 3, "alpha": 0.25],
      ["kind": "asymmetric", "gammaNegative": 2, "gammaPositive": 0, "shift": 0.1],
    ] as [JSONValue])
  func json(_ value: JSONValue) throws {
    let read = try settings(["loss": value])
    #expect(try TrainingSettings(read.json.object(), defaults: TrainingSettings()) == read)
    #expect(read.json.text().contains("loss") == (value != "cross-entropy"))
    #expect((read == TrainingSettings()) == (value == "cross-entropy"))
  }

  @Test(
    "What can't be is refused",
    arguments: [
      (["loss": "focl"], "did you mean \"focal\"?"),
      (["loss": ["kind": "focal", "gama": 1]], "did you mean \"gamma\"?"),
      (["loss": ["kind": "focal", "gamma": -1]], "expected 0.0 to 10.0"),
      (["loss": ["kind": "focal", "alpha": 1]], "expected 0.001 to 0.999"),
      (["loss": ["kind": "asymmetric", "shift": 1]], "expected 0.0 to 0.9"),
      (["loss": ["gamma": 2]], "\"kind\" is missing"), (["loss": 3], "expected an object"),
      (
        [
          "classWeights": true, "loss": ["kind": "cross-entropy", "logitAdjustment": 1],
        ], "leave one of them out"
      ),
    ] as [(JSONValue, String)])
  func refusals(json: JSONValue, problem: String) {
    let text = errorText { _ = try settings(json) }
    #expect(text.contains(problem), "\(text)")
  }

  @Test("A loss that does not fit the task is refused at its place")
  func unfit() throws {
    let place = Place(path: "study.json", line: 7, key: "image.training.loss")
    for (value, problem) in [
      ("asymmetric", "use \"focal\" or \"cross-entropy\""),
      (["kind": "focal", "alpha": 0.25], "leave \"alpha\" out"),
    ] as [(JSONValue, String)] {
      var settings = try settings(["loss": value])
      settings.loss.place = place
      let text = errorText { _ = try TrainingLoss(classes, settings, on: [0, 4, 5]) }
      #expect(
        text.contains("study.json:7: image.training.loss") && text.contains(problem), "\(text)")
      _ = try TrainingLoss(labels, settings, on: [0, 1])
    }
  }
}
