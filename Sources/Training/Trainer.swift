import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation

/// Looks at the scores of a training, epoch by epoch, those on validation last; what it throws ends the training.
package typealias EpochWatch = (Trainer.EpochScore) throws -> Void

/// The training loop of one model.
package struct Trainer {
  package let settings: TrainingSettings
  package let store: ParameterStore
  package let kernels: any Kernels
  package let source: BatchSource
  package let task: ClassificationTask
  /// What the progress line says.
  package let title: String
  package let progress: ProgressReporter
  /// What the learning rate of a parameter is multiplied by, besides the encoders' own rate.
  package let rateFactor: (String) -> Double
  /// The logits of a batch, `[batch, outputs]`.
  package let logits: (RawBatch, inout Forward) -> Tensor
  /// Is told the scores after each epoch; what it throws ends the training.
  package var watch: EpochWatch?

  package init(
    settings: TrainingSettings, store: ParameterStore, kernels: any Kernels, source: BatchSource,
    task: ClassificationTask, title: String, progress: ProgressReporter,
    rateFactor: @escaping (String) -> Double,
    logits: @escaping (RawBatch, inout Forward) -> Tensor
  ) {
    self.settings = settings
    self.store = store
    self.kernels = kernels
    self.source = source
    self.task = task
    self.title = title
    self.progress = progress
    self.rateFactor = rateFactor
    self.logits = logits
  }

  /// Scores of one subset after one epoch.
  package struct EpochScore: Sendable, Equatable, Codable {
    package let epoch: Int
    package let subset: Split.Subset
    /// The share of known answers that are right.
    package let accuracy: Double
    package let logLoss: Double
    /// The mean AUROC over the labels or classes that have one; nil of a binary task.
    package let meanAUROC: Double?

    package init(
      epoch: Int, subset: Split.Subset, accuracy: Double, logLoss: Double, meanAUROC: Double? = nil
    ) {
      self.epoch = epoch
      self.subset = subset
      self.accuracy = accuracy
      self.logLoss = logLoss
      self.meanAUROC = meanAUROC
    }

    /// Reads what a training checkpoint holds; `part` and `meanArea` are the former names of two keys.
    package init(from decoder: any Decoder) throws {
      enum FormerKeys: String, CodingKey { case part, meanArea }
      let values = try decoder.container(keyedBy: CodingKeys.self)
      let former = try decoder.container(keyedBy: FormerKeys.self)
      self.init(
        epoch: try values.decode(Int.self, forKey: .epoch),
        subset: try values.decodeIfPresent(Split.Subset.self, forKey: .subset)
          ?? former.decode(Split.Subset.self, forKey: .part),
        accuracy: try values.decode(Double.self, forKey: .accuracy),
        logLoss: try values.decode(Double.self, forKey: .logLoss),
        meanAUROC: try values.decodeIfPresent(Double.self, forKey: .meanAUROC)
          ?? former.decodeIfPresent(Double.self, forKey: .meanArea))
    }

    /// The mean over several trainings, epoch by epoch, as far as each went.
    package static func means(_ runs: [[EpochScore]]) -> [EpochScore] {
      let first = runs.max { $0.count < $1.count } ?? []
      return first.map { score in
        let alike = runs.compactMap { run in
          run.first { $0.epoch == score.epoch && $0.subset == score.subset }
        }
        let count = Double(alike.count)
        return EpochScore(
          epoch: score.epoch, subset: score.subset,
          accuracy: alike.reduce(0) { $0 + $1.accuracy } / count,
          logLoss: alike.reduce(0) { $0 + $1.logLoss } / count)
      }
    }
  }

  /// Trains on some cases, watching others; the store ends with the weights that were selected.
  ///
  /// Epochs are numbered from `firstEpoch`; with `keepsStart` the weights before the first epoch may
  /// be selected too. With a checkpoint the training is kept after every epoch, and goes on from what
  /// was kept with the same numbers.
  ///
  /// - Returns: the scores of both subsets after every epoch.
  /// - Throws: `ZooError` of code `.notFinite` when the loss is; `Interrupted`.
  package func train(
    on training: [Int], validation: [Int], random: RandomStream, firstEpoch: Int = 1,
    keepsStart: Bool = false, checkpoint: TrainingCheckpoint? = nil
  ) throws -> [EpochScore] {
    let optimizer = Optimizer(settings.optimizer, weightDecay: Float(settings.weightDecay))
    // What is frozen needs no copies: of a BERT-base each would be 440 MB.
    let changing = store.parameters.filter { $0.isTrainable || $0.kind == .statistic }
    func snapshot() -> [[Float]] { changing.map(\.value.values) }
    let average =
      settings.average > 0
      ? WeightAverage(changing, decay: Float(settings.average)) : nil
    let loss = try TrainingLoss(task, settings, on: training)
    let perEpoch = batches(training).count
    let total = perEpoch * settings.epochs
    var now = TrainingCheckpoint.Content()
    if let kept = try checkpoint?.restore(changing, optimizer: optimizer, average: average) {
      now = kept
    } else if keepsStart {
      let start = try score(validation, epoch: firstEpoch - 1, subset: .validation)
      if firstEpoch == 1 { now.state.scores.append(start) }
      (now.state.bestLoss, now.best) = (start.logLoss, snapshot())
    }
    progress.begin(title, total: total)
    defer { progress.end() }
    if now.state.finished > 0 { progress.advance(by: now.state.finished * perEpoch) }
    for epoch in now.state.finished..<max(now.state.finished, settings.epochs) {
      if settings.patience > 0, now.state.stale >= settings.patience { break }
      let stream = random.derived("epoch").derived(epoch)
      var shuffle = stream.derived("order")
      let order = shuffle.permutation(training.count).map { training[$0] }
      let trained = try run(
        batches(order), stream: stream, optimizer: optimizer, average: average,
        firstStep: epoch * perEpoch, total: total, loss: loss)
      average?.swap()
      let watched = try score(validation, epoch: firstEpoch + epoch, subset: .validation)
      if settings.select == .best, watched.logLoss < now.state.bestLoss ?? .infinity {
        (now.state.bestLoss, now.best) = (watched.logLoss, snapshot())
        now.state.stale = 0
      } else {
        now.state.stale += 1
      }
      average?.swap()
      let own = EpochScore(
        epoch: firstEpoch + epoch, subset: .training, accuracy: trained.accuracy,
        logLoss: trained.logLoss)
      now.state.scores += [own, watched]
      now.state.finished = epoch + 1
      try checkpoint?.write(now, changing, optimizer: optimizer, average: average)
      try watch?(own)
      try watch?(watched)
    }
    average?.swap()
    if settings.select == .best, let best = now.best {
      ParameterStore.restore(changing, to: best)
    }
    return now.state.scores
  }

  /// The logits of cases in evaluation mode, as they are or as if they lacked a side, or views.
  package func evaluate(_ indices: [Int], hiding hidden: BatchSource.Hidden? = nil) throws
    -> [Float]
  {
    var source = source
    source.hides = hidden
    var values: [Float] = []
    try source.forEachBatch(indices, kernels) { values += logits($0, &$1).values }
    guard values.allSatisfy(\.isFinite) else {
      throw ZooError(
        .notFinite, "\(title): the model's output is not finite",
        advice: "lower the learning rate, or look for broken images")
    }
    return values
  }

  private func run(
    _ batches: [[Int]], stream: RandomStream, optimizer: Optimizer, average: WeightAverage?,
    firstStep: Int, total: Int, loss: TrainingLoss
  ) throws -> (accuracy: Double, logLoss: Double) {
    let pipeline = BatchPipeline(count: batches.count) { [source] index in
      try source.batch(batches[index], augmentedBy: stream.derived("augmentation"))
    }
    defer { pipeline.cancel() }
    let rates = Dictionary(
      uniqueKeysWithValues: store.parameters.filter { !$0.key.hasPrefix("head.") }.map {
        ($0.key, Float(settings.encoderRate * rateFactor($0.key)))
      })
    var tally = AnswerTally()
    var (sum, seen, step) = (0.0, 0, firstStep)
    while let batch = try pipeline.next() {
      try Interruption.check()
      let tape = Tape()
      var forward = Forward(
        .training, random: stream.derived("dropout").derived(step), tape: tape, kernels: kernels)
      let output = logits(batch, &forward)
      let answers = targets.rows(batch.indices)
      let value = loss(output, answers: answers, &forward)
      let number = Double(value.values[0])
      guard number.isFinite else {
        throw ZooError(
          .notFinite, "\(title): the loss of step \(step + 1) is not finite",
          advice: "lower the learning rate or set \"clip\"")
      }
      tape.backward(from: value, gradient: Tensor([1], shape: [1]))
      optimizer.step(
        store.parameters, learningRate: Float(settings.rate(step: step, of: total)),
        clip: settings.clip > 0 ? Float(settings.clip) : nil,
        factor: { rates[$0.key] ?? 1 })
      average?.update()
      tally.add(task.kind, logits: output.values, answers: answers, outputs: targets.outputs)
      sum += number * Double(batch.indices.count)
      seen += batch.indices.count
      step += 1
      progress.advance(by: 1, note: String(format: "loss %.3f", sum / Double(seen)))
    }
    return (tally.accuracy, sum / Double(seen))
  }

  private func score(_ indices: [Int], epoch: Int, subset: Split.Subset) throws -> EpochScore {
    let result = try task.evaluation(indices, .logits(evaluate(indices)))
    // Of many labels the share of known answers that are right.
    let accuracy = result[.accuracy] ?? result[.hammingLoss].map { 1 - $0 }
    return EpochScore(
      epoch: epoch, subset: subset, accuracy: accuracy ?? 0, logLoss: result[.logLoss] ?? 0,
      meanAUROC: result[.macroAUROC])
  }

  /// Batches of a size; a last one of a single case joins the one before, since batch statistics
  /// need two.
  private func batches(_ order: [Int]) -> [[Int]] {
    var groups = stride(from: 0, to: order.count, by: settings.batchSize).map {
      Array(order[$0..<min($0 + settings.batchSize, order.count)])
    }
    if groups.count > 1, let last = groups.last, last.count == 1 {
      groups.removeLast()
      groups[groups.count - 1] += last
    }
    return groups
  }

  private var targets: CaseTargets { task.targets }
}
