import Foundation
import TestSupport
import Testing

/// A Slurm of two nodes on this machine.
struct LocalSlurm {
  let folder: String

  static let script = packageFile("scripts/local-slurm.sh")

  /// Starts it, runs `body`, and stops it.
  static func running(_ body: (LocalSlurm) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let started = try ProgramRunner.run(shell: "\(script) start \(folder)/slurm")
      defer { _ = try? ProgramRunner.run(shell: "\(script) stop \(folder)/slurm") }
      try #require(started.status == 0, "\(started.error)")
      try body(LocalSlurm(folder: "\(folder)/slurm"))
    }
  }

  var environment: [String: String] { ["SLURM_CONF": "\(folder)/slurm.conf"] }

  func run(_ arguments: [String]) throws -> ProgramRunner.Outcome {
    try ProgramRunner.run(arguments, environment: environment)
  }

  /// What `status` says of a run once none of its jobs waits or runs, after at most three minutes.
  func ended(_ run: String, meanwhile: () throws -> Void = {}) throws -> String {
    for _ in 0..<360 {
      let status = try self.run(["slurm", "status", run]).output
      if status.contains("no job waits or runs") { return status }
      try meanwhile()
      usleep(500_000)
    }
    return "still at work after three minutes"
  }
}

@Suite(
  "A comparison on a cluster", .serialized,
  .enabled(
    if: ProgramRunner.program != nil
      && ProcessInfo.processInfo.environment["ENCODERZOO_CLUSTER_TESTS"] != nil,
    "run by make test-cluster"))
