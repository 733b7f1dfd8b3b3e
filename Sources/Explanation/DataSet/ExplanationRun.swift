import Basics
import Datasets
import Evaluation
import Foundation
import Registry
import Studies
import Tensors
import Training

/// Explanations of many cases: a folder for each, and an index of them.
///
/// `run.json` tells what the explanations depend on, `cases/` holds a folder a case, each written whole
/// or not at all with the SHA-256 of its files and of what was explained; `index.html` and `index.csv` come
/// last.
package struct ExplanationRun {
  package let model: String
  package let selection: CaseSelection
  /// What a model of many findings or classes is asked about; nil for what it answers to each case, and for a
  /// model of one question.
  package let finding: String?
  /// The finding or class that it is explained in contrast to; nil for itself.
  package let other: String?
  package let settings: ExplanationSettings
  package let folder: String
  package let registry: EncoderRegistry
  package let kernels: any Kernels
  package let progress: ProgressReporter

  package init(
    model: String, selection: CaseSelection, finding: String?, against other: String? = nil,
    settings: ExplanationSettings, folder: String, registry: EncoderRegistry, kernels: any Kernels,
    progress: ProgressReporter
  ) {
    self.model = model
    self.selection = selection
    self.finding = finding
    self.other = other
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
    try OutputPlace.locked(folder) { try runAlone(resumes: resumes, skipsBad: skipsBad) }
  }

  private func runAlone(resumes: Bool, skipsBad: Bool) throws -> ExplanationIndex {
    try check(resumes: resumes)
    // A model that can't be asked is refused before anything is written.
    for group in selection.groups where !group.cases.isEmpty { _ = try explainer(of: group) }
    try begin()
    do { return try explainAll(skipsBad: skipsBad) } catch let error as ZooError {
      withdraw()
      throw error
    }
  }

  private func explainer(of group: CaseSelection.Group) throws -> Explainer {
    try Explainer(
      folder: group.model, finding: finding, against: other, followsAnswer: true,
      registry: registry, kernels: kernels, settings: settings)
  }

  private func explainAll(skipsBad: Bool) throws -> ExplanationIndex {
    var rows: [ExplanationIndex.Row] = []
    var leftOut: [ExplanationIndex.LeftOut] = []
    var pictures = PictureRemarks()
    let alike = FolderName.differingInCase(selection.groups.flatMap { $0.cases.map(\.id) })
    progress.begin("explaining", total: selection.count)
    defer { progress.end() }
    var notes = TextNotes()
    var records: [ModelRecord] = []
    for group in selection.groups where !group.cases.isEmpty {
      let explainer = try explainer(of: group)
      let record = try explainer.record()
      records.append(record)
      notes.add(group.cases, readBy: explainer.model)
      for item in group.cases {
        progress.advance(note: item.id)
        do {
          try Interruption.check()
          rows.append(
            try row(
              of: item, by: explainer, record, split: group.split,
              marksCase: alike.contains(item.id),
              &pictures))
        } catch is Interrupted {
          throw Interrupted(
            "\(rows.count) of the \(selection.count) cases are kept in \(folder); the same command with"
              + " --resume goes on")
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
    for note in pictures.notes { progress.note(note) }
    let warned = rows.count { $0.warnings > 0 }
    if warned > 0 {
      progress.note(
        "\(warned) of \(rows.count) explanations have warnings, which stand on their pages; index.csv "
          + "counts them.")
    }
    let index = ExplanationIndex(
      model: model, description: selection.description, isSynthetic: selection.isSynthetic,
      warnings: selection.warnings + notes.told(to: progress), rows: rows, leftOut: leftOut,
      records: records)
    try index.write(to: folder)
    return index
  }

  private func row(
    of item: Case, by explainer: Explainer, _ record: ModelRecord, split: String?,
    marksCase: Bool, _ pictures: inout PictureRemarks
  ) throws -> ExplanationIndex.Row {
    let place = try "cases/\(caseFolder(item.id, marksCase: marksCase))"
    let target = "\(folder)/\(place)"
    if try !isFinished(item, target) {
      let (images, text) = (
        explainer.model.image?.reduced(item).images ?? [],
        explainer.model.text == nil ? nil : item.text
      )
      let explanation = try explainer.explain(images: images, text: text, record: record)
      try explanation.write(
        to: target, hasThumbnail: true, inputs: ExplanationRun.digests(images, text: text))
      if let picture = explanation.picture { pictures.add(picture) }
      for view in explanation.views.dropFirst() { pictures.add(view.picture) }
    }
    let task = explainer.model.task
    return try ExplanationIndex.Row(
      id: item.id, split: split, task: task, folder: place,
      explanation: "\(target)/explanation.json"
    ) { positive in task == .multiLabel ? item.truth(of: positive) : item.label }
  }

  /// The folder of a case below `cases`; one that an earlier version made under a longer name stays.
  func caseFolder(_ id: String, marksCase: Bool) throws -> String {
    let name = try FolderName.ofID(id, marksCase: marksCase)
    guard !marksCase, let earlier = FolderName.ofLongID(id), earlier != name,
      FileManager.default.fileExists(atPath: "\(folder)/cases/\(earlier)/explanation.json")
    else { return name }
    return earlier
  }
}
