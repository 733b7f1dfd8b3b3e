import Basics
import EncoderKit
import ExternalEvaluation
import Registry

extension Zoo {
  /// Asks what trained models are worth on other data, and writes `predictions.csv`, `evaluation.json` and
  /// `evaluation.html`.
  ///
  /// ```swift
  /// let lines = try zoo.evaluate(["run"], data: ["other/study.json"], folder: "elsewhere")
  /// ```
  ///
  /// - Parameters:
  ///   - models: folders of models or comparisons, and names of bundles; they share task and labels.
  ///   - data: studies (`.json`), whose data are read, and tables with labels.
  ///   - folder: a new folder.
  ///   - groups: columns whose groups are told apart, such as `sex`, `ageBand` and `view`.
  ///   - options: which bad cases are left out; a run can't be resumed.
  /// - Returns: the main figures, a line for each model on each data set.
  /// - Throws: `ZooError` that names the file and what is wrong with it; `CancellationError` in a cancelled task.
  @discardableResult
  public func evaluate(
    _ models: [String], data: [String], folder: String, groups: [String] = [],
    options: RunOptions = RunOptions()
  ) throws -> [String] {
    var reading = ExternalData.Reading()
    reading.groups = groups
    reading.skipsBad = options.skipsUnusableCases
    do {
      let results = try evaluate(
        models, data: data, reading: reading, choice: ([], nil, nil),
        settings: EvaluationSettings(),
        progress: ProgressReporter(mode: .quiet, write: { _ in }))
      try results.write(to: folder)
      return results.lines
    } catch is Interrupted where Task.isCancelled { throw CancellationError() }
  }

  /// The same with all settings, and nothing written.
  package func evaluate(
    _ names: [String], data: [String], reading: ExternalData.Reading,
    choice: (combinations: [String], split: String?, bits: Int?), settings: EvaluationSettings,
    progress: ProgressReporter
  ) throws -> EvaluationResults {
    let kernels = try makeKernels()
    let search = ModelSearch(
      registry, combinations: choice.combinations, split: choice.split, bits: choice.bits,
      rule: settings.rule)
    let (models, notes) = try search.models(names)
    for note in notes { progress.note(note) }
    let sets = try ExternalData.all(data, for: models, reading)
    let results = try EvaluationRun(
      models: models, data: sets, settings: settings, skipsBad: reading.skipsBad, kernels: kernels,
      notes: notes, progress: progress
    ).run()
    results.tell(progress)
    return results
  }
}
