import Basics
import Datasets
import Downloads
import Evaluation
import Foundation
import Studies

/// A finished run as a tracking server keeps it: a run for each combination, and below it one for each split.
struct TrackedStudy {
  /// The tag that tells this version of this run.
  static let studyTag = "encoderzoo.run"
  /// The tag that tells a combination, or a split of it.
  static let keyTag = "encoderzoo.key"

  let title: String
  /// The SHA-256 of study, data, splits and scores.
  let digest: String
  private(set) var runs: [TrackedRun] = []
  /// What is sent beside numbers: settings, models.
  let content: Set<String>
  /// Names of metrics that the server would not take as they are, and what they became.
  private(set) var renamed: [(String, String)] = []
  /// Settings whose name or text was cut.
  private(set) var cut = 0

  /// What the name of a model's score ends in where a curve has the name.
  private static let selected = " selected"
  /// The tag that tells what was sent of a run beside its numbers.
  static let contentTag = "encoderzoo.content"

  /// Most bytes of a parameter's value, and of names.
  private static let longestValue = 6000
  private static let longestName = 250

  /// Reads a run's folder.
  ///
  /// - Parameters:
  ///   - folder: of a finished run.
  ///   - settings: of combinations, by their names.
  ///   - withModels: whether models are among the files.
  /// - Throws: `ZooError` for a file that can't be read.
  init(_ folder: String, settings: [String: JSONValue], withModels: Bool) throws {
    let record = RunRecord(reading: folder)
    guard record.state == .finished else {
      throw ZooError(
        .conflict,
        record.state == .broken
          ? "can't be read: \(record.problem)"
          : "has no tables of all its cells: \(record.finishedCells) of \(record.cells) are finished",
        at: Place(path: folder),
        advice: record.state == .broken
          ? nil : "zoo compare with --resume, or zoo cell and zoo merge, make them")
    }
    title = record.name
    content = Set((settings.isEmpty ? [] : ["settings"]) + (withModels ? ["models"] : []))
    let sources = ["study.json", "results.csv", "epochs.csv"]
    let parts =
      try sources.map { try sha256(ofFile: "\(folder)/\($0)") }
      + [record.dataDigest, record.foldsDigest]
    digest = try sha256(of: parts.joined(separator: "\n"))
    let results = try ResultsFile.read("\(folder)/results.csv")
    let epochs = try EpochsFile.read("\(folder)/epochs.csv")
    var names = MetricNames()
    names.add(results.map(\.trackedName) + epochs.map(\.trackedName))
    renamed = names.changed
    let timings = try Self.timings(folder)
    let end = Int((record.finished ?? 0) * 1000)
    let common = [
      (Self.studyTag, digest), (Self.contentTag, content.sorted().joined(separator: " ")),
      ("encoderzoo.data", record.dataDigest),
      ("encoderzoo.folds", record.foldsDigest), ("encoderzoo.study", record.name),
      ("mlflow.source.name", "zoo compare"), ("mlflow.source.type", "LOCAL"),
    ]
    for combination in unique(results.map(\.combination)) {
      var run = TrackedRun(name: combination, key: combination)
      (run.begun, run.ended) = (end, end)
      run.tags = common + [(Self.keyTag, combination)]
      if !record.note.isEmpty { run.tags.append(("mlflow.note.content", record.note)) }
      run.parameters = parameters(settings[combination])
      let own = results.filter { $0.combination == combination }
      run.metrics = Self.means(own, names)
      run.files = Self.studyFiles(folder)
      let curves = epochs.filter { $0.combination == combination }
      for split in unique(own.map(\.split)) {
        var child = TrackedRun(name: "\(combination) \(split)", key: "\(combination) [\(split)]")
        child.tags = common + [(Self.keyTag, child.key), ("encoderzoo.split", split)]
        child.parameters = [("split", split)]
        child.parameters += try ChosenSettings.of(combination, split: split, run: folder).map {
          parameter("chosen.\($0.key)", $0.value)
        }
        child.metrics = Self.metrics(
          own.filter { $0.split == split }, curves.filter { $0.split == split }, names)
        let cell = try FolderName.cell(combination, split: split, in: folder)
        child.ended = Self.time("\(cell)/scores.json") ?? end
        child.begun =
          child.ended - Int(1000 * (timings["\(combination)\n\(split)"] ?? 0))
        if withModels { child.files = try Self.files(below: "\(cell)/model", as: "model") }
        run.children.append(child)
      }
      run.begun = run.children.map(\.begun).min() ?? end
      runs.append(run)
    }
  }

