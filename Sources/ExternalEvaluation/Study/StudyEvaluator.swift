import Basics
import Datasets
import Downloads
import Evaluation
import Foundation
import Studies
import Training

/// Evaluates the models of a comparison on one of its study's external data sets.
///
/// Below the run's `external/NAME` every split has the folder that `zoo evaluate` would write for its models;
/// `summary.json` beside them holds the means over the splits with their drops. A split whose folder is whole, and was
/// made of the same models and cases, is kept.
package struct StudyEvaluator: ExternalEvaluator {
  private static let place = "external"
  private static let summaryName = "summary.json"
  /// Of each bootstrap.
  private let resamples: Int

  package init(resamples: Int = 2000) { self.resamples = resamples }

  package func evaluate(
    _ item: ExternalSpecification, _ set: CaseSet, of run: FinishedComparison
  ) throws -> ReportExternal {
    let data = try ExternalData(item, set)
    let root = "\(Self.place)/\(try FolderName.ofID(item.name))"
    var settings = EvaluationSettings()
    settings.resamples = resamples
    (settings.seed, settings.rule) = (run.seed, run.rule)
    var warnings: [String] = []
    for split in run.splits {
      try Interruption.check()
      warnings += try evaluation(of: split, data, run, settings, to: "\(root)/\(split)")
    }
    let pages = run.splits.map { (split: $0, path: "\(root)/\($0)/evaluation.html") }
    settings.dataName = item.name
    run.session.progress.begin("drops on \(item.name)", total: run.combinations.count)
    defer { run.session.progress.end() }
    var rows: [(combination: String, figures: [ReportExternal.Figure])] = []
    var ensembles: [String: JSONValue] = [:]
    for combination in run.combinations {
      try Interruption.check()
      if let answers = try PooledAnswers(combination, data, run, folder: "\(run.folder)/\(root)") {
        rows.append((combination, answers.figures(settings)))
        ensembles[combination] = object(answers.ensembles.map { ($0.label, $0.ensemble.json) })
      }
      run.session.progress.advance()
    }
    let report = ReportExternal(
      name: item.name, description: data.description, cases: data.cases.count,
      patients: data.patientCount, isSynthetic: data.isSynthetic, rows: rows, pages: pages,
      warnings: warnings)
    try AtomicFile.write(
      report.json(settings, splits: run.splits, ensembles: ensembles).text() + "\n",
      to: "\(run.folder)/\(root)/\(Self.summaryName)")
    return report
  }

  /// Evaluates the models of one split, or finds that done; the warnings of its `evaluation.json`.
  private func evaluation(
    of split: String, _ data: ExternalData, _ run: FinishedComparison,
    _ settings: EvaluationSettings, to path: String
  ) throws -> [String] {
    let folder = "\(run.folder)/\(path)"
    let inputs = try inputs(of: split, data, run)
    if let digests = try? FileDigests.read(folder: folder) {
      let fault = try digests.foreignInput(inputs) ?? digests.damage(in: folder)
      guard let fault else { return try Self.warnings(in: folder) }
      run.session.progress.note("\(path) was made anew: \(fault)")
    }
    // What a stopped evaluation left, or one of other models.
    if FileManager.default.fileExists(atPath: folder) {
      try FileManager.default.removeItem(atPath: folder)
    }
    let search = ModelSearch(run.session.registry, split: split, rule: run.rule)
    let (models, _) = try search.models([run.folder])
    let results = try EvaluationRun(
      models: models, data: [data], settings: settings, skipsBad: run.skipsBad,
      kernels: run.session.kernels, progress: run.session.progress
    ).run()
    try AtomicFile.makeFolder("\(run.folder)/\(Self.place)")
    try results.write(to: folder)
    let names = try folderEntries(folder).sorted()
    try FileDigests(of: names, in: folder, inputs: inputs).write(to: folder)
    return try Self.warnings(in: folder)
  }

  /// What the evaluation of a split is made from.
  private func inputs(of split: String, _ data: ExternalData, _ run: FinishedComparison) throws
    -> [String: String]
  {
    var inputs = [
      "cases": try sha256(of: data.fingerprint), "resamples": "\(resamples)",
      "groups": data.groups.map(\.attribute).joined(separator: ","), "zoo": programVersion,
    ]
    for combination in run.combinations {
      let cell = try FolderName.cell(combination, split: split, in: run.folder)
      for name in ["model/model.safetensors", LogitsFile.fileName]
      where FileManager.default.fileExists(atPath: "\(cell)/\(name)") {
        inputs["\(combination) \(name)"] = try sha256(ofFile: "\(cell)/\(name)")
      }
    }
    return inputs
  }

  private static func warnings(in folder: String) throws -> [String] {
    var root = try JSONValue.parse(contentsOf: "\(folder)/evaluation.json").object()
    return try root.strings("warnings") ?? []
  }
}

extension ExternalData {
  /// All of its cases that figures depend on; of pictures path, size and time of the file.
  fileprivate var fingerprint: String {
    zip(cases, clusters).map { item, cluster in
      [
        item.id, item.label ?? "", item.findings.joined(separator: "|"),
        item.unknownFindings.joined(separator: "|"), item.text ?? "", "\(cluster)",
        item.images.map { image in
          "\(image.path) \(FileStamp.of(image.path) ?? "")" + (image.view.map { " \($0)" } ?? "")
        }.joined(separator: "\u{1E}"),
      ].joined(separator: "\u{1F}")
    }.joined(separator: "\n")
      + groups.map { "\n" + $0.names.map { $0 ?? "" }.joined(separator: "\u{1F}") }.joined()
  }
}
