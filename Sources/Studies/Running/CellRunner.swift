import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Images
import Registry
import Training

/// Trains and scores one combination on one split, the unit of work of a study.
package struct CellRunner {
  package let study: StudySpecification
  package let cases: StudyCases
  package let registry: EncoderRegistry
  package let kernels: any Kernels
  package let progress: ProgressReporter
  let frozen = FrozenMapCache()
  let encoded = EncodedCases()
  private let loaded = LoadedWeights()

  package init(
    study: StudySpecification, cases: StudyCases, registry: EncoderRegistry,
    kernels: any Kernels, progress: ProgressReporter
  ) {
    self.study = study
    self.cases = cases
    self.registry = registry
    self.kernels = kernels
    self.progress = progress
  }

  /// What a cell leaves behind besides its model.
  package struct Outcome {
    /// Nil for a rule that is no network.
    package var model: TrainedModel?
    package var parameterCount: Int
    package var results: [ResultRow]
    package var epochs: [EpochRow]
    /// The answers to validation and test; none for a rule that is no network.
    package var logits: [LogitsFile.Row] = []
  }

  /// Runs one cell; `modelFolder` tells where the model of another combination of the same split is.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  package func run(
    _ combination: Combination, _ split: Split, modelFolder: (String) throws -> String
  ) throws -> Outcome {
    let split = usable(split, combination)
    if let probe = combination.probe { return try probed(probe, combination, split) }
    let random = RandomStream(seed: study.seed).derived(split.name).derived(combination.name)
    if let image = combination.image, let text = combination.text {
      return try multimodal(
        combination, split, random, parts: [modelFolder(image.name), modelFolder(text.name)])
    }
    return try unimodal(combination, split, random)
  }

  /// Of a split what a combination of one encoder can read.
  private func usable(_ split: Split, _ combination: Combination) -> Split {
    guard combination.image == nil || combination.text == nil else { return split }
    let lacks = combination.image == nil ? cases.lacksText : cases.lacksImage
    return lacks.map { marks in split.keeping { !marks[$0] } } ?? split
  }

  private func unimodal(_ combination: Combination, _ split: Split, _ random: RandomStream) throws
    -> Outcome
  {
    let count = combination.image?.members ?? combination.text?.members ?? 1
    guard count > 1 else {
      let (model, trainer, scores) = try single(combination, split, random)
      return try outcome(model, trainer, combination, split, scores)
    }
    var models: [TrainedModel] = []
    var scores: [[Trainer.EpochScore]] = []
    for member in 1...count {
      let trained = try single(
        combination.member, split, random.derived("member").derived(member),
        title: " member \(member)")
      models.append(trained.model)
      scores.append(trained.scores)
    }
    var image = models[0].image
    image?.members = count
    let model = try TrainedModel(
      joining: models, image: image, text: combination.text, registry: registry)
    let trainer = trainer(
      model, TrainingSettings(), model.source(cases), "\(split.name) \(combination.name)")
    return try outcome(model, trainer, combination, split, Trainer.EpochScore.means(scores))
  }

  /// Trains one model of one encoder.
  func single(
    _ combination: Combination, _ split: Split, _ random: RandomStream, title suffix: String = ""
  ) throws -> (model: TrainedModel, trainer: Trainer, scores: [Trainer.EpochScore]) {
    var image = combination.image
    if let branch = image, branch.normalization == nil {
      image?.normalization = cases.images[branch.name]?.normalization(over: split.training)
    }
    let preparation = try combination.text.map { branch in
      let vectors = try branch.vectorsPath(registry, progress: progress)
      return try progress.stage("\(split.name) \(branch.name): word vectors") { advance in
        try registry.textEncoder(branch.encoder, at: branch.place).prepare(
          corpus: split.training.map { cases.words[$0] }, options: branch.options.object(),
          vectors: vectors, random: random.derived("preparation"), progress: advance)
      }
    }
    try Interruption.check()
    if let coverage = preparation?.coverage {
      progress.line("\(split.name) \(combination.name): \(coverage)")
    }
    var decoder = combination.head.decoder
    decoder.hidden /= 2
    var model = try TrainedModel(
      image: image, text: combination.text, preparation: preparation, decoder: decoder,
      labels: cases.set.labels, registry: registry,
      store: store(image, random.derived("parameters")))
    model.tokenizer = study.tokenizer
    let settings = combination.image?.training ?? combination.text?.training ?? TrainingSettings()
    let title = "\(split.name) \(combination.name)\(suffix)"
    let source = try source(of: model, combination, split, title: title)
    let trainer = trainer(model, settings, source, title)
    let scores = try trainer.train(
      on: split.training, validation: split.validation, random: random.derived("training"))
    return (model, trainer, scores)
  }

  /// Batches of cases, made in the background, each with a pass in evaluation mode.
  func forEachBatch(
    _ indices: [Int], _ source: BatchSource, random: RandomStream?,
    _ body: (RawBatch, inout Forward) throws -> Void
  ) throws {
    let groups = stride(from: 0, to: indices.count, by: 64).map {
      Array(indices[$0..<min($0 + 64, indices.count)])
    }
    let pipeline = BatchPipeline(count: groups.count) {
      source.batch(groups[$0], augmentedBy: random)
    }
    defer { pipeline.cancel() }
    while let batch = pipeline.next() {
      try Interruption.check()
      var forward = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
      try body(batch, &forward)
      progress.advance(by: batch.indices.count)
    }
  }

  /// A store that draws what the branch's weights do not give, by the keys of a whole model.
  func store(_ branch: ImageBranch?, _ random: RandomStream) throws -> ParameterStore {
    guard let branch, let name = branch.weights else { return ParameterStore(random: random) }
    // Read once for all splits; of several sets of weights the last one is kept.
    let key = "\(name) \(branch.encoder) \(branch.options.text()) \(branch.channels) \(branch.size)"
    if loaded.key != key {
      loaded.tensors = try WeightSource(name, registry, at: branch.place)
        .load(branch, registry: registry)
      loaded.key = key
    }
    return ParameterStore(random: random, given: loaded.tensors)
  }

  func trainer(
    _ model: TrainedModel, _ settings: TrainingSettings, _ source: BatchSource, _ title: String
  ) -> Trainer {
    Trainer(
      settings: settings, store: model.classifier.store, kernels: kernels, source: source,
      targets: CaseTargets(cases.targets), title: title, progress: progress,
      rateFactor: { model.depthFactor($0) },
      logits: { batch, forward in model.logits(batch, &forward) })
  }

  func outcome(
    _ model: TrainedModel, _ trainer: Trainer, _ combination: Combination, _ split: Split,
    _ scores: [Trainer.EpochScore]
  ) throws -> Outcome {
    var results: [ResultRow] = []
    var logits: [LogitsFile.Row] = []
    for part in Split.Part.allCases {
      let indices = split[part]
      let answers = try trainer.evaluate(indices)
      let evaluation = try BinaryEvaluation(labels: cases.labels(indices), logits: answers)
      if part != .training {
        logits += LogitsFile.rows(
          part, labels: [cases.set.labels[1]], targets: indices.map { cases.targets[$0] },
          logits: answers)
      }
      results += evaluation.rows(
        combination: combination.name, split: split.name, part: part.rawValue)
    }
    if model.answersForOneSide { results += try oneSided(trainer, combination, split) }
    let epochs = scores.flatMap { score in
      [("accuracy", score.accuracy), ("log-loss", score.logLoss)].map { metric, value in
        EpochRow(
          combination: combination.name, split: split.name, epoch: score.epoch, part: score.part,
          metric: metric, value: value)
      }
    }
    return Outcome(
      model: model, parameterCount: model.classifier.store.parameterCount, results: results,
      epochs: epochs, logits: logits)
  }
}

/// The weights that were read last, and what they were read for.
private final class LoadedWeights {
  var key = ""
  var tensors: [String: Tensor] = [:]
}
