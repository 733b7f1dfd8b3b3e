import Basics
import Datasets
import Downloads
import EncoderKit
import Foundation
import Studies
import Training

/// Predictions for many cases without labels, in batches: a table, and beside it a list of cases that were left out.
///
/// While it goes on `OUTPUT.partial` grows, and `OUTPUT.partial.json` tells how far it came; a stopped one goes on from
/// there and ends with the same bytes. Memory holds the table's bytes and one batch.
package struct PredictionRun {
  /// What a run did.
  package struct Outcome: Sendable, Equatable {
    /// Cases in the table.
    package let predicted: Int
    package let leftOut: Int
    /// The list of those that were left out; nil where none was.
    package let leftOutPath: String?
    /// What a person must know, in sentences.
    package let notes: [String]
  }

  /// Cases of a batch.
  package static let batchSize = 32
  /// Seconds between two notes of how far it came.
  private static let interval = 1.0

  let predictor: BatchPredictor
  let source: CaseSource
  let output: String
  let skipsBad: Bool
  let kernels: any Kernels
  /// Options that decide on numbers, by name.
  let options: [(key: String, value: String)]
  let progress: ProgressReporter

  package init(
    _ predictor: BatchPredictor, source: CaseSource, output: String, skipsBad: Bool,
    options: [(key: String, value: String)], kernels: any Kernels, progress: ProgressReporter
  ) {
    self.predictor = predictor
    self.source = source
    self.output = output
    self.skipsBad = skipsBad
    self.options = options
    self.kernels = kernels
    self.progress = progress
  }

  private var partial: String { "\(output).partial" }
  private var statePath: String { "\(output).partial.json" }
  private var leftOutPartial: String { "\(output).left-out.partial" }
  private var leftOutPath: String {
    (output.lowercased().hasSuffix(".csv") ? String(output.dropLast(4)) : output) + ".left-out.csv"
  }

  /// Predicts every case that a stopped run has not, and moves the table into place.
  ///
  /// - Throws: `ZooError` where something else is there, the run there is another one, a case can't be used and
  ///   bad ones are not to be skipped; `Interrupted`.
  package func run(resumes: Bool) throws -> Outcome {
    let parent = (output as NSString).deletingLastPathComponent
    let name = (output as NSString).lastPathComponent
    let lock = try FileLock("\(parent.isEmpty ? "." : parent)/.\(name).lock") {
      throw ZooError(
        .conflict, "another zoo is writing this table", at: Place(path: output),
        advice: "wait until it has ended, or choose another --output")
    }
    let outcome = try runAlone(resumes: resumes)
    _ = consume lock
    return outcome
  }

  private func runAlone(resumes: Bool) throws -> Outcome {
    let identity = try identity()
    let begun = try PredictionState(path: statePath)
    if let begun {
      guard resumes else {
        throw ZooError(
          .conflict, "a prediction that was stopped is already there", at: Place(path: partial),
          advice: "go on with it by --resume, or choose another --output")
      }
      try begun.check(identity, at: statePath)
      if begun.done == source.count { return try finish(begun, notes: []) }
    }
    try OutputPlace.checkFile(
      output,
      advice: resumes && begun == nil
        ? "no stopped prediction lies beside it: if this one has ended, nothing is left to do; for another, choose another --output"
        : "choose another --output")
    if begun == nil { try OutputPlace.checkFile(leftOutPath) }
    for note in source.notes { progress.note(note) }
    var tally = ReadingTally(predictor.model)
    let done = try predictAll(begun ?? PredictionState(identity: identity), &tally)
    let start =
      begun.map { ["of the cases from the \($0.done + 1)th on, as this run went on: "] } ?? [""]
    let notes = tally.notes.map { start[0] + $0 }
    for note in notes { progress.note(note) }
    return try finish(done, notes: source.notes + notes)
  }

  /// What the bytes of the table depend on.
  private func identity() throws -> [(key: String, value: String)] {
    let files = ModelFiles.names(in: predictor.folder)
    return [
      ("zoo", programVersion), ("kernels", kernels.name), ("kernel library", kernels.library),
      ("OpenBLAS core", Compute.blasCore), ("threads", "\(Compute.threads)"),
      ("batch", "\(Self.batchSize)"), ("skip-bad", skipsBad ? "yes" : "no"),
      ("cases", try source.digest), ("count of cases", "\(source.count)"),
    ] + options + (try files.map { ($0, try sha256(ofFile: "\(predictor.folder)/\($0)")) })
  }

  private func predictAll(_ begun: PredictionState, _ tally: inout ReadingTally) throws
    -> PredictionState
  {
    var state = begun
    var table = try GrowingFile(partial, size: state.bytes)
    var left = try GrowingFile(leftOutPartial, size: state.leftOutBytes)
    let rows = PredictionTable(model: predictor.model)
    if state.bytes == 0 { try table.append(CSVWriter(columns: rows.columns).text) }
    if state.leftOutBytes == 0 {
      try left.append(CSVWriter(columns: LeftOutRow.columns).text)
    }
    func keep(_ state: PredictionState) throws {
      try table.flush()
      try left.flush()
      try state.write(to: statePath)
    }
    progress.begin("predicting", total: source.count)
    progress.advance(by: state.done)
    defer { progress.end() }
    (state.bytes, state.leftOutBytes) = (table.size, left.size)
    try keep(state)
    var kept = ContinuousClock.now
    while state.done < source.count {
      guard !Interruption.isRequested else {
        try keep(state)
        throw Interrupted(
          "\(state.done) of the \(source.count) cases are kept beside \(output); the same command with"
            + " --resume goes on")
      }
      let batch = state.done..<min(source.count, state.done + Self.batchSize)
      do { state.leftOut += try predict(batch, rows, &table, &left, &tally) } catch {
        // What is behind it was written whole.
        try keep(state)
        throw error
      }
      (state.done, state.bytes, state.leftOutBytes) = (batch.upperBound, table.size, left.size)
      if ContinuousClock.now - kept > .seconds(Self.interval) {
        try keep(state)
        kept = .now
      }
      progress.advance(
        by: batch.count, note: state.leftOut > 0 ? "\(state.leftOut) left out" : nil)
    }
    try keep(state)
    return state
  }

  /// Predicts one batch; how many of its cases were left out.
  private func predict(
    _ batch: Range<Int>, _ rows: PredictionTable, _ table: inout GrowingFile,
    _ left: inout GrowingFile, _ tally: inout ReadingTally
  ) throws -> Int {
    var (items, faults): ([Case], [LeftOutRow]) = ([], [])
    for index in batch {
      do { items.append(try source.item(index)) } catch let error as ZooError {
        faults.append(LeftOutRow(id: source.identifier(index), error: error))
      }
    }
    var readings: [BatchPredictor.Reading] = []
    var used: [Case] = []
    for (item, result) in zip(items, try predictor.readings(of: items)) {
      switch result {
      case .success(let reading):
        readings.append(reading)
        used.append(item)
      case .failure(let error) where error.code == .system: throw error
      case .failure(let error): faults.append(LeftOutRow(id: item.id, error: error))
      }
    }
    if !skipsBad, let first = faults.first { throw first.refusal(of: faults.count, source) }
    var text = CSVWriter(columns: rows.columns)
    for (item, logits) in zip(used, try predictor.logits(readings)) {
      text.append(rows.row(item.id, logits))
    }
    var list = CSVWriter(columns: LeftOutRow.columns)
    for fault in faults { list.append(fault.fields) }
    for (item, reading) in zip(used, readings) { tally.add(item, reading) }
    try table.append(text.rows)
    try left.append(list.rows)
    return faults.count
  }

  /// Moves what was written into place; it can be stopped at any point and done again.
  private func finish(_ state: PredictionState, notes: [String]) throws -> Outcome {
    if state.leftOut > 0 {
      if FileManager.default.fileExists(atPath: leftOutPartial) {
        guard rename(leftOutPartial, leftOutPath) == 0 else {
          throw systemError("can't write", leftOutPath)
        }
      }
    } else {
      unlink(leftOutPartial)
    }
    if FileManager.default.fileExists(atPath: partial) {
      guard rename(partial, output) == 0 else { throw systemError("can't write", output) }
    }
    unlink(statePath)
    return Outcome(
      predicted: state.done - state.leftOut, leftOut: state.leftOut,
      leftOutPath: state.leftOut > 0 ? leftOutPath : nil, notes: notes)
  }
}
