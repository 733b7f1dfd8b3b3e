import Basics
import Bundles
import Datasets
import Evaluation
import Foundation
import Studies
import Training

extension ModelRecord {
  private static let metrics: [ScoreMetric] = [
    .accuracy, .auroc, .sensitivity, .specificity, .logLoss,
  ]

  /// Reads what lies beside the model; nothing where there is neither a bundle nor a run.
  mutating func read(_ model: TrainedModel) throws {
    if BundleFolder.isBundle(folder) {
      try read(BundleFolder(folder).manifest, task: model.task)
    } else {
      try readRun(model)
    }
  }

  private mutating func read(_ manifest: BundleManifest, task: TaskKind) throws {
    name = "\(manifest.id) \(manifest.version)"
    thresholdRule = manifest.output.thresholdRule
    data = manifest.training.description
    isSynthetic = manifest.training.isSynthetic
    split = manifest.training.split
    cases = manifest.training.cases
    testCount = cases.count == Split.Subset.allCases.count ? cases[2] : 0
    // Figures over all splits of a comparison are of other models.
    let own = manifest.metrics.filter { $0.split == "\(manifest.training.split) test" }
    // Of all findings: as it is called today, or as it was.
    let ranks =
      positive.map { ["auroc of \($0)"] } ?? [ScoreMetric.macroAUROC.rawValue, "mean auroc"]
    let names: [(keys: [String], title: String)] =
      switch task {
      case .binary: Self.metrics.map { ([$0.rawValue], $0.title) }
      case .multiClass:
        [([ScoreMetric.accuracy.rawValue], Self.accuracyTitle), (ranks, Self.title(of: positive))]
      case .multiLabel: [(ranks, Self.title(of: positive))]
      }
    figures = names.compactMap { keys, title in
      own.first { keys.contains(FormerNames.metric($0.name)) }.map {
        Figure(name: title, value: $0.mean, interval: $0.interval)
      }
    }
  }

  private mutating func readRun(_ model: TrainedModel) throws {
    let files = FileManager.default
    var root = URL(fileURLWithPath: folder).standardizedFileURL
    let parent = root.deletingLastPathComponent().path
    for _ in 0..<4 where !files.fileExists(atPath: "\(root.path)/\(DataNote.fileName)") {
      root.deleteLastPathComponent()
    }
    guard files.fileExists(atPath: "\(root.path)/\(DataNote.fileName)") else { return }
    let isCell = files.fileExists(atPath: "\(parent)/scores.json")
    let place = isCell ? parent : folder
    guard files.fileExists(atPath: "\(place)/\(LogitsFile.fileName)") else { return }
    let note = try DataNote(folder: root.path)
    (data, isSynthetic, split) = (note.description, note.isSynthetic, note.splits.first?.name)
    if isCell {
      var scores = try JSONValue.parse(contentsOf: "\(parent)/scores.json").object()
      name = try scores.string("combination")
      split = try scores.string("split")
    }
    cases = note.splits.first { $0.name == split }?.counts ?? []
    // Figures that were changed since would be taken for the model's.
    if isCell { try FileDigests.check(folder: parent) }
    let rows = try LogitsFile.read(folder: place).filter { $0.subset == .test }
    switch model.task {
    case .binary: break
    case .multiClass:
      try LogitsFile.checkWhole(rows, classes: model.labels, folder: place)
      return readClasses(rows, count: model.labels.count)
    case .multiLabel: return readAreas(rows)
    }
    let evaluation = try BinaryEvaluation(
      labels: rows.map(\.isPositive), logits: rows.map(\.logit), threshold: model.threshold)
    testCount = rows.count
    figures = Self.metrics.compactMap { metric in
      evaluation[metric].map { value in
        let proportion = evaluation.counts.proportion(metric)
        let interval = proportion.map { exactProportionInterval($0.successes, of: $0.count) }
        return Figure(
          name: metric.title, value: value, interval: interval.map { $0.lower...$0.upper })
      }
    }
    let share = mean(rows.map { $0.isPositive ? 1 : 0 })
    commoner = share.map {
      Figure(name: model.labels[$0 > 0.5 ? 1 : 0], value: max($0, 1 - $0))
    }
  }

  /// The accuracy over all classes, and the AUROC of the class, or the mean of all classes'.
  private mutating func readClasses(_ rows: [LogitsFile.Row], count: Int) {
    readAreas(LogitsFile.againstRest(rows, classes: count))
    let cases = stride(from: 0, to: rows.count, by: count).map { rows[$0..<$0 + count] }
    testCount = cases.count
    let right = cases.count { own in
      own.max { $0.logit < $1.logit }?.isPositive ?? false
    }
    guard !cases.isEmpty else { return }
    let interval = exactProportionInterval(right, of: cases.count)
    figures.insert(
      Figure(
        name: Self.accuracyTitle, value: Double(right) / Double(cases.count),
        interval: interval.lower...interval.upper), at: 0)
  }

  /// The AUROC of the finding, or the mean of all findings' that have one.
  private mutating func readAreas(_ rows: [LogitsFile.Row]) {
    let asked = positive.map { name in rows.filter { $0.label == name } } ?? rows
    let areas = Dictionary(grouping: asked, by: \.label).sorted { $0.key < $1.key }
      .compactMap { auroc(labels: $1.map(\.isPositive), scores: $1.map(\.logit)) }
    testCount = positive == nil ? cases.last ?? 0 : asked.count
    figures =
      (mean(areas).map { Figure(name: Self.title(of: positive), value: $0) })
      .map { [$0] } ?? []
  }

  private static let accuracyTitle = "\(ScoreMetric.accuracy.title) over all classes"

  private static func title(of finding: String?) -> String {
    finding == nil ? "mean AUROC" : ScoreMetric.auroc.title
  }
}
