import Basics
import Datasets
import Downloads
import EncoderKit
import Evaluation
import Foundation
import Registry
import Training
import Tuning

/// Searches for the settings of cells, and makes them with what was chosen.
///
/// A search sees the training and validation subsets of its split alone. That of a multimodal cell changes its fusion;
/// its encoders are those of their own cells, which were searched for as long.
struct CellTuner {
  let study: StudySpecification
  let tuning: TuningSpecification
  var runner: CellRunner
  /// How many splits the study has.
  let splitCount: Int
  /// The run's cells.
  let finished: FinishedCells
  /// Name and SHA-256 of the specification without the number of trials.
  let specification: [String: String]

  /// The folder of the trials in a run's.
  static let folderName = "trials"
  /// The folder of a cell's model with the specification's own settings, which untuned multimodal models start from.
  static let untunedName = "untuned"

  /// A finished cell, and what it would have been without a search.
  struct Outcome {
    var outcome: CellRunner.Outcome
    /// Nil without a search.
    let tuning: CellTuning?
    /// The model with the specification's own settings; nil where that was chosen, or nothing starts from it.
    let untuned: TrainedModel?
    /// The seconds of trials, or parts of them, that processes before have made.
    let secondsBefore: Double

    init(
      _ outcome: CellRunner.Outcome, tuning: CellTuning? = nil, untuned: TrainedModel? = nil,
      secondsBefore: Double = 0
    ) {
      (self.outcome, self.tuning, self.untuned) = (outcome, tuning, untuned)
      self.secondsBefore = secondsBefore
    }
  }

  private var context: RecipeContext { runner.context }
  private var progress: ProgressReporter { context.session.progress }
  private var metric: ScoreMetric { tuning.metric ?? study.metric(for: context.cases.set) }

  /// Searches, and makes the cell with the chosen settings; its scores also hold those of its own settings on the test
  /// subset.
  ///
  /// - Parameters:
  ///   - combination: as the specification has it.
  ///   - split: what it is trained and tested on.
  ///   - isHeld: whether the cell is still this process's; it is asked before each trial.
  ///   - part: the folder of a part's cell.
  /// - Throws: `ZooError`, or `Interrupted`; finished trials are kept, and how far the last one came.
  /// - Returns: nil where the cell was taken over by another process.
  func run(
    _ combination: Combination, _ split: Split, isHeld: () -> Bool, part: (String) throws -> String
  ) throws -> Outcome? {
    let side = TunedSide(combination: combination)
    let (registry, cases) = (context.session.registry, context.cases)
    let isFixed = try learnsOnScored(combination)
    if isFixed {
      progress.note(
        "\(combination.head.name): its weights are learnt on validation, where trials are scored, so nothing was"
          + " searched for; \"scoredOn\": {\"folds\": 3} in \"tuning\" would")
    }
    let space = try isFixed ? SearchSpace([]) : tuning.space(of: combination)
    let own = side.own(space)
    let usable = cases.usable(split, combination.recipe.reads)
    let inner = try InnerSplits(of: usable, tuning.scoring, study, cases)
    let places = Dictionary(
      uniqueKeysWithValues: try combination.recipe.parts.map { ($0, try part($0)) })
    let series = try series(
      combination.name, split, space, own, inputs: finished.inputs(of: combination, split))
    let innerParts = InnerParts(self, split, keptIn: keptFolder(series, "parts"))
    guard
      let (trials, secondsBefore) = try trials(
        series, title: "\(split.name) \(combination.name): trials", isHeld: isHeld,
        { settings, context in
          let tried = try side.combination(with: settings, registry: registry)
          return try score(inner) { split, indices in
            let fit = try tried.recipe.fit(split, context) { name in
              split.name == usable.name
                ? try TrainedModel.read(
                  from: "\(places[name] ?? "")/model", registry: registry, readsCases: false)
                : try innerParts.model(name, split, context)
            }
            return try fit.answers(indices)
          }
        })
    else { return nil }
    let best = Trial.best(of: trials, higherIsBetter: metric.higherIsBetter) ?? trials[0]
    let tuned = CellTuning(chosen: best.number, own: own, trials: trials)
    // Of the chosen settings, and not of others; the time of the trials is theirs.
    context.checkpoints?.begin("trial-\(best.number)")
    var outcome = try runner.run(
      side.combination(with: best.settings, registry: registry).recipe, split
    ) { "\(places[$0] ?? "")/model" }
    let untuned = try self.untuned(combination, split, isChosen: best.number == 1, outcome, places)
    outcome.results += untuned.rows
    return Outcome(
      outcome, tuning: tuned, untuned: untuned.model, secondsBefore: secondsBefore)
  }

