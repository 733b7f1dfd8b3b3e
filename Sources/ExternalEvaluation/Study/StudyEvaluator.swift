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
  private static let summaryName = "summary.json"
  /// Of each bootstrap.
  private let resamples: Int

  package init(resamples: Int = 2000) { self.resamples = resamples }

  package func evaluate(
    _ item: ExternalSpecification, _ set: CaseSet, of run: FinishedComparison
  ) throws -> ReportExternal {
    let data = try ExternalData(item, set)
    let root = try item.folder()
    var settings = EvaluationSettings()
    settings.resamples = resamples
    (settings.seed, settings.rule) = (run.seed, run.rule)
    var (warnings, notes) = (SplitSentences(), SplitSentences())
    for split in run.splits {
      try Interruption.check()
      let said = try evaluation(of: split, data, run, settings, to: "\(root)/\(split)")
      warnings.add(said.warnings)
      notes.add(said.notes)
    }
    for sentence in notes.sentences + warnings.sentences { run.session.progress.note(sentence) }
    let pages = run.splits.map { (split: $0, path: "\(root)/\($0)/evaluation.html") }
    settings.dataName = item.name
    run.session.progress.begin("drops on \(item.name)", total: run.combinations.count)
    defer { run.session.progress.end() }
    var rows: [(combination: String, figures: [ReportExternal.Figure])] = []
    var ensembles: [String: JSONValue] = [:]
    let predictions = try run.splits.map {
      try SplitPredictions(folder: "\(run.folder)/\(root)/\($0)", run.task, run.labels, of: data)
    }
    let patients = try DataDigest.read(folder: run.folder)?.patients ?? [:]
    for combination in run.combinations {
      try Interruption.check()
      if let answers = try PooledAnswers(
        combination, predictions, of: data, run, patients: patients)
      {
        rows.append((combination, answers.figures(settings)))
        ensembles[combination] = object(answers.ensembles.map { ($0.label, $0.ensemble.json) })
      }
      run.session.progress.advance()
    }
    let report = ReportExternal(
      name: item.name, description: data.description, cases: data.cases.count,
      patients: data.patientCount, isSynthetic: data.isSynthetic, rows: rows, pages: pages,
      warnings: warnings.sentences)
    try AtomicFile.write(
      report.json(settings, run, ensembles: ensembles).text() + "\n",
      to: "\(run.folder)/\(root)/\(Self.summaryName)")
    return report
  }

  package func check(_ item: ExternalSpecification, _ set: CaseSet) throws -> [String] {
    let data = try ExternalData(item, set)
    for (attribute, names) in data.groups where names.allSatisfy({ $0 == nil }) {
      throw ZooError(
        .badValue, "\(item.name): \"\(attribute)\" of \"groups\" is known of none of the cases",
        at: Place(path: data.path), advice: "take it out of \"groups\", or name another column")
    }
    return data.notes
  }

  /// Evaluates the models of one split, or finds that done; what its `evaluation.json` says of that split alone.
  private func evaluation(
    of split: String, _ data: ExternalData, _ run: FinishedComparison,
    _ settings: EvaluationSettings, to path: String
  ) throws -> (warnings: [String], notes: [String]) {
    let folder = "\(run.folder)/\(path)"
    let inputs = try inputs(of: split, data, run)
    if let digests = try? FileDigests.read(folder: folder) {
      let fault = try digests.foreignInput(inputs) ?? digests.damage(in: folder)
      guard let fault else { return try Self.sentences(in: folder) }
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
    try AtomicFile.makeFolder((folder as NSString).deletingLastPathComponent)
    try results.write(to: folder)
    let names = try folderEntries(folder).sorted()
    try FileDigests(of: names, in: folder, inputs: inputs).write(to: folder)
    return try Self.sentences(in: folder)
  }

  /// What the evaluation of a split is made from.
  private func inputs(of split: String, _ data: ExternalData, _ run: FinishedComparison) throws
    -> [String: String]
  {
    var inputs = [
      "cases": try sha256(of: data.fingerprint), "resamples": "\(resamples)",
      "groups": data.groups.map(\.attribute).joined(separator: ","), "zoo": programVersion,
      // Files of version 1 do not hold all that was said.
      "evaluation": "2",
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

  /// Warnings and notes of an evaluation's file but those of the data, which are said before anything is trained.
  private static func sentences(in folder: String) throws -> (
    warnings: [String], notes: [String]
  ) {
    var root = try JSONValue.parse(contentsOf: "\(folder)/evaluation.json").object()
    let warnings = try root.required("results").array().flatMap { value in
      var result = try value.object()
      return try result.strings("warnings") ?? []
    }
    let known = try Set(
      root.required("data").array().flatMap { value in
        var set = try value.object()
        return try set.strings("notes") ?? []
      })
    return (warnings, (try root.strings("notes") ?? []).filter { !known.contains($0) })
  }
}

extension ExternalData {
  /// All of its cases that figures depend on; of pictures the SHA-256 of the file.
  fileprivate var fingerprint: String {
    zip(cases, clusters).map { item, cluster in
      [
        item.id, item.label ?? "", item.findings.joined(separator: "|"),
        item.unknownFindings.joined(separator: "|"), item.text ?? "", "\(cluster)",
        // Its time would be another where it was written just before: then a stamp tells nothing.
        item.images.map { image in
          (image.picture?.file ?? image.path) + (image.view.map { " \($0)" } ?? "")
        }.joined(separator: "\u{1E}"),
      ].joined(separator: "\u{1F}")
    }.joined(separator: "\n")
      + groups.map { "\n" + $0.names.map { $0 ?? "" }.joined(separator: "\u{1F}") }.joined()
  }
}
