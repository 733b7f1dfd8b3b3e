import Basics
import Foundation
import Studies

/// The runs that this user knows, found again quickly: an SQLite file that is made from the runs' folders and holds
/// nothing of its own.
///
/// A folder that changed is read anew when the index is asked. SQLite's files belong on a disk of the machine's own.
package final class RunIndex {
  private let database: Database
  /// Of what is in the file.
  private static let version = 1.0

  /// What runs are looked for by; nil and empty ask for all.
  package struct Filter: Sendable, Equatable {
    /// A part of name or path, or with `*` and `?` a pattern of the whole name.
    package var pattern: String?
    package var tag: String?
    /// A pattern of the name of an encoder or head.
    package var encoder: String?
    /// How the digest of the data begins.
    package var data: String?
    package var state: RunRecord.State?

    package init() {}
  }

  /// The user's: `encoderzoo/runs.sqlite` in `XDG_DATA_HOME`, else in `~/.local/share`.
  ///
  /// - Throws: `ZooError` of code `.notFound` where neither is an absolute path.
  package static func standard() throws -> RunIndex {
    let environment = ProcessInfo.processInfo.environment
    for (variable, tail) in [("XDG_DATA_HOME", ""), ("HOME", "/.local/share")] {
      guard let base = environment[variable], base.hasPrefix("/") else { continue }
      return try RunIndex("\(base)\(tail)/encoderzoo/runs.sqlite")
    }
    throw ZooError(
      .notFound,
      "no folder for the index of runs: neither XDG_DATA_HOME nor HOME is an absolute path",
      advice: "set XDG_DATA_HOME to a folder that can be written")
  }

  /// Opens an index; one of another version is made anew over the runs that it knew.
  ///
  /// - Throws: `ZooError` of code `.system` where the file can't be made, or is no index.
  package init(_ path: String) throws {
    try AtomicFile.makeFolder(parentFolder(of: path))
    database = try Database(path)
    if RunIndex.isCurrent(database) { return }
    try database.transaction {
      // Another process may have made it meanwhile.
      if RunIndex.isCurrent(database) { return }
      let known = (try? database.rows("SELECT path FROM runs")) ?? []
      try database.run(
        """
        DROP TABLE IF EXISTS runs; DROP TABLE IF EXISTS version;
        CREATE TABLE version (number REAL);
        INSERT INTO version VALUES (\(RunIndex.version));
        CREATE TABLE runs (path TEXT PRIMARY KEY, name TEXT, state TEXT, problem TEXT, begun REAL,
          finished REAL, cells REAL, done REAL, seconds REAL, encoders TEXT, data TEXT, folds TEXT,
          best TEXT, tags TEXT, note TEXT, stamp TEXT);
        """)
      for case .text(let path)? in known.map(\.first) { try write(RunRecord(reading: path)) }
    }
  }

  private static func isCurrent(_ database: Database) -> Bool {
    guard let row = try? database.rows("SELECT number FROM version").first else { return false }
    return row == [.number(version)]
  }

  /// Reads a run's folder into the index.
  ///
  /// - Throws: `ZooError` of code `.notFound` where it holds no comparison.
  @discardableResult
  package func add(_ folder: String) throws -> RunRecord {
    let path = URL(fileURLWithPath: folder).standardizedFileURL.path
    guard RunRecord.isRun(path) else {
      throw ZooError(
        .notFound, "holds no comparison (study.json and folds.csv)", at: Place(path: folder))
    }
    let record = RunRecord(reading: path)
    try write(record)
    return record
  }

  /// Reads every run below a folder into the index.
  ///
  /// Links are not followed, and runs are not looked for within runs.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  /// - Returns: what was found.
  package func scan(_ folder: String) throws -> [RunRecord] {
    let root = URL(fileURLWithPath: folder).standardizedFileURL.path
    guard FileManager.default.fileExists(atPath: root) else {
      throw ZooError(.notFound, "no such folder", at: Place(path: folder))
    }
    var found: [RunRecord] = []
    var open = [root]
    while let next = open.popLast() {
      try Interruption.check()
      if RunRecord.isRun(next) {
        found.append(RunRecord(reading: next))
        continue
      }
      let names = (try? FileManager.default.contentsOfDirectory(atPath: next)) ?? []
      for name in names.sorted(by: >) where !name.hasPrefix(".") {
        var status = stat()
        let path = "\(next)/\(name)"
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { open.append(path) }
      }
    }
    try database.transaction { for record in found { try write(record) } }
    return found
  }

  /// Deletes a run's folder; links in it are not followed.
  ///
  /// - Throws: `ZooError` of code `.conflict` while a command works there or a process makes a cell, `.notFound` where it
  ///   holds no comparison.
  package static func delete(_ folder: String) throws {
    guard RunRecord.isRun(folder) else {
      throw ZooError(.notFound, "holds no comparison; nothing was deleted", at: Place(path: folder))
    }
    try OutputPlace.locked(folder) {
      let states =
        try (try? StudyPlan(run: folder)).map { try CellState.all(of: $0, run: folder) } ?? []
      let running = states.first { if case .running = $0.state { true } else { false } }
      if let running {
        throw ZooError(
          .conflict, "nothing was deleted: \(running.cell.name) is \(running.state.text)",
          at: Place(path: folder), advice: "stop it, or wait for it")
      }
      do { try FileManager.default.removeItem(atPath: folder) } catch {
        throw ZooError(
          .system, "can't be deleted whole: \(systemReason(of: error))", at: Place(path: folder))
      }
    }
  }

  /// Forgets runs; their folders stay.
  ///
  /// - Throws: `ZooError` of code `.system`.
  package func forget(_ paths: [String]) throws {
    try database.transaction {
      for path in paths { try database.rows("DELETE FROM runs WHERE path = ?", [.text(path)]) }
    }
  }

  /// Runs that were found.
  package struct Found: Sendable {
    /// By their beginning, the newest first.
    package var runs: [RunRecord] = []
    /// Folders that are not there any more.
    package var gone: [String] = []
    /// How many more there are than were asked for.
    package var left = 0
  }

  /// Runs by their beginning, the newest first; folders that changed are read anew, and those that are gone are given
  /// apart.
  ///
  /// - Parameters:
  ///   - filter: what is looked for.
  ///   - limit: how many at most; without a filter no others are looked at.
  /// - Throws: `ZooError` of code `.system`, or `Interrupted`.
  /// - Returns: what was found, and how many more there are.
  package func runs(_ filter: Filter = Filter(), limit: Int? = nil) throws -> Found {
    var found = Found()
    var changed: [RunRecord] = []
    let isWhole = filter == Filter()
    var select = "SELECT \(RunIndex.columns) FROM runs ORDER BY begun DESC, path"
    if let limit, isWhole {
      select += " LIMIT \(limit)"
      let count = try database.rows("SELECT count(*) FROM runs").first?.first
      if case .number(let number)? = count { found.left = max(0, Int(number) - limit) }
    }
    for (kept, stamp) in try RunIndex.looked(database.rows(select)) {
      guard let stamp else {
        found.gone.append(kept.path)
        continue
      }
      // Cells of one that is not finished come without a change of these files.
      guard kept.stamp != stamp || kept.state == .begun else {
        found.runs.append(kept)
        continue
      }
      let record = RunRecord(reading: kept.path)
      changed.append(record)
      found.runs.append(record)
    }
    if !changed.isEmpty {
      try database.transaction { for record in changed { try write(record) } }
    }
    if !isWhole { found.runs.removeAll { !RunIndex.matches($0, filter) } }
    if let limit, found.runs.count > limit {
      found.left = found.runs.count - limit
      found.runs.removeLast(found.left)
    }
    return found
  }

  /// The runs of rows with the stamps that their folders have now, looked at by all processors.
  ///
  /// - Throws: `Interrupted`.
  private static func looked(_ rows: [[Database.Value]]) throws -> [(RunRecord, String?)] {
    try mappedInPieces(rows) { row in
      let run = record(row)
      return (run, RunRecord.stamp(run.path))
    }
  }

  private static func matches(_ run: RunRecord, _ filter: Filter) -> Bool {
    if let pattern = filter.pattern {
      let isPattern = pattern.contains { "*?".contains($0) }
      let fits =
        isPattern
        ? fnmatch(pattern, run.name, 0) == 0
        : [run.name, run.path].contains { $0.range(of: pattern, options: .caseInsensitive) != nil }
      if !fits { return false }
    }
    if let tag = filter.tag, !run.tags.contains(tag) { return false }
    if let encoder = filter.encoder, !run.encoders.contains(where: { fnmatch(encoder, $0, 0) == 0 })
    {
      return false
    }
    if let data = filter.data, !run.dataDigest.hasPrefix(data) { return false }
    return filter.state.map { run.state == $0 } ?? true
  }

  private static let columns =
    "path, name, state, problem, begun, finished, cells, done, seconds, encoders, data, folds, best,"
    + " tags, note, stamp"

  private func write(_ run: RunRecord) throws {
    let best = run.best.map { score in
      [
        score.combination, score.metric, "\(score.mean)", score.deviation.map { "\($0)" } ?? "",
        "\(score.splits)",
      ].joined(separator: "\t")
    }
    try database.rows(
      "INSERT OR REPLACE INTO runs (\(RunIndex.columns)) VALUES (\(Array(repeating: "?", count: 16).joined(separator: ", ")))",
      [
        .text(run.path), .text(run.name), .text(run.state.rawValue), .text(run.problem),
        .number(run.begun), run.finished.map { .number($0) } ?? .null, .number(Double(run.cells)),
        .number(Double(run.finishedCells)), .number(run.seconds),
        .text(run.encoders.joined(separator: "\n")), .text(run.dataDigest),
        .text(run.foldsDigest), .text(best ?? ""),
        .text(run.tags.joined(separator: "\n")), .text(run.note), .text(run.stamp),
      ])
  }

  private static func record(_ row: [Database.Value]) -> RunRecord {
    func text(_ index: Int) -> String { if case .text(let text) = row[index] { text } else { "" } }
    func number(_ index: Int) -> Double? {
      if case .number(let number) = row[index] { number } else { nil }
    }
    func lines(_ index: Int) -> [String] {
      let whole = text(index)
      return whole.isEmpty ? [] : whole.split(separator: "\n").map(String.init)
    }
    var run = RunRecord(path: text(0))
    (run.name, run.problem) = (text(1), text(3))
    run.state = RunRecord.State(rawValue: text(2)) ?? .broken
    (run.begun, run.finished) = (number(4) ?? 0, number(5))
    (run.cells, run.finishedCells) = (Int(number(6) ?? 0), Int(number(7) ?? 0))
    run.seconds = number(8) ?? 0
    run.encoders = lines(9)
    (run.dataDigest, run.foldsDigest) = (text(10), text(11))
    let fields = text(12).split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    if fields.count == 5, let mean = Double(fields[2]), let splits = Int(fields[4]) {
      run.best = RunRecord.Score(
        combination: fields[0], metric: fields[1], mean: mean, deviation: Double(fields[3]),
        splits: splits)
    }
    (run.tags, run.note, run.stamp) = (lines(13), text(14), text(15))
    return run
  }
}
