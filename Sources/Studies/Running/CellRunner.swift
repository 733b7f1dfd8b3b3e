import Basics
import Datasets
import EncoderKit
import Evaluation
import Registry
import Training

/// Runs and scores recipes on splits, the unit of work of a study.
package struct CellRunner {
  package private(set) var context: RecipeContext
  private let thresholdRule: ThresholdRule
  /// How calibrators are fitted on the validation subset; nil for none.
  private let calibration: ModelCalibration.Kind?
  /// What the line of a finished cell tells: the metric that combinations are compared by; accuracy of a
  /// binary task.
  let metric: ScoreMetric

  package init(study: StudySpecification, cases: StudyCases, session: Session) {
    context = RecipeContext(
      session: session, cases: cases, tokenizer: study.tokenizer, seed: study.seed,
      cache: FeatureCache(folder: .standard(session.kernels)))
    thresholdRule = study.thresholdRule
    calibration = study.calibration
    metric = cases.task.kind == .binary ? .accuracy : study.metric(for: cases.set)
  }

  /// Scores recipes of no study, by `metric` in the line of a finished cell.
  init(_ context: RecipeContext, _ thresholdRule: ThresholdRule, metric: ScoreMetric) {
    (self.context, self.thresholdRule, self.metric) = (context, thresholdRule, metric)
    calibration = nil
  }

  /// The same, with somebody who looks at every training.
  func watched(by watch: EpochWatch?) -> CellRunner {
    var runner = self
    runner.context.watch = watch
    return runner
  }

  /// The same, whose trainings are kept while they go on.
  func keeping(_ checkpoints: TrainingCheckpoints?) -> CellRunner {
    var runner = self
    runner.context.checkpoints = checkpoints
    return runner
  }

  /// The same rules in another context.
  init(_ context: RecipeContext, like other: CellRunner) {
    self.context = context
    (thresholdRule, calibration, metric) = (other.thresholdRule, other.calibration, other.metric)
  }

  /// What a cell leaves behind besides its model.
  package struct Outcome {
    /// Nil for a rule that is no network.
    package var model: TrainedModel?
    package var parameterCount: Int
    /// Multiply-adds of the answer to one case, its encoders' included; nil where it is not known.
    package var multiplyAdds: Double?
    package var results: [ResultRow] = []
    package var epochs: [EpochRow]
    /// The answers to validation and test; none for a rule that is no network.
    package var logits: [LogitsFile.Row] = []

    /// A metric on a subset; nil where it was not scored.
    package func value(_ metric: ScoreMetric, _ subset: ResultSubset) -> Double? {
      results.first { $0.subset == subset && $0.metric == .score(metric) }?.value
    }
  }

  /// Runs one cell; `folder` tells where the model of another recipe of the same split is.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  package func run(_ recipe: any Recipe, _ split: Split, folder: (String) throws -> String) throws
    -> Outcome
  {
    try run(recipe, split) {
      try TrainedModel.read(
        from: folder($0), registry: context.session.registry, readsCases: false)
    }
  }

  /// Runs one cell; `part` gives the model of another recipe of the same split.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  func run(_ recipe: any Recipe, _ split: Split, part: (String) throws -> TrainedModel) throws
    -> Outcome
  {
    let split = context.cases.usable(split, recipe.reads)
    return try outcome(of: recipe.fit(split, context, part: part), recipe, split)
  }

  /// What a fit scores on each subset of a split.
  ///
  /// - Throws: `ZooError` for a number that is no answer.
  func outcome(of fit: Fit, _ recipe: any Recipe, _ split: Split) throws -> Outcome {
    let cases = context.cases
    var outcome = Outcome(
      model: fit.model, parameterCount: fit.parameterCount,
      epochs: EpochRow.rows(
        of: fit.scores, cases.task.kind, combination: recipe.name, split: split.name))
    var given: [Split.Subset: Answers] = [:]
    for subset in Split.Subset.allCases {
      let indices = split[subset]
      let answers = try fit.answers(indices)
      given[subset] = answers
      if subset != .training, case .logits(let logits) = answers {
        outcome.logits += LogitsFile.rows(subset, indices, cases, logits: logits)
      }
      outcome.results += try cases.task.evaluation(indices, answers).rows(
        combination: recipe.name, split: split.name, subset: ResultSubset(subset))
    }
    outcome.model?.calibration = calibration(of: fit, recipe.name, split, given[.validation])
    func scored(_ subset: Split.Subset) -> FittedThresholdSubset.Scored {
      (cases.task.targets.rows(split[subset]), given[subset] ?? .logits([]))
    }
    outcome.results += try FittedThresholdSubset.rows(
      thresholdRule, cases.task.kind, labels: cases.task.labels, validation: scored(.validation),
      test: scored(.test), combination: recipe.name, split: split.name)
    if fit.model?.acceptsMissingModality == true {
      outcome.results += try oneSided(fit, recipe, split)
    }
    outcome.results += try oneViewed(fit, recipe, split)
    outcome.multiplyAdds = try fit.model.flatMap { try multiplyAdds(of: $0, split) }
    return outcome
  }

  /// What an answer of the model costs, the mean over the first eight test cases; nil over vectors that were computed
  /// elsewhere.
  ///
  /// Nothing is computed for it: it would run encoders whose features are kept everywhere else.
  private func multiplyAdds(of model: TrainedModel, _ split: Split) throws -> Double? {
    guard model.image?.features == nil, model.text?.features == nil else { return nil }
    let indices = Array(split.test.prefix(8))
    guard !indices.isEmpty else { return nil }
    let count = OperationCount(computes: false)
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: context.session.kernels)
    pass.operations = count
    // From the pictures and texts themselves, not from what was kept of frozen encoders.
    let batch = try model.source(context.cases).batch(indices, augmentedBy: nil)
    _ = model.logits(batch, &pass).values
    return Double(count.multiplyAdds) / Double(indices.count)
  }

  /// What is fitted to a model's answers on validation; nil where nothing can be, or where a head learnt from these
  /// very cases, which would make the answers look surer than they are.
  private func calibration(of fit: Fit, _ name: String, _ split: Split, _ answers: Answers?)
    -> ModelCalibration?
  {
    guard let kind = calibration, let model = fit.model, case .logits(let logits)? = answers,
      !split.validation.isEmpty, model.headFittedOnValidation == nil
    else { return nil }
    let fitted = ModelCalibration.fitted(
      kind, context.cases.task.kind, logits: logits,
      targets: context.cases.task.targets.rows(split.validation),
      outputs: context.cases.task.questions.count)
    if fitted == nil {
      context.session.progress.note(
        "\(name): no calibrator could be fitted to the validation answers of a split; its probabilities stay as they are"
      )
    }
    return fitted
  }

  /// The scores on the test subset where every case has the picture of one view alone, of those that have it.
  private func oneViewed(_ fit: Fit, _ recipe: any Recipe, _ split: Split) throws -> [ResultRow] {
    guard let branch = fit.model?.image, let names = branch.views?.slots?.names, names.count > 1
    else { return [] }
    let cases = context.cases
    return try names.enumerated().flatMap { slot, name -> [ResultRow] in
      let indices = split.test.filter { branch.pictures(of: cases.set.cases[$0])[slot] != nil }
      guard !indices.isEmpty else { return [] }
      let answers = try fit.answers(indices, hiding: .otherViews(than: slot))
      return try cases.task.evaluation(indices, answers).rows(
        combination: recipe.name, split: split.name, subset: .view(name))
    }
  }

  /// The scores on the test subset where every case has its image alone, and where it has its text alone.
  private func oneSided(_ fit: Fit, _ recipe: any Recipe, _ split: Split) throws -> [ResultRow] {
    let cases = context.cases
    return try MissingModalitySubset.allCases.flatMap { subset -> [ResultRow] in
      let lacks = subset == .image ? cases.lacksImage : cases.lacksText
      let indices = split.test.filter { lacks?[$0] != true }
      guard !indices.isEmpty else { return [] }
      let answers = try fit.answers(indices, hiding: subset == .image ? .text : .image)
      return try cases.task.evaluation(indices, answers).rows(
        combination: recipe.name, split: split.name, subset: .missingModality(subset))
    }
  }
}