  /// The settings of a combination as pairs of text.
  private mutating func parameters(_ settings: JSONValue?) -> [(String, String)] {
    guard let settings else { return [] }
    return RunDifference.values(settings).filter { $0.1 != "null" }.map { parameter($0.0, $0.1) }
  }

  /// A setting as the server takes it; what is longer is cut and counted.
  private mutating func parameter(_ key: String, _ value: String) -> (String, String) {
    let name = MetricNames.allowed(key)
    let isLong = value.utf8.count > Self.longestValue
    if isLong || name.count > Self.longestName { cut += 1 }
    // A character has four bytes at most, but for those of several scalars.
    return (
      String(name.prefix(Self.longestName)),
      isLong ? String(value.unicodeScalars.prefix(Self.longestValue / 4)) : value
    )
  }

  /// Means and deviations over the splits.
  private static func means(_ rows: [ResultRow], _ names: MetricNames) -> [TrackedRun.Metric] {
    ResultSummary.summaries(of: rows).flatMap { summary -> [TrackedRun.Metric] in
      let name = names["\(summary.subset.rawValue)/\(summary.metric.rawValue)"]
      return [(" mean", summary.mean), (" sd", summary.standardDeviation)].compactMap {
        suffix, value in
        value.map { TrackedRun.Metric(name: name + suffix, step: 0, value: $0) }
      }
    }
  }

  /// A split's curves, and its scores at the last epoch.
  private static func metrics(_ results: [ResultRow], _ epochs: [EpochRow], _ names: MetricNames)
    -> [TrackedRun.Metric]
  {
    let last = epochs.map(\.epoch).max() ?? 0
    let curves = epochs.compactMap { row in
      row.value.map {
        TrackedRun.Metric(name: names[row.trackedName], step: row.epoch, value: $0)
      }
    }
    // The model is that of the epoch which was chosen: its scores are none of the last one's curve.
    let drawn = Set(epochs.map(\.trackedName))
    return curves
      + results.compactMap { row in
        let name = names[row.trackedName]
        return row.value.map {
          TrackedRun.Metric(
            name: drawn.contains(row.trackedName) ? name + selected : name, step: last, value: $0)
        }
      }
  }

  private static func studyFiles(_ folder: String) -> [TrackedRun.File] {
    ["study.json", "results.csv", "results.json", "epochs.csv", "folds.csv", "report.html"]
      .filter { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
      .map { TrackedRun.File(path: "\(folder)/\($0)", name: $0) }
  }

  /// The files of a folder, in the order of their names; links are not followed.
  private static func files(below folder: String, as name: String) throws -> [TrackedRun.File] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return []
    }
    return try names.sorted().flatMap { entry -> [TrackedRun.File] in
      var status = stat()
      let path = "\(folder)/\(entry)"
      guard lstat(path, &status) == 0 else { return [] }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: return try files(below: path, as: "\(name)/\(entry)")
      case S_IFREG: return [TrackedRun.File(path: path, name: "\(name)/\(entry)")]
      default: return []
      }
    }
  }

  private static func timings(_ folder: String) throws -> [String: Double] {
    let table = try CSVTable(path: "\(folder)/timings.csv")
    let columns = try ["combination", "split", "seconds"].map(table.column)
    return Dictionary(
      (0..<table.rowCount).compactMap { row in
        Double(table[row, columns[2]]).map {
          ("\(table[row, columns[0]])\n\(table[row, columns[1]])", $0)
        }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// When a file was written, in milliseconds since 1970.
  private static func time(_ path: String) -> Int? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1_000_000
  }
}

/// Each once, in the order in which they come.
private func unique(_ names: [String]) -> [String] {
  var seen: Set<String> = []
  return names.filter { seen.insert($0).inserted }
}

extension ResultRow {
  fileprivate var trackedName: String { "\(subset.rawValue)/\(metric.rawValue)" }
}

extension EpochRow {
  fileprivate var trackedName: String { "\(subset.rawValue)/\(metric.rawValue)" }
}