  /// Whether its head learns from the very cases that trials are scored on, so that nothing can be chosen there.
  private func learnsOnScored(_ combination: Combination) throws -> Bool {
    guard combination.image != nil, combination.text != nil, tuning.scoring == .validation else {
      return false
    }
    let head = combination.head
    return try context.session.registry.fusionHead(head.head, at: head.place).description.learnsOn
      == .validation
  }

  /// Where the trainings of a trial of a series, or of its parts, are kept while they go on: apart from those of a search
  /// of the same name for something else.
  private func keptFolder(_ series: TrialSeries, _ name: String) -> String {
    "\(series.folder)/kept-\(series.fingerprint.prefix(16))/\(name)"
  }

  /// Runs a series, each trial with its progress and its notes kept to itself: those of the chosen settings are told
  /// when the cell is made.
  ///
  /// - Returns: the trials, and the seconds of them that processes before have made; nil where the cell was taken over.
  private func trials(
    _ series: TrialSeries, title: String, isHeld: () -> Bool,
    _ evaluate: ([String: JSONValue], RecipeContext) throws -> (Double, Double)
  ) throws -> (trials: [Trial], secondsBefore: Double)? {
    struct TakenOver: Error {}
    let total: Int? = if case .trials(let count) = series.budget { count } else { nil }
    let outer = progress
    let quiet = context.telling(
      ProgressReporter { event in
        guard case .stage(let name, let done, let total, _) = event else { return }
        outer.advance(by: 0, note: "\(name) \(done)\(total.map { "/\($0)" } ?? "")")
      })
    outer.begin(title, total: series.space.isEmpty ? 1 : total)
    defer { outer.end() }
    var (made, secondsBefore): (Set<Int>, Double) = ([], 0)
    do {
      let trials = try series.run { settings, watch in
        try Interruption.check()
        guard isHeld() else { throw TakenOver() }
        made.insert(watch.number)
        var context = quiet
        let kept = TrainingCheckpoints(folder: keptFolder(series, "\(watch.number)"))
        context.checkpoints = kept
        defer {
          watch.secondsBefore = kept.secondsBefore
          secondsBefore += kept.secondsBefore
        }
        context.watch = { score in
          guard score.subset == .validation else { return }
          try watch.see(epoch: score.epoch, loss: score.logLoss)
        }
        return try evaluate(settings, context)
      } replaced: { number in
        outer.line(
          "\(title): those from \(number) on are made anew; what is there is damaged, or of other encoders"
        )
      } finished: { trials in
        if let last = trials.last {
          if !made.contains(last.number) { secondsBefore += last.seconds }
          try? FileManager.default.removeItem(atPath: keptFolder(series, "\(last.number)"))
        }
        let best = Trial.best(of: trials, higherIsBetter: metric.higherIsBetter)?.value
        outer.advance(note: "best \(metric.title) \(NumberText.metric(best))")
      }
      removeKept(series)
      return (trials, secondsBefore)
    } catch is TakenOver { return nil }
  }

