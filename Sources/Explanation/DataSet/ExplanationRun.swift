import Basics
import Datasets
import Downloads
import Foundation
import Registry
import Studies
import Tensors
import Training

/// Explanations of many cases: a folder for each, and an index of them.
///
/// `run.json` tells what the explanations depend on, `cases/` holds a folder a case, each written whole
/// or not at all; `index.html` and `index.csv` come last.
package struct ExplanationRun {
  package let model: String
  package let selection: CaseSelection
  /// What a model of many findings is asked about; nil for a model of one question.
  package let finding: String?
  package let settings: ExplanationSettings
  package let folder: String
  package let registry: EncoderRegistry
  package let kernels: any Kernels
  package let progress: ProgressReporter

  package init(
    model: String, selection: CaseSelection, finding: String?, settings: ExplanationSettings,
    folder: String, registry: EncoderRegistry, kernels: any Kernels, progress: ProgressReporter
  ) {
    self.model = model
    self.selection = selection
    self.finding = finding
    self.settings = settings
    self.folder = folder
    self.registry = registry
    self.kernels = kernels
    self.progress = progress
  }

  /// Explains every case that has no folder yet, then writes the index.
  ///
  /// - Throws: `ZooError` when something else is there, the run is of other models, settings or cases,
  ///   or a case can't be explained; with `skipsBad` such cases are listed in the index. `Interrupted`.
  package func run(resumes: Bool, skipsBad: Bool) throws -> ExplanationIndex {
    try prepare(resumes: resumes)
    var rows: [ExplanationIndex.Row] = []
    var leftOut: [ExplanationIndex.LeftOut] = []
    let alike = FolderName.differingInCase(selection.groups.flatMap { $0.cases.map(\.id) })
    progress.begin("explaining", total: selection.count)
    defer { progress.end() }
    for group in selection.groups where !group.cases.isEmpty {
      let explainer = try Explainer(
        folder: group.model, finding: finding, registry: registry, kernels: kernels,
        settings: settings)
      for item in group.cases {
        try Interruption.check()
        progress.advance(note: item.id)
        do {
          rows.append(
            try row(
              of: item, by: explainer, split: group.split, marksCase: alike.contains(item.id)))
        } catch let error as ZooError where skipsBad && error.code != .system {
          leftOut.append(.init(id: item.id, reason: error.message))
        } catch let error as ZooError {
          throw ZooError(
            error.code, "the case \"\(item.id)\": \(error.message)",
            at: error.place ?? item.source,
            advice: error.code == .system
              ? error.advice : "repair it, or leave such cases out with --skip-bad")
        }
      }
    }
    let index = ExplanationIndex(
      model: model, description: selection.description, isSynthetic: selection.isSynthetic,
      cautions: selection.cautions, rows: rows, leftOut: leftOut)
    try index.write(to: folder)
    return index
  }

  private func row(
    of item: Case, by explainer: Explainer, split: String?, marksCase: Bool
  ) throws -> ExplanationIndex.Row {
    let place = try "cases/\(caseFolder(item.id, marksCase: marksCase))"
    let target = "\(folder)/\(place)"
    if !FileManager.default.fileExists(atPath: "\(target)/explanation.json") {
      let explanation = try explainer.explain(
        image: explainer.model.image == nil ? nil : item.imagePath,
        text: explainer.model.text == nil ? nil : item.text)
      try explanation.write(to: target, hasThumbnail: true)
    }
    let truth =
      finding.map { item.findings.contains($0) ? $0 : explainer.labels[0] } ?? item.label
    return try ExplanationIndex.Row(
      id: item.id, split: split, truth: truth, folder: place,
      explanation: "\(target)/explanation.json")
  }

  /// The folder of a case below `cases`; one that an earlier version made under a longer name stays.
  private func caseFolder(_ id: String, marksCase: Bool) throws -> String {
    let name = try FolderName.ofID(id, marksCase: marksCase)
    guard !marksCase, let earlier = FolderName.ofLongID(id), earlier != name,
      FileManager.default.fileExists(atPath: "\(folder)/cases/\(earlier)/explanation.json")
    else { return name }
    return earlier
  }

  /// Makes the folder, or sees that the run there is this one.
  private func prepare(resumes: Bool) throws {
    let path = "\(folder)/run.json"
    let text = try identity.text() + "\n"
    guard FileManager.default.fileExists(atPath: path) else {
      try OutputFolder.check(folder)
      try AtomicFile.makeFolder("\(folder)/cases")
      return try AtomicFile.write(text, to: path)
    }
    guard resumes else {
      throw ZooError(
        .conflict, "a run is already there", at: Place(path: folder),
        advice: "go on with it by --resume, or choose another --output")
    }
    guard try readFile(path) == Data(text.utf8) else {
      throw ZooError(
        .conflict, "the run was begun with other models, cases or settings", at: Place(path: path),
        advice: "give the same, or choose another --output")
    }
  }

  /// What the explanations depend on.
  private var identity: JSONValue {
    get throws {
      [
        "schema": 1, "finding": finding.map { JSONValue(.string($0)) } ?? nil,
        "settings": settings.identity,
        "kernels": JSONValue(.string(kernels.name)),
        "models": JSONValue(
          .array(
            try selection.groups.map { group in
              [
                "path": JSONValue(.string(group.model)),
                "sha256": JSONValue(
                  .string(try sha256(ofFile: "\(group.model)/model.safetensors"))),
                "cases": JSONValue(.array(group.cases.map { JSONValue(.string($0.id)) })),
              ]
            })),
      ]
    }
  }
}

extension ExplanationSettings {
  /// All that a map depends on, what `json` leaves out included.
  fileprivate var identity: JSONValue {
    [
      "explanation": json,
      "methods": JSONValue(.array(methods.map { JSONValue(.string($0.rawValue)) })),
      "baselines": JSONValue(.array(baselines.map { JSONValue(.string($0.rawValue)) })),
    ]
  }
}
