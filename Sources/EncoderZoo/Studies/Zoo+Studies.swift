import Basics
import ExternalEvaluation
import Registry
import Studies
import Training

extension Zoo {
  /// Checks a study as far as that goes without its cases: keys, ranges, names, whether encoders
  /// and heads fit each other.
  ///
  /// - Throws: `ZooError` with the place in the file, where it came from one.
  public func check(_ study: Study) throws { _ = try specification(study) }

  /// The names of a study's combinations, in the order in which results list them.
  ///
  /// - Throws: as ``check(_:)``.
  public func combinations(of study: Study) throws -> [String] {
    try specification(study).combinations.map(\.name)
  }

  /// Compares the combinations of a study over its folds, as `zoo compare` does.
  ///
  /// The folder gets tables, models and `report.html`. The work runs on a thread of its own;
  /// cancelling the task stops it at the next batch and keeps every finished cell, and `resumes`
  /// goes on from there.
  ///
  /// ```swift
  /// let results = try await zoo.compare(study, folder: "run") { event in
  ///   if case .note(let text) = event { print(text) }
  /// }
  /// for name in results.combinations {
  ///   let auroc = results.summary(.auroc, of: name)
  ///   print(name, auroc?.mean ?? .nan, auroc?.interval ?? 0...1)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - study: what is compared.
  ///   - folder: where everything is written; new, empty, or with `resumes` this study's own.
  ///   - options: whether it goes on with a run, and with cases that can't be used.
  ///   - progress: is told how far the work is, by one thread at a time, in order.
  /// - Returns: the scores of every combination on every fold.
  /// - Throws: `ZooError` for a study, data or a folder that can't be used; `CancellationError`.
  public func compare(
    _ study: Study, folder: String, options: RunOptions = RunOptions(),
    progress: @escaping @Sendable (StudyProgress) -> Void = { _ in }
  ) async throws -> StudyResults {
    try await ComputeQueue.run {
      _ = try compare(
        specification(study), folder: folder, options: options, reporter: reporter(progress),
        command: "Zoo.compare")
      return try StudyResults(contentsOf: folder)
    }
  }

  /// Trains one model on all cases but those kept for validation and test, as `zoo train` does.
  ///
  /// The first division of the study's folds is used. Of both modalities the parts are kept beside
  /// the model, in `parts`.
  ///
  /// - Parameters:
  ///   - study: at most one image encoder, one text encoder and one fusion head.
  ///   - folder: where the model is written; new or empty, or one to go on with.
  ///   - options: whether cases that can't be used are left out, and whether a training that was stopped in the folder
  ///     goes on.
  ///   - progress: is told how far the work is, by one thread at a time, in order.
  /// - Returns: the folder, for ``model(_:sampleBits:)``, and the model's scores.
  /// - Throws: `ZooError` for a study, data or a folder that can't be used; `CancellationError`.
  public func train(
    _ study: Study, folder: String, options: RunOptions = RunOptions(),
    progress: @escaping @Sendable (StudyProgress) -> Void = { _ in }
  ) async throws -> StudyResults {
    try await ComputeQueue.run {
      _ = try train(
        specification(study), folder: folder, options: options, reporter: reporter(progress))
      return try StudyResults(contentsOf: folder)
    }
  }

  /// Compares on the calling thread; `command` is what the report says made it.
  ///
  /// - Throws: As the public one, and `Interrupted` where a signal asked to stop.
  /// - Returns: the lines that the command line prints.
  package func compare(
    _ study: StudySpecification, folder: String, options: RunOptions, reporter: ProgressReporter,
    command: String
  ) throws -> [String] {
    try studyRun(study, folder: folder, reporter: reporter, command: command)
      .run(resumes: options.resumes, skipsBad: options.skipsUnusableCases)
  }

  /// A comparison in its folder, which nothing is done with yet.
  ///
  /// - Throws: `ZooError` for kernels that this build or machine has not got.
  package func studyRun(
    _ study: StudySpecification, folder: String, reporter: ProgressReporter, command: String
  ) throws -> StudyRun {
    StudyRun(
      study: study, folder: folder, session: try session(reporter), command: command,
      evaluator: StudyEvaluator())
  }

  /// Trains on the calling thread.
  ///
  /// - Throws: As the public one, and `Interrupted` where a signal asked to stop.
  /// - Returns: the lines that the command line prints.
  package func train(
    _ study: StudySpecification, folder: String, options: RunOptions, reporter: ProgressReporter
  ) throws -> [String] {
    try TrainingRun(
      study: study, folder: folder, session: session(reporter)
    ).run(resumes: options.resumes, skipsBad: options.skipsUnusableCases)
  }

  private func session(_ reporter: ProgressReporter) throws -> Session {
    Session(registry: registry, kernels: try makeKernels(), progress: reporter)
  }

  private func reporter(
    _ progress: @escaping @Sendable (StudyProgress) -> Void
  ) -> ProgressReporter {
    ProgressReporter(observer: { progress(StudyProgress($0)) })
  }

  /// A study as runs read it.
  package func specification(_ study: Study) throws -> StudySpecification {
    try Zoo.specification(study, registry)
  }

  /// A study as runs read it, over the encoders of a registry.
  package static func specification(_ study: Study, _ registry: EncoderRegistry) throws
    -> StudySpecification
  {
    try StudySpecification(study.json.keyed(), folder: study.dataFolder, registry: registry)
  }
}
