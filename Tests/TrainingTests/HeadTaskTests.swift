import Basics
import Datasets
import EncoderKit
import Evaluation
import Fusion
import Registry
import TestSupport
import Testing

@testable import Training

/// Every fusion head over several classes and several labels.
@Suite("Fusion heads with several outputs")
struct HeadTaskTests {
  static let heads = ["concat", "sum", "gated", "bilinear", "film", "attention", "late"]
  static let kinds: [TaskKind] = [.multiClass, .multiLabel]

  /// Twelve cases; the text tells the class, or the first label.
  ///
  /// The third label is not known of each fourth.
  private func task(_ kind: TaskKind) -> ClassificationTask {
    let rows = (0..<12).flatMap { index -> [Float] in
      let own = index % 3
      if kind == .multiClass { return (0..<3).map { $0 == own ? 1 : 0 } }
      return [own == 0 ? 1 : 0, index % 2 == 0 ? 1 : 0, index % 4 == 3 ? .nan : own == 2 ? 1 : 0]
    }
    return ClassificationTask(
      kind, labels: ["a", "b", "c"], targets: CaseTargets(rows, outputs: 3))
  }

  private func pair(_ kind: TaskKind) throws -> SmallPair {
    try SmallPair(task: kind, labels: ["a", "b", "c"])
  }

  @Test(
    "The loss of a head over frozen encoders falls, modalities dropped or not", arguments: heads,
    kinds)
  func falls(head: String, kind: TaskKind) throws {
    let (pair, task) = (try pair(kind), task(kind))
    for dropout in [0, 0.3] {
      let more: [(key: String, value: JSONValue)] =
        dropout > 0 ? [("modalityDropout", dropout.json)] : []
      let model = try pair.joined(
        [pair.part(image: true, seed: 1), pair.part(image: false, seed: 2)],
        pair.branch(smallHead(head, more)))
      var pass = SmallPair.makePass()
      let batch = pair.batch(count: 12)
      let features = CaseFeatures.cases(of: model.encoded(batch, &pass)).map { [$0] }
      model.classifier.fusion?.missingModalityEmbeddings?.begin(features.map { $0[0] })
      var settings = TrainingSettings()
      (settings.epochs, settings.batchSize, settings.learningRate) = (25, 6, 0.02)
      let store = model.classifier.store
      store.setTrainable(false)
      store.setTrainable(true, prefix: head == "late" ? "head.fusion." : "head.")
      let before = store.parameters.map(\.value.values)
      let trainer = Trainer(
        settings: settings, store: store, kernels: ReferenceKernels(),
        source: BatchSource(features: features), task: task, title: head,
        progress: ProgressReporter(mode: .quiet), rateFactor: { _ in 1 },
        logits: { model.logits($0, &$1) })
      let scores = try trainer.train(
        on: Array(0..<12), validation: Array(0..<12), random: RandomStream(seed: 3))
      let losses = scores.filter { $0.subset == .training }.map(\.logLoss)
      // Late fusion has a matrix over the logits of decoders that were never trained, no more.
      let share = head == "late" ? 0.9 : 0.8
      #expect(losses[24] < share * losses[0], "\(losses[0]) … \(losses[24])")
      #expect(try trainer.evaluate([4, 7]).count == 6)
      // Each output has learnt: its own row of the last layer has moved.
      let last = head == "late" ? "head.fusion.weight" : "head.output.weight"
      let place = try #require(store.parameters.firstIndex { $0.key == last })
      let moved = zip(before[place], store.parameters[place].value.values).map { abs($0 - $1) }
      let width = moved.count / 3
      for output in 0..<3 {
        #expect(moved[output * width..<(output + 1) * width].contains { $0 > 0.01 })
      }
    }
  }

  @Test(
    "The gradient of each output is that of differences along a random direction",
    arguments: heads, kinds)
  func gradients(head: String, kind: TaskKind) throws {
    let pair = try pair(kind)
    let model = try pair.stirred(smallHead(head, [("missing", "learned")]))
    let parameters = model.classifier.store.parameters.filter {
      $0.kind != .statistic && $0.key.hasPrefix("head.")
    }
    let batch = pair.batch()
    var random = RandomStream(seed: 11)
    let direction = parameters.map { parameter in
      (0..<parameter.value.count).map { _ in Float(random.uniform(-1, 1)) }
    }
    func logits(_ step: Float) -> [Float] {
      let kept = parameters.map(\.value.values)
      for (index, parameter) in parameters.enumerated() {
        parameter.replace(
          Tensor(
            zip(kept[index], direction[index]).map { $0 + step * $1 }, shape: parameter.value.shape)
        )
      }
      defer {
        for (index, parameter) in parameters.enumerated() {
          parameter.replace(Tensor(kept[index], shape: parameter.value.shape))
        }
      }
      var pass = SmallPair.makePass()
      return model.logits(batch, &pass).values
    }
    // Short, so that no ReLU's kink lies between.
    let step: Float = 0x1p-12
    let (above, below) = (logits(step), logits(-step))
    for output in 0..<3 {
      let tape = Tape()
      var pass = SmallPair.makePass(tape: tape)
      let found = model.logits(batch, &pass)
      #expect(found.shape == [3, 3])
      let chosen = (0..<9).map { Float($0 % 3 == output ? 1 : 0) }
      tape.backward(from: found, gradient: Tensor(chosen, shape: [3, 3]))
      var slope = 0.0
      for (parameter, step) in zip(parameters, direction) {
        for (a, b) in zip(parameter.node.take()?.values ?? [], step) {
          slope += Double(a) * Double(b)
        }
      }
      let numeric = stride(from: output, to: 9, by: 3).reduce(0.0) {
        $0 + (Double(above[$1]) - Double(below[$1])) / Double(2 * step)
      }
      #expect(
        abs(slope - numeric) <= 0.01 * max(1, abs(numeric)),
        "output \(output): \(slope), \(numeric)")
      #expect(abs(numeric) > 1e-2)
    }
  }

  @Test("A model of several outputs that was saved answers the same", arguments: heads, kinds)
  func saved(head: String, kind: TaskKind) throws {
    let pair = try pair(kind)
    let model = try pair.stirred(smallHead(head))
    try withTemporaryFolder { folder in
      try model.write(to: "\(folder)/model")
      let read = try TrainedModel.read(from: "\(folder)/model", registry: pair.registry)
      #expect(read.task == kind && read.labels == ["a", "b", "c"])
      var pass = SmallPair.makePass()
      let batch = pair.batch()
      #expect(read.logits(batch, &pass).values == model.logits(batch, &pass).values)
    }
  }
}