struct ClusterTests {
  /// A study of fifteen cells; its words are trained for some epochs, which are a fraction of a second for a hundred.
  private func study(_ folder: String, epochs: Int = 40) throws -> String {
    let path = try SmallStudy.prepare(folder)
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("\"count\": 2", with: "\"count\": 5")
      .replacing("\"training\": {\"epochs\": 2, ", with: "\"training\": {\"epochs\": \(epochs), ")
      .replacing("\"training\": {\"epochs\": 2}", with: "\"training\": {\"epochs\": 60}")
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private func tables(_ run: String) throws -> [String] {
    try ["results.csv", "epochs.csv"].map {
      try String(contentsOfFile: "\(run)/\($0)", encoding: .utf8)
    }
  }

  @Test("Slurm, GNU parallel and one process end with the same bytes")
  func sameBytes() throws {
    try LocalSlurm.running { slurm in
      let folder = slurm.folder
      let study = try study(folder)
      let common = ["--threads", "1", "--quiet"]
      try ProgramRunner.succeed(["compare", study, "--output", "\(folder)/run"] + common)

      let run = "\(folder)/slurm-run"
      let sent = try slurm.run(
        ["slurm", "submit", study, "--output", run, "--tasks", "2", "--time", "10"] + common)
      #expect(sent.status == 0, "\(sent.error)")
      #expect(sent.output.hasPrefix("submitted: 15 cells as job "), "\(sent.output)")
      let again = try slurm.run(
        ["slurm", "submit", study, "--output", run, "--resume"] + common)
      #expect(again.status == 1)
      #expect(again.error.contains("of this run still wait or run"), "\(again.error)")
      let status = try slurm.ended(run)
      #expect(status.hasPrefix("cells: 15 of 15 finished"), "\(status)")
      #expect(try tables(run) == tables("\(folder)/run"))

      let parallel = "\(folder)/parallel"
      try ProgramRunner.succeed(["compare", study, "--output", parallel, "--plan"] + common)
      let made = try ProgramRunner.run(
        shell: "\"$ZOO\" cell \(parallel) --list | cut -f 3 "
          + "| parallel --jobs 2 \"$ZOO\" cell \(parallel) '{}' --quiet")
      #expect(made.status == 0, "\(made.error)")
      try ProgramRunner.succeed(["merge", parallel, "--quiet"])
      #expect(try tables(parallel) == tables("\(folder)/run"))
    }
  }

  @Test("Workers killed at random, and a node that is lost, change no byte")
  func killed() throws {
    try LocalSlurm.running { slurm in
      let folder = slurm.folder
      let study = try study(folder, epochs: 400)
      let common = ["--threads", "1", "--quiet"]
      try ProgramRunner.succeed(["compare", study, "--output", "\(folder)/run"] + common)
      let run = "\(folder)/killed"
      var (kills, isNodeLost) = (0, false)
      var random = SystemRandomNumberGenerator()
      for round in 0..<40 {
        let resume = round == 0 ? [] : ["--resume"]
        let sent = try slurm.run(
          ["slurm", "submit", study, "--output", run, "--tasks", "2"] + common + resume)
        #expect(sent.status == 0, "\(sent.error)")
        let status = try slurm.ended(run) {
          guard kills < 30 else { return }
          usleep(UInt32.random(in: 100_000..<700_000, using: &random))
          let killed = try ProgramRunner.run(
            shell: "one=$(pgrep -f '[c]ell \(run) --free' | shuf -n 1)\n"
              + "[ -n \"$one\" ] && kill -9 $one && echo killed")
          if killed.output.contains("killed") { kills += 1 }
          if kills >= 10, !isNodeLost {
            // A node's daemon goes while its worker may run, and comes back.
            isNodeLost = true
            _ = try ProgramRunner.run(shell: "kill -9 $(cat \(folder)/n2.daemon)")
            _ = try ProgramRunner.run(shell: "\(LocalSlurm.script) node \(folder) n2")
          }
        }
        #expect(!status.contains("still at work"))
        if status.hasPrefix("cells: 15 of 15") { break }
      }
      #expect(isNodeLost)
      #expect(kills > 9)
      try ProgramRunner.succeed(["merge", run, "--quiet"])
      #expect(try tables(run) == tables("\(folder)/run"))
    }
  }

  @Test("Clocks that are five minutes apart do no harm: each cell is made once")
  func clocks() throws {
    try withTemporaryFolder { folder in
      let study = try study(folder, epochs: 300)
      let common = ["--threads", "1", "--quiet"]
      try ProgramRunner.succeed(["compare", study, "--output", "\(folder)/one"] + common)
      let run = "\(folder)/run"
      try ProgramRunner.succeed(["compare", study, "--output", run, "--plan"] + common)
      // A lease that ends within the work, were it not renewed.
      let done = try ProgramRunner.run(
        shell: """
          # Files keep the file system's times, whatever a process takes for now.
          export NO_FAKE_STAT=1 FAKE_UTIME=1
          for clock in +0 -5m +5m; do
            faketime -f $clock $ZOO cell \(run) --all --lease 4 --threads 1 > \(folder)/log$clock 2>&1 &
            workers="$workers $!"
          done
          faketime -f +5m date +%s; date +%s
          # The shell may have SIGCHLD blocked: it would wait without end.
          for worker in $workers; do while kill -0 $worker 2>/dev/null; do sleep 0.1; done; done
          cat \(folder)/log*
          """)
      let times = done.output.split(separator: "\n").prefix(2).compactMap { Int($0) }
      #expect(times.count == 2 && abs(times[0] - times[1] - 300) < 5, "\(done.output)")
      let made = done.output.components(separatedBy: "test accuracy").count - 1
      #expect(made == 15, "\(made): \(done.output)")
      #expect(!done.output.contains("taken over"), "\(done.output)")
      try ProgramRunner.succeed(["merge", run, "--quiet"])
      #expect(try tables(run) == tables("\(folder)/one"))
    }
  }

  @Test("A worker stops before its time is over, keeps its training, and waits to come again")
  func timeLimit() throws {
    try LocalSlurm.running { slurm in
      let folder = slurm.folder
      // No cell of one encoder ends within what the job has.
      let study = try study(folder, epochs: 10_000)
      let run = "\(folder)/run"
      // Slurm's least time is a minute; the signal comes two before the end: at once.
      let sent = try slurm.run([
        "slurm", "submit", study, "--output", run, "--tasks", "1", "--time", "1", "--threads", "1",
        "--tensorboard",
      ])
      #expect(sent.status == 0, "\(sent.error)")
      func log() -> String {
        (try? String(contentsOfFile: "\(run)/slurm/cells-1.log", encoding: .utf8)) ?? ""
      }
      for _ in 0..<240 where !log().contains("CANCELLED") { usleep(500_000) }
      // Slurm itself ends what asks to be queued again.
      #expect(log().contains("CANCELLED") && !log().contains("nothing was finished"), "\(log())")
      let status = try slurm.run(["slurm", "status", run]).output
      #expect(status.hasPrefix("cells: 0 of 15 finished, 0 running"), "\(status)")
      #expect(!status.contains("no job waits or runs"), "\(status)")
      let files = FileManager.default.enumerator(atPath: run)?.compactMap { $0 as? String } ?? []
      #expect(files.contains { $0.hasSuffix("training-1.safetensors") }, "\(files)")
      #expect(files.contains { $0.hasPrefix("tensorboard/") }, "\(files)")
      let cancelled = try slurm.run(["slurm", "cancel", run])
      #expect(cancelled.status == 0, "\(cancelled.error)")
      #expect(try slurm.ended(run).contains("0 running"))
    }
  }
}
