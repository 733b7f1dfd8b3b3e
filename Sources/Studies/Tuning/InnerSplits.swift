import Basics
import Datasets
import Evaluation
import Training
import Tuning

/// Where the trials of a split are trained and scored: inside its training and validation subsets.
struct InnerSplits {
  /// A division of one trial; its `test` is what the trial is scored on, and holds no tested case of the split.
  let splits: [Split]
  /// Whether trials are scored on the validation subset itself, on which the training selects its epoch, too.
  let scoresValidation: Bool

  /// - Parameters:
  ///   - split: what the study trains and tests on.
  ///   - scoring: where trials are scored.
  ///   - study: says what is kept together.
  ///   - cases: all cases.
  /// - Throws: `ZooError` where the training subset can't be divided so often.
  init(
    of split: Split, _ scoring: TuningSpecification.Scoring, _ study: StudySpecification,
    _ cases: StudyCases
  ) throws {
    switch scoring {
    case .validation:
      guard !split.validation.isEmpty else {
        throw ZooError(
          .badValue, "\(split.name) has no validation subset that trials could be scored on",
          at: study.tuning?.place,
          advice: "set \"validation\" in \"folds\", or \"scoredOn\": {\"folds\": 3} in \"tuning\"")
      }
      var inner = split
      inner.test = []
      (splits, scoresValidation) = ([inner], true)
    case .folds(let count):
      var plan = study.folds
      plan.kind = .folds(count: count, repeats: 1)
      plan.validationFraction = 0
      plan.needsEveryLabel = false
      let own = cases.set.with(cases: split.training.map { cases.set.cases[$0] }, leftOut: [])
      splits = try plan.splits(of: own).enumerated().map { index, fold in
        Split(
          name: SplitName.inner(split.name, index + 1), index: index, repeatIndex: 0,
          training: fold.training.map { split.training[$0] }, validation: split.validation,
          test: fold.test.map { split.training[$0] })
      }
      scoresValidation = false
    }
  }

  /// The cases that a trial on one of the splits is scored on.
  func scored(_ inner: Split) -> [Int] { scoresValidation ? inner.validation : inner.test }
}
