import Basics
import Datasets
import Evaluation
import Training

/// Runs and scores recipes on splits, the unit of work of a study.
package struct CellRunner {
  package let context: RecipeContext
  private let thresholdRule: ThresholdRule

  package init(study: StudySpecification, cases: StudyCases, session: Session) {
    context = RecipeContext(
      session: session, cases: cases, tokenizer: study.tokenizer, seed: study.seed,
      cache: FeatureCache(folder: .standard(session.kernels)))
    thresholdRule = study.thresholdRule
  }

  /// What a cell leaves behind besides its model.
  package struct Outcome {
    /// Nil for a rule that is no network.
    package var model: TrainedModel?
    package var parameterCount: Int
    package var results: [ResultRow] = []
    package var epochs: [EpochRow]
    /// The answers to validation and test; none for a rule that is no network.
    package var logits: [LogitsFile.Row] = []

    /// The accuracy on a part; nil where it was not scored.
    package func accuracy(_ part: ResultPart) -> Double? {
      results.first { $0.part == part && $0.metric == .binary(.accuracy) }?.value
    }
  }

  /// Runs one cell; `folder` tells where the model of another recipe of the same split is.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  package func run(_ recipe: any Recipe, _ split: Split, folder: (String) throws -> String) throws
    -> Outcome
  {
    let cases = context.cases
    let split = cases.usable(split, recipe.reads)
    let fit = try recipe.fit(split, context) {
      try TrainedModel.read(from: folder($0), registry: context.session.registry)
    }
    var outcome = Outcome(
      model: fit.model, parameterCount: fit.parameterCount,
      epochs: EpochRow.rows(
        of: fit.scores, cases.task.kind, combination: recipe.name, split: split.name))
    var probabilities: [Split.Part: [Double]] = [:]
    for part in Split.Part.allCases {
      let indices = split[part]
      let answers = try fit.answers(indices)
      probabilities[part] = answers.probabilities
      if part != .training, case .logits(let logits) = answers {
        outcome.logits += LogitsFile.rows(part, indices, cases, logits: logits)
      }
      outcome.results += try answers.evaluation(cases.labels(indices)).rows(
        combination: recipe.name, split: split.name, part: ResultPart(part))
    }
    func answers(_ part: Split.Part) -> (labels: [Bool], probabilities: [Double]) {
      (cases.labels(split[part]), probabilities[part] ?? [])
    }
    outcome.results += try FittedThresholdPart.rows(
      thresholdRule, validation: answers(.validation), test: answers(.test),
      combination: recipe.name, split: split.name)
    if fit.model?.answersForOneSide == true {
      outcome.results += try oneSided(fit, recipe, split)
    }
    return outcome
  }

  /// The scores on the test part where every case has its image alone, and where it has its text alone.
  private func oneSided(_ fit: Fit, _ recipe: any Recipe, _ split: Split) throws -> [ResultRow] {
    let cases = context.cases
    return try OneSidedPart.allCases.flatMap { part -> [ResultRow] in
      let lacks = part == .image ? cases.lacksImage : cases.lacksText
      let indices = split.test.filter { lacks?[$0] != true }
      guard !indices.isEmpty else { return [] }
      return try fit.answers(indices, hiding: part == .image ? .text : .image)
        .evaluation(cases.labels(indices))
        .rows(combination: recipe.name, split: split.name, part: .oneSided(part))
    }
  }
}
