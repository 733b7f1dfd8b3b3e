import Basics
import Foundation
import Studies

/// The processes that make a comparison's cells beside each other on this machine.
struct LocalJobs {
  let folder: String
  let count: Int
  let progress: ProgressReporter

  /// The folder of what they say, in the run's.
  private static let logs = "jobs"
  /// Microseconds between two looks at them.
  private static let pause: UInt32 = 200_000

  /// A process, and the file of what it says.
  private struct Job {
    let number: Int
    let process: Process
    let log: String
  }

  /// Starts them, tells of each cell that is finished, and waits until none is left to do.
  ///
  /// A process that is killed is told of; the others make its cells. One that ends with an error ends all.
  ///
  /// - Throws: `ZooError` with the sentence of a process that failed; `Interrupted`.
  func run(_ plan: StudyPlan) throws {
    var watch = try CellWatch(plan, run: folder)
    guard watch.left > 0 else { return }
    try watch.learn()
    let count = min(count, watch.left)
    progress.line(
      "\(count) processes of \(plan.threads == 1 ? "1 thread" : "\(plan.threads) threads") make"
        + " \(watch.left) cells; what they say is in \(folder)/\(Self.logs)")
    try AtomicFile.makeFolder("\(folder)/\(Self.logs)")
    var jobs: [Job] = []
    defer { for job in jobs where job.process.isRunning { job.process.waitUntilExit() } }
    do {
      for number in 1...count { jobs.append(try start(number, plan)) }
      progress.begin("cells", total: plan.cells.count)
      progress.expect(secondsLeft: watch.secondsLeft(workers: count))
      progress.advance(by: plan.cells.count - watch.left)
      var (killed, rows) = (Set<Int>(), WorkerRows())
      while jobs.contains(where: \.process.isRunning) {
        try Interruption.check()
        try tell(&watch)
        for job in jobs where !job.process.isRunning { try see(job, &killed) }
        try show(jobs, plan, &rows)
        usleep(Self.pause)
      }
      for job in jobs { try see(job, &killed) }
      try tell(&watch)
      progress.end()
    } catch {
      for job in jobs where job.process.isRunning { stop(job.process) }
      for job in jobs { job.process.waitUntilExit() }
      // What went wrong first is thrown.
      try? tell(&watch)
      progress.end()
      guard error is Interrupted else { throw error }
      throw Interrupted(
        "\(plan.cells.count - watch.left) of the \(plan.cells.count) cells are kept in \(folder); the same command"
          + " with --resume goes on")
    }
    guard watch.left == 0 else {
      throw ZooError(
        .system, "all \(count) processes ended before the last \(watch.left) cells were made",
        at: Place(path: "\(folder)/\(Self.logs)"),
        advice: "go on with --resume, and with fewer --jobs if the memory was too small")
    }
  }

  private func tell(_ watch: inout CellWatch) throws {
    for line in try watch.finished() {
      progress.line(line)
      progress.expect(secondsLeft: watch.secondsLeft(workers: min(count, max(1, watch.left))))
      progress.advance()
    }
  }

  /// What the processes are at, looked at once a second.
  private struct WorkerRows {
    var looked = ContinuousClock.now
    /// The cell of each process, and since when.
    var cells: [Int32: (name: String, since: ContinuousClock.Instant)] = [:]
  }

  /// Shows a line for each process: its cell, for how long, and what it said last.
  private func show(_ jobs: [Job], _ plan: StudyPlan, _ rows: inout WorkerRows) throws {
    let now = ContinuousClock.now
    guard progress.showsRows, now - rows.looked >= .seconds(1) else { return }
    rows.looked = now
    var running: [Int32: String] = [:]
    for (cell, state) in try CellState.all(of: plan, run: folder) {
      if case .running(_, let process) = state { running[process] = cell.name }
    }
    let texts = jobs.map { job -> String in
      let number = job.process.processIdentifier
      guard job.process.isRunning else { return "  \(job.number)  ended" }
      guard let name = running[number] else { return "  \(job.number)  waits or reads" }
      if rows.cells[number]?.name != name { rows.cells[number] = (name, now) }
      let seconds = rows.cells[number].map { (now - $0.since) / .seconds(1) } ?? 0
      return "  \(job.number)  \(name)  \(durationText(seconds))  \(lastLine(of: job))"
    }
    progress.rows(texts)
  }

  private func lastLine(of job: Job) -> String {
    guard let handle = FileHandle(forReadingAtPath: job.log) else { return "" }
    defer { try? handle.close() }
    let end = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: end > 400 ? end - 400 : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").last.map(String.init) ?? ""
  }

  private func start(_ number: Int, _ plan: StudyPlan) throws -> Job {
    let log = "\(folder)/\(Self.logs)/\(number).log"
    try AtomicFile.write("", to: log)
    guard let handle = FileHandle(forWritingAtPath: log) else {
      throw systemError("can't write", log)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: programPath())
    process.arguments = ["cell", folder, "--all"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = handle
    process.standardError = handle
    do { try process.run() } catch {
      throw ZooError(
        .system, "can't be started: \(systemReason(of: error))", at: Place(path: programPath()))
    }
    return Job(number: number, process: process, log: log)
  }

  /// Asks a process to stop at the next safe moment, unless the terminal did already.
  private func stop(_ process: Process) {
    let isInterrupted = Interruption.isRequested && isatty(STDIN_FILENO) == 1
    let number = process.processIdentifier
    if isInterrupted, getpgid(number) == getpgrp() { return }
    kill(number, SIGTERM)
  }

  /// Says once of a process that ended how, where that was no good end.
  private func see(_ job: Job, _ killed: inout Set<Int>) throws {
    guard job.process.terminationStatus != 0, !killed.contains(job.number) else { return }
    if job.process.terminationReason == .uncaughtSignal {
      killed.insert(job.number)
      let signal = job.process.terminationStatus
      progress.line(
        "process \(job.number) was ended by signal \(signal)"
          + (signal == SIGKILL ? " (where nobody sent it, the memory was too small)" : "")
          + ": the others make its cells")
      return
    }
    if job.process.terminationStatus == Program.Status.interrupted, Interruption.isRequested {
      throw Interrupted()
    }
    let said = (try? String(contentsOfFile: job.log, encoding: .utf8)) ?? ""
    let sentence = said.split(separator: "\n").last { $0.hasPrefix("zoo: ") }
    throw ZooError(
      .conflict,
      sentence.map { String($0.dropFirst("zoo: ".count)) }
        ?? "process \(job.number) ended with status \(job.process.terminationStatus)",
      advice: "what it said before is in \(job.log)")
  }
}