  /// Removes what was kept within the trainings of a series that has ended, and of others of its name.
  private func removeKept(_ series: TrialSeries) {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: series.folder)) ?? []
    for name in entries where name.hasPrefix("kept-") {
      try? FileManager.default.removeItem(atPath: "\(series.folder)/\(name)")
    }
  }

  /// What a trial is worth: the mean over the inner splits, and the mean log loss, which decides between equal ones.
  private func score(_ inner: InnerSplits, answers: (Split, [Int]) throws -> Answers) throws -> (
    Double, Double
  ) {
    var (values, losses): ([Double], [Double]) = ([], [])
    for split in inner.splits {
      let indices = inner.scored(split)
      let (value, loss) = try scored(indices, answers(split, indices), split)
      values.append(value)
      losses.append(loss)
    }
    return (mean(values) ?? 0, mean(losses) ?? 0)
  }

  private func scored(_ indices: [Int], _ answers: Answers, _ split: Split) throws -> (
    Double, Double
  ) {
    let result = try context.cases.task.evaluation(indices, answers)
    guard let value = result[metric] else {
      throw ZooError(
        .badValue,
        "trials can't be chosen by \(metric.title): it is undefined on the \(indices.count) cases that \(split.name)"
          + " scores them on, such as where all have one answer", at: tuning.place,
        advice:
          "set \"metric\": \"\(ScoreMetric.logLoss.rawValue)\" in \"tuning\", or keep more cases for validation"
      )
    }
    return (value, result[.logLoss] ?? 0)
  }

  /// The test scores of the specification's own settings, from parts with their own settings, and the model that others
  /// start from.
  private func untuned(
    _ combination: Combination, _ split: Split, isChosen: Bool, _ outcome: CellRunner.Outcome,
    _ parts: [String: String]
  ) throws -> (rows: [ResultRow], model: TrainedModel?) {
    func own(_ place: String) -> String? {
      let path = "\(place)/\(Self.untunedName)"
      return FileManager.default.fileExists(atPath: path) ? path : nil
    }
    if isChosen, parts.values.allSatisfy({ own($0) == nil }) {
      return (Self.untunedRows(outcome.results), nil)
    }
    let checkpoints = context.checkpoints
    var context = context.telling(ProgressReporter { _ in })
    context.variant = Self.untunedName
    context.checkpoints = checkpoints
    let plain = CellRunner(context, like: runner)
    let places = parts.mapValues { own($0) ?? "\($0)/model" }
    let found = try plain.run(combination.recipe, split) { places[$0] ?? "" }
    let isPart = combination.recipe.parts.isEmpty && !study.images.isEmpty && !study.texts.isEmpty
    return (Self.untunedRows(found.results), isPart ? found.model : nil)
  }

  /// The test rows of a model with the specification's own settings, as they stand beside those of the chosen ones.
  static func untunedRows(_ results: [ResultRow]) -> [ResultRow] {
    results.filter { $0.subset == .test }.map { row in
      var row = row
      row.subset = .untuned
      return row
    }
  }

  /// The trials of a combination, or of a baseline, on a split.
  private func series(
    _ name: String, _ split: Split, _ space: SearchSpace, _ own: [String: JSONValue],
    inputs: [String: String]
  ) throws -> TrialSeries {
    let all = inputs.merging(specification) { _, other in other }
    let lines = all.keys.sorted().map { "\($0) \(all[$0] ?? "")" }
    let searches = splitCount * (study.combinations.count + (study.readsTexts ? 1 : 0))
    return TrialSeries(
      folder: try FolderName.trials(name, split: split.name, in: finished.folder), space: space,
      own: own,
      sampler: tuning.sampler, halving: tuning.halving, budget: tuning.budget(searches: searches),
      higherIsBetter: metric.higherIsBetter,
      random: RandomStream(seed: study.seed).derived("tuning").derived(split.name).derived(name),
      fingerprint: try sha256(of: ([split.name, name] + lines).joined(separator: "\n")))
  }

  /// The baseline of the words, searched for as long as the combinations.
  func baseline(_ split: Split, name: String) throws -> (options: TextBaseline.Options, CellTuning)
  {
    let cases = context.cases
    let space = try tuning.baselineSpace()
    let own: [String: JSONValue] = [
      "inverseStrength": 1.0, "bigrams": false, "minimumDocuments": 1,
    ]
    let usable = cases.usable(split, [.text])
    let inner = try InnerSplits(of: usable, tuning.scoring, study, cases)
    func evaluate(_ settings: [String: JSONValue], _: RecipeContext) throws -> (Double, Double) {
      try score(inner) { split, indices in
        let model = try TextBaseline(
          training: split.training.map { cases.words[$0] },
          answers: cases.task.answers(split.training), options: .init(settings))
        return .probabilities(model.probabilities(indices.map { cases.words[$0] }))
      }
    }
    let trials =
      try trials(
        series(name, split, space, own, inputs: finished.inputs),
        title: "\(split.name) \(name): trials",
        isHeld: { true }, evaluate)?.trials ?? []
    let best = Trial.best(of: trials, higherIsBetter: metric.higherIsBetter) ?? trials[0]
    return (
      try TextBaseline.Options(best.settings),
      CellTuning(chosen: best.number, own: own, trials: trials)
    )
  }
}

extension TextBaseline.Options {
  /// The options with settings of the baseline's space in place of the usual ones.
  ///
  /// - Throws: `ZooError` for a value that is none.
  init(_ settings: [String: JSONValue]) throws {
    self.init()
    if let value = settings["inverseStrength"] { inverseStrength = try value.number() }
    if let value = settings["bigrams"] { usesBigrams = try value.boolean() }
    if let value = settings["minimumDocuments"] { minimumDocuments = try value.integer() }
  }
}
