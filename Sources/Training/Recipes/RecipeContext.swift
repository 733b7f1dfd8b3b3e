import Basics
import Datasets
import EncoderKit
import Fusion
import Registry

/// What a recipe works on besides its own settings.
package struct RecipeContext {
  package let session: Session
  package let cases: StudyCases
  /// How texts became words.
  package let tokenizer: Tokenizer
  package let seed: UInt64
  /// What encoders gave before; nil where frozen stages run anew in every epoch.
  let cache: FeatureCache?
  /// Looks at every training of a recipe; nil for nobody.
  package var watch: EpochWatch?
  /// Where the trainings of a recipe are kept while it is fitted; nil for nowhere.
  package var checkpoints: TrainingCheckpoints?
  /// Tells parts apart that have the same names and other weights.
  package var variant = ""

  package init(
    session: Session, cases: StudyCases, tokenizer: Tokenizer, seed: UInt64, cache: FeatureCache?
  ) {
    self.session = session
    self.cases = cases
    self.tokenizer = tokenizer
    self.seed = seed
    self.cache = cache
  }

  /// The same for work whose progress is told to others, with the same cache.
  package func telling(_ progress: ProgressReporter) -> RecipeContext {
    RecipeContext(
      session: session.with(progress: progress), cases: cases, tokenizer: tokenizer, seed: seed,
      cache: cache)
  }

  var registry: EncoderRegistry { session.registry }
  var progress: ProgressReporter { session.progress }

  /// The random numbers of a recipe, or of a pair of encoders, on a split.
  func random(_ split: Split, _ name: String) -> RandomStream {
    RandomStream(seed: seed).derived(split.name).derived(name)
  }

  func trainer(
    _ model: TrainedModel, _ settings: TrainingSettings, _ source: BatchSource, _ title: String
  ) -> Trainer {
    var settings = settings
    if settings.shards == 1, settings.batchStatistics == .shard { settings.shards = session.shards }
    var trainer = Trainer(
      settings: settings, store: model.classifier.store, kernels: session.kernels, source: source,
      task: cases.task, title: title, progress: progress,
      rateFactor: { model.depthFactor($0) },
      logits: { batch, forward in model.logits(batch, &forward) })
    trainer.watch = watch
    trainer.ranks = session.ranks
    trainer.checkpoints = checkpoints
    return trainer
  }

  /// A new model of the task whose parameters come from `store`.
  func model(
    image: ImageBranch?, text: TextBranch?, preparation: TextPreparation?,
    decoder: DenseDecoder.Configuration, fusion: FusionSettings? = nil, store: ParameterStore
  ) throws -> TrainedModel {
    var model = try TrainedModel(
      image: image, text: text, preparation: preparation, decoder: decoder, fusion: fusion,
      labels: cases.task.labels, task: cases.task.kind, registry: registry, store: store)
    model.tokenizer = tokenizer
    return model
  }

  /// The stream that an encoder without weights is drawn from where stages of it stay as they are drawn: one for each
  /// seed, so that all splits look through the same random features, which are made once.
  private func drawnOnce(_ branch: String, _ split: Split) -> RandomStream {
    RandomStream(seed: seed).derived("frozen as drawn").derived(split.seed).derived(branch)
  }

  /// A store that draws what the weights of the one side do not give, by the keys of a whole model.
  func store(
    _ image: ImageBranch?, _ text: TextBranch?, _ preparation: TextPreparation?, _ split: Split,
    _ random: RandomStream
  ) throws -> ParameterStore {
    if let text, text.isFrozenAsDrawn {
      return ParameterStore(
        random: random, given: [:], draws: ["text": drawnOnce(text.name, split)],
        memory: cache?.drawn(text.name, .init(branch: text.json.withoutTraining, seed: split.seed)))
    }
    if let text, let preparation, text.weights != nil {
      func load() throws -> [String: Tensor] { try text.givenWeights(preparation, registry) }
      return ParameterStore(
        random: random, given: try cache?.textWeights(of: text, make: load) ?? load())
    }
    return try store(image, split, random)
  }

  /// What a text encoder with a tokenizer of its own is built over; nil for one that reads words.
  func ownPreparation(of branch: TextBranch) throws -> TextPreparation? {
    func read() throws -> TextPreparation? { try branch.ownPreparation(registry) }
    guard let cache else { return try read() }
    return try cache.preparation(of: branch, make: read)
  }

  /// The vectors of a file that were computed elsewhere, in the order of the cases.
  func givenFeatures(_ path: String) throws -> FeatureRows {
    func read() throws -> FeatureRows { try FeatureBranch.rows(path, of: cases) }
    return try cache?.given(path, make: read) ?? read()
  }

  /// The same of images alone.
  func store(_ branch: ImageBranch?, _ split: Split, _ random: RandomStream) throws
    -> ParameterStore
  {
    guard let branch, let name = branch.weights else {
      guard let branch, branch.isFrozenAsDrawn else { return ParameterStore(random: random) }
      return ParameterStore(
        random: random, given: [:], draws: ["image": drawnOnce(branch.name, split)],
        memory: cache?.drawn(
          branch.name, .init(branch: branch.json.withoutTraining, seed: split.seed)))
    }
    func load() throws -> [String: Tensor] {
      try WeightSource(name, prefix: branch.weightPrefix, registry, at: branch.place)
        .load(branch, registry: registry)
    }
    return ParameterStore(
      random: random,
      given: branch.forEachEncoder(try cache?.weights(of: branch, make: load) ?? load()))
  }

  /// The branch with what the pictures of a split decide.
  func fitted(_ branch: ImageBranch, _ split: Split) throws -> ImageBranch {
    let pictures = PictureChoice(branch, cases.set)
    return try cases.images[branch.name]?.fitted(
      branch, over: pictures?.places(of: split.training) ?? split.training) ?? branch
  }
}
