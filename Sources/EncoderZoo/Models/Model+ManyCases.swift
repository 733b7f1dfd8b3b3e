import Basics
import Datasets
import ExternalEvaluation
import Studies
import Training

extension Model {
  /// Predictions for many cases, written to a table.
  ///
  /// ```swift
  /// let count = try model.predict(cases: "cases.csv", output: "predictions.csv").predicted
  /// ```
  ///
  /// - Parameters:
  ///   - table: a table with a row for each case; its columns are called as in the model's study, or `id`,
  ///     `image` and `text`.
  ///   - output: a new file; docs/evaluate.md tells its columns.
  ///   - skipsUnusableCases: whether cases that can't be used are left out, and listed beside the table, in place of
  ///     stopping.
  ///   - resumes: whether a prediction that was stopped is gone on with.
  /// - Returns: how many cases were predicted, and how many left out.
  /// - Throws: `ZooError` with file and line; `CancellationError` in a cancelled task, after which a
  ///   call with `resumes` goes on.
  @discardableResult
  public func predict(
    cases table: String, output: String, skipsUnusableCases: Bool = false, resumes: Bool = false
  ) throws -> (predicted: Int, leftOut: Int) {
    do {
      let outcome = try predict(
        cases: table, images: nil, columns: CSVColumns(), table: TableOptions(), output: output,
        resumes: resumes, skipsBad: skipsUnusableCases,
        progress: ProgressReporter(mode: .quiet, write: { _ in }))
      return (outcome.predicted, outcome.leftOut)
    } catch is Interrupted where Task.isCancelled { throw CancellationError() }
  }

  /// The same with all settings; without a table the images of a folder are the cases.
  package func predict(
    cases: String?, images: String?, columns given: CSVColumns, table options: TableOptions,
    output: String, resumes: Bool, skipsBad: Bool, progress: ProgressReporter
  ) throws -> PredictionRun.Outcome {
    let predictor = predictor()
    var used: [(key: String, value: String)] = [
      ("bits", sampleBits.map(String.init) ?? "as the model says"),
      ("precision", zoo.configuration.precision.rawValue),
    ]
    let source: CaseSource
    if let cases {
      let chosen = try CaseColumns(
        given: given, study: CaseColumns.ofStudy(above: folder),
        header: CSVTable(path: cases, dialect: options.dialect).columns, model: predictor.model,
        path: cases)
      if let note = chosen.note { progress.note(note) }
      let columns = chosen.columns
      used += [
        ("ids", columns.id ?? "row numbers"), ("images", columns.images ?? columns.image ?? "none"),
        ("texts", columns.text ?? "none"), ("image folder", images ?? "the table's"),
        ("missing", options.missing?.joined(separator: "|") ?? "not said"),
      ]
      if let view = columns.view { used.append(("views", view)) }
      source = .table(
        try CaseRows(path: cases, columns: columns, imageRoot: images, options: options),
        path: cases)
    } else {
      source = try .images(in: images ?? ".")
      guard predictor.model.image != nil else {
        throw ZooError(
          .usage, "the model reads no images", at: Place(path: folder),
          advice: "give its texts in a table: --cases FILE")
      }
      used.append(("image folder", images ?? "."))
    }
    return try PredictionRun(
      predictor, source: source, output: output, skipsBad: skipsBad, options: used,
      kernels: kernels, progress: progress
    ).run(resumes: resumes)
  }
}
