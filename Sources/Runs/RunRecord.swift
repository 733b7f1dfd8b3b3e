import Basics
import Datasets
import Downloads
import Evaluation
import Foundation
import Studies

/// What the index keeps of a run's folder.
package struct RunRecord: Sendable, Equatable {
  /// How far a run is.
  package enum State: String, Sendable, CaseIterable {
    case finished
    /// Some cells are there, and no tables of all.
    case begun
    /// Something in its folder can't be read.
    case broken
  }

  /// The combination that does best on validation, and its score on test over the splits.
  package struct Score: Sendable, Equatable {
    package let combination: String
    package let metric: String
    package let mean: Double
    package let deviation: Double?
    package let splits: Int
  }

  /// The folder, absolute.
  package var path: String
  package var name = ""
  package var state = State.begun
  /// What can't be read; empty where nothing is wrong.
  package var problem = ""
  /// Seconds since 1970: when it began, and when it was finished.
  package var begun = 0.0
  package var finished: Double?
  package var cells = 0
  package var finishedCells = 0
  /// Seconds of all cells.
  package var seconds = 0.0
  /// Encoders and heads by name, each once.
  package var encoders: [String] = []
  /// The SHA-256 of what the data are, and of the splits.
  package var dataDigest = ""
  package var foldsDigest = ""
  /// Nil before there are tables, and where no combination has the metric on both subsets.
  package var best: Score?
  package var tags: [String] = []
  package var note = ""
  /// Sizes and times of what this was read from.
  package var stamp = ""

  /// What changes when a run's folder does; nil where it holds no comparison.
  ///
  /// A list of ten thousand runs asks for as many: one look at each file, and no text but the answer.
  package static func stamp(_ folder: String) -> String? {
    var path = folder
    path.reserveCapacity(folder.utf8.count + 16)
    func status(_ name: String) -> stat? {
      path.append("/")
      path.append(name)
      var status = stat()
      let found = path.withCString { stat($0, &status) == 0 }
      path.removeLast(name.count + 1)
      return found ? status : nil
    }
    guard let study = status("study.json"), status("folds.csv") != nil else { return nil }
    let files = [study, status("results.csv"), status(RunNote.fileName)]
    var stamp = ""
    for file in files {
      if !stamp.isEmpty { stamp.append(" ") }
      guard let file else {
        stamp.append("-")
        continue
      }
      stamp.append(String(file.st_size))
      stamp.append(":")
      stamp.append(String(file.st_mtim.tv_sec))
      stamp.append(".")
      stamp.append(String(file.st_mtim.tv_nsec))
    }
    return stamp
  }

  /// Whether a folder holds a comparison.
  package static func isRun(_ folder: String) -> Bool {
    var status = stat()
    return stat("\(folder)/study.json", &status) == 0 && stat("\(folder)/folds.csv", &status) == 0
  }

  /// Reads a run's folder; what can't be read is its `problem`.
  package init(reading folder: String) {
    path = folder
    stamp = RunRecord.stamp(folder) ?? ""
    name = URL(fileURLWithPath: folder).lastPathComponent
    do { try read() } catch {
      state = .broken
      problem = errorSentence(error)
    }
  }

  init(path: String) { self.path = path }

  private mutating func read() throws {
    let study = try JSONValue.parse(contentsOf: "\(path)/study.json")
    let root = try study.object().members
    func member(_ key: String) -> JSONValue? { root.first { $0.key == key }?.value }
    if let title = try member("name")?.string() { name = title }
    var seen: Set<String> = []
    encoders = try ["image", "text"].flatMap { try RunRecord.named(member($0), "encoder") }
    encoders += try RunRecord.named(member("fusion"), "head")
    encoders = encoders.filter { seen.insert($0).inserted }
    begun = RunRecord.time("\(path)/study.json") ?? 0
    dataDigest = (try? sha256(ofFile: "\(path)/data-digest.csv")) ?? ""
    foldsDigest = try sha256(ofFile: "\(path)/folds.csv")
    let kept = try RunNote(folder: path)
    (tags, note) = (kept.tags, kept.note)
    // Runs of earlier versions have none.
    let isPlanned = FileManager.default.fileExists(atPath: "\(path)/\(StudyPlan.fileName)")
    let plan = isPlanned ? try StudyPlan(run: path) : nil
    if let plan {
      cells = plan.cells.count
      finishedCells = try CellWatch(plan, run: path).done
    }
    let results = "\(path)/results.csv"
    guard FileManager.default.fileExists(atPath: results) else { return }
    let rows = try ResultsFile.read(results)
    best = try RunRecord.best(rows, plan, path)
    let timings = try CSVTable(path: "\(path)/timings.csv")
    let column = try timings.column("seconds")
    let times = (0..<timings.rowCount).compactMap { Double(timings[$0, column]) }
    seconds = times.reduce(0, +)
    // Without a plan the tables hold all cells.
    if cells == 0 { (cells, finishedCells) = (times.count, times.count) }
    // Tables may be of an earlier moment than the cells.
    if finishedCells == cells, times.count >= cells {
      state = .finished
      finished = RunRecord.time(results)
    }
  }

  /// The values of a key in one object or a list of them, where an encoder or head may also be a plain name.
  private static func named(_ value: JSONValue?, _ key: String) throws -> [String] {
    guard let value else { return [] }
    if case .array(let items) = value.content { return try items.flatMap { try named($0, key) } }
    if case .string(let name) = value.content { return [name] }
    let members = try value.object().members
    guard let found = members.first(where: { $0.key == key })?.value else { return [] }
    if case .array(let names) = found.content { return try names.map { try $0.string() } }
    return [try found.string()]
  }

  /// As the report's first sentence chooses: by validation, so that the score on test is none that was chosen.
  private static func best(_ rows: [ResultRow], _ plan: StudyPlan?, _ folder: String) throws
    -> Score?
  {
    let known = Set(rows.map(\.metric))
    guard let metric = try ScoreMetric.chief(of: folder, plan, among: known) else { return nil }
    let summaries = ResultSummary.summaries(of: rows.filter { $0.metric == .score(metric) })
    let apart = Set(StudyTables.baselineNames + (plan?.fittedOnValidation ?? []))
    let rivals = summaries.filter {
      $0.subset == .validation && $0.mean != nil && !apart.contains($0.combination)
    }
    let chosen = rivals.max { first, second in
      let (low, high) = metric.higherIsBetter ? (first, second) : (second, first)
      return (low.mean ?? 0) < (high.mean ?? 0)
    }
    guard let chosen,
      let test = summaries.first(where: {
        $0.subset == .test && $0.combination == chosen.combination
      }), let mean = test.mean
    else { return nil }
    return Score(
      combination: chosen.combination, metric: metric.rawValue, mean: mean,
      deviation: test.standardDeviation, splits: test.values.count)
  }

  private static func time(_ path: String) -> Double? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec)
  }
}
