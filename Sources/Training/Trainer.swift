import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Ranks

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
  /// The processes that train this model together; nil for this one alone.
  package var ranks: RankGroup?
  /// Where trainings are kept that are given no checkpoint of their own; nil for nowhere.
  package var checkpoints: TrainingCheckpoints?
  /// How long a training with a checkpoint goes on without being kept.
  package var keepsAfter = Duration.seconds(600)
  /// Whether to stop after the step that is made.
  package var isAskedToStop: () -> Bool = { Interruption.isRequested }

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
  /// be selected too. With a checkpoint the training is kept after every epoch, every ten minutes, and when it is to
  /// stop, and goes on from what was kept with the same numbers.
  ///
  /// A batch is computed in as many shards as the settings say; where several ranks train, each computes its part of
  /// them, and of the scores. All of them end with the same weights and scores.
  ///
  /// - Returns: the scores of both subsets after every epoch.
  /// - Throws: `ZooError` of code `.notFinite` when the loss is; `Interrupted`.
  package func train(
    on training: [Int], validation: [Int], random: RandomStream, firstEpoch: Int = 1,
    keepsStart: Bool = false, checkpoint: TrainingCheckpoint? = nil
  ) throws -> [EpochScore] {
    let checkpoint = checkpoint ?? checkpoints?.next()
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
    let kept = try checkpoint?.restore(changing, optimizer: optimizer, average: average)
    if let kept = try ranks.map({
      try $0.shared(kept, changing, all: store.parameters, optimizer, average)
    }) ?? kept {
      now = kept
      for score in now.state.scores where score.epoch >= firstEpoch { try watch?(score) }
    } else if keepsStart {
      let start = try score(validation, epoch: firstEpoch - 1, subset: .validation)
      if firstEpoch == 1 { now.state.scores.append(start) }
      (now.state.bestLoss, now.best) = (start.logLoss, snapshot())
    }
    progress.begin(title, total: total)
    defer { progress.end() }
    if now.state.finished > 0 { progress.advance(by: now.state.finished * perEpoch) }
    var keptAt = ContinuousClock.now
    var written = kept?.state
    func keep() throws {
      keptAt = .now
      // A file that is newer tells that the training has come further.
      if let written, written.isAt(now.state) { return }
      try checkpoint?.write(now, changing, optimizer: optimizer, average: average)
      written = now.state
    }
    for epoch in now.state.finished..<max(now.state.finished, settings.epochs) {
      if settings.patience > 0, now.state.stale >= settings.patience { break }
      let stream = random.derived("epoch").derived(epoch)
      var shuffle = stream.derived("order")
      let order = shuffle.permutation(training.count).map { training[$0] }
      var sums = now.state.begun ?? EpochSums()
      if sums.steps > 0 { progress.advance(by: sums.steps) }
      try run(
        batches(order), &sums, stream: stream, optimizer: optimizer, average: average,
        firstStep: epoch * perEpoch, total: total, loss: loss
      ) { sums, stops in
        guard stops || ContinuousClock.now - keptAt > keepsAfter else { return }
        now.state.begun = sums
        try keep()
      }
      average?.swap()
      let watched: EpochScore
      do {
        watched = try score(validation, epoch: firstEpoch + epoch, subset: .validation)
      } catch is Interrupted {
        average?.swap()
        now.state.begun = sums
        try keep()
        throw Interrupted()
      }
      if settings.select == .best, watched.logLoss < now.state.bestLoss ?? .infinity {
        (now.state.bestLoss, now.best) = (watched.logLoss, snapshot())
        now.state.stale = 0
      } else {
        now.state.stale += 1
      }
      average?.swap()
      let own = EpochScore(
        epoch: firstEpoch + epoch, subset: .training, accuracy: sums.tally.accuracy,
        logLoss: sums.loss / Double(sums.seen))
      now.state.scores += [own, watched]
      (now.state.finished, now.state.begun) = (epoch + 1, nil)
      let isDue = ContinuousClock.now - keptAt > min(keepsAfter, .seconds(60))
      if let checkpoint, checkpoint.isKeptEachEpoch || isDue {
        try keep()
      }
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
  ///
  /// Of several ranks each computes a part of them; all have all.
  package func evaluate(_ indices: [Int], hiding hidden: BatchSource.Hidden? = nil) throws
    -> [Float]
  {
    var source = source
    source.hides = hidden
    func logits(_ indices: [Int]) throws -> [[Float]] {
      var rows: [[Float]] = []
      try source.forEachBatch(indices, kernels) { batch, forward in
        rows += self.logits(batch, &forward).rowValues
      }
      return rows
    }
    let rows = try ranks.map {
      try $0.rows(indices, groupsOf: BatchSource.groupSize, logits)
    }
    let values = try (rows ?? logits(indices)).flatMap { $0 }
    guard values.allSatisfy(\.isFinite) else {
      throw ZooError(
        .notFinite, "\(title): the model's output is not finite",
        advice: "lower the learning rate, or look for broken images")
    }
    return values
  }

  /// What an epoch has come to after some of its steps.
  struct EpochSums: Codable, Equatable {
    var steps = 0
    /// The losses of its cases, summed.
    var loss = 0.0
    var seen = 0
    var tally = AnswerTally()
  }

  /// Takes the steps of an epoch that are left; `keep` is called before each, and before it stops.
  private func run(
    _ batches: [[Int]], _ sums: inout EpochSums, stream: RandomStream, optimizer: Optimizer,
    average: WeightAverage?, firstStep: Int, total: Int, loss: TrainingLoss,
    keep: (_ sums: EpochSums, _ stops: Bool) throws -> Void
  ) throws {
    let batches = batches.map(shards)
    let own = batches.dropFirst(sums.steps).flatMap { work(of: $0).map(\.cases) }
    let pipeline = BatchPipeline(count: own.count) { [source] index in
      try source.batch(own[index], augmentedBy: stream.derived("augmentation"))
    }
    defer { pipeline.cancel() }
    let rates = Dictionary(
      uniqueKeysWithValues: store.parameters.filter { !$0.key.hasPrefix("head.") }.map {
        ($0.key, Float(settings.encoderRate * rateFactor($0.key)))
      })
    var stops = false
    for batch in batches.dropFirst(sums.steps) {
      if ranks == nil { stops = isAskedToStop() }
      try keep(sums, stops)
      if stops { throw Interrupted() }
      let step = firstStep + sums.steps
      let result = try compute(batch, pipeline, stream.derived("dropout").derived(step), loss)
      guard result.loss.isFinite else {
        throw ZooError(
          .notFinite, "\(title): the loss of step \(step + 1) is not finite",
          advice: "lower the learning rate or set \"clip\"")
      }
      stops = result.stops
      optimizer.step(
        store.parameters, learningRate: Float(settings.rate(step: step, of: total)),
        clip: settings.clip > 0 ? Float(settings.clip) : nil,
        factor: { rates[$0.key] ?? 1 })
      average?.update()
      let cases = batch.cases.flatMap(\.self)
      sums.tally.add(
        task.kind, logits: result.logits, answers: targets.rows(cases), outputs: targets.outputs)
      sums.loss += result.loss * Double(cases.count)
      sums.seen += cases.count
      sums.steps += 1
      progress.advance(by: 1, note: String(format: "loss %.3f", sums.loss / Double(sums.seen)))
    }
    if stops {
      try keep(sums, true)
      throw Interrupted()
    }
  }

  private func shards(_ batch: [Int]) -> BatchShards {
    // Batch statistics can't be made of a single case.
    synchronizes
      ? BatchShards(batch, ranks?.count ?? 1, least: 1)
      : BatchShards(batch, settings.shards, least: 2)
  }

  /// What of a batch is this process's to compute.
  private func work(of batch: BatchShards) -> [(cases: [Int], shard: Int?)] {
    batch.work(of: ranks?.rank ?? 0, ranks: ranks?.count ?? 1, takesPart: synchronizes)
  }

  /// Whether batch statistics are those of all that the ranks have.
  private var synchronizes: Bool { settings.batchStatistics == .batch }

  /// The loss of a batch, the logits of its cases, and whether a rank is asked to stop; the parameters have got their
  /// gradients.
  private func compute(
    _ batch: BatchShards, _ pipeline: BatchPipeline<RawBatch>, _ dropout: RandomStream,
    _ loss: TrainingLoss
  ) throws -> (loss: Double, logits: [Float], stops: Bool) {
    let count = batch.tree.count
    let isWhole = ranks == nil && (synchronizes || settings.shards == 1)
    let weights = isWhole ? [1] : batch.cases.map { loss.weight(of: targets.rows($0)) }
    let (weight, cases) = (weights.reduce(0, +), batch.cases.reduce(0) { $0 + $1.count })
    // Without a known answer every loss is 0.
    let shares = weights.map { weight > 0 ? $0 / weight : 1 / Double(count) }
    let gradients =
      isWhole
      ? nil
      : ShardedGradients(store.parameters, batch.tree, ranks: ranks, sendsLast: synchronizes)
    var statistics =
      isWhole || synchronizes
      ? nil : ShardedStatistics(store.parameters, batch.tree, ranks: ranks)
    var results: [ShardResult] = []
    for shard in work(of: batch).map(\.shard) {
      guard let raw = try pipeline.next() else { preconditionFailure("a shard without its batch") }
      let tape = Tape()
      var forward = Forward(
        .training, random: count == 1 ? dropout : dropout.derived(shard ?? 0), tape: tape,
        kernels: kernels)
      if synchronizes {
        forward.exchange = ranks.map { RankExchange($0, counts: shard != nil) }
      }
      let output = logits(raw, &forward)
      let value = loss(output, answers: targets.rows(raw.indices), &forward)
      if shard != nil {
        results.append(ShardResult(loss: Double(value.values[0]), logits: output.values))
      }
      if isWhole {
        // Of a loss that is not finite no gradient is needed: who called tells of it.
        if results[0].loss.isFinite {
          tape.backward(from: value, gradient: Tensor([1], shape: [1]))
        }
      } else {
        if let shard {
          statistics?.take(
            shard: shard, share: Float(Double(batch.cases[shard].count) / Double(cases)))
        }
        gradients?.backward(
          tape, from: value, shard: shard, share: shard.map { Float(shares[$0]) } ?? 0)
      }
    }
    var stops = false
    if !isWhole {
      gradients?.finish()
      statistics?.finish()
      if let ranks {
        let all = ranks.gather(ShardResult.bytes(results, stops: isAskedToStop()))
        (results, stops) = ShardResult.read(all, outputs: targets.outputs, of: batch, ranks)
        stops = ranks.agree(stops)
      }
    }
    return (
      zip(results, shares).reduce(0) { $0 + $1.0.loss * $1.1 }, results.flatMap(\.logits), stops
    )
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
