import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("The script of Slurm's workers")
struct SlurmScriptTests {
  /// What came of a worker that was told to stop.
  private struct Stop {
    let status: Int32
    let error: String
    /// What `scontrol` was asked for.
    let asked: String
  }

  /// Runs the script with a program in the place of `zoo`, which makes a cell or none and then works until it is told to
  /// stop.
  private func stopped(makesCell: Bool, isCancelled: Bool = false) throws -> Stop {
    try withTemporaryFolder { folder in
      let run = "\(folder)/the \"run\" of $(hostname)"
      try FileManager.default.createDirectory(
        atPath: "\(run)/slurm", withIntermediateDirectories: true)
      let plan = """
        {"schema": 1, "command": "", "dataFolder": "", "workingFolder": "/", "skipBad": false,
         "probes": false, "shortcuts": [], "kernels": "auto", "precision": "fp32", "threads": 1,
         "cells": [{"split": "r1f1", "combination": "net"}]}
        """
      try plan.write(toFile: "\(run)/plan.json", atomically: true, encoding: .utf8)
      if isCancelled { try write("", to: "\(run)/slurm/cancelled") }
      let made = makesCell ? "mkdir -p \"$2/cells/a\"; touch \"$2/cells/a/scores.json\"" : ""
      try write(
        """
        #!/bin/bash
        trap 'exit 130' TERM
        \(made)
        touch "$2/started"
        while :; do sleep 0.05; done
        """, to: "\(folder)/zoo")
      // Slurm ends the script that asks.
      try write(
        "#!/bin/bash\necho \"$@\" >\"\(folder)/asked\"\nkill -9 $PPID\n", to: "\(folder)/scontrol")
      let jobs = SlurmJobs(
        run: run, plan: try StudyPlan(run: run), name: "study", program: "\(folder)/zoo",
        options: SlurmJobs.Options())
      try write(jobs.cellScript, to: "\(folder)/cells.sh")
      // Threads of Dispatch block signals, and children inherit that: bash would not be told.
      try write(
        """
        export PATH="\(folder):$PATH" SLURM_ARRAY_JOB_ID=5 SLURM_ARRAY_TASK_ID=1
        perl -MPOSIX -e 'sigprocmask(SIG_UNBLOCK, POSIX::SigSet->new(1..31)); exec @ARGV' \
          bash "\(folder)/cells.sh" 2>"\(folder)/said" &
        script=$!
        for i in $(seq 200); do [ -e "\(folder)"/the*/started ] && break; sleep 0.05; done
        kill -TERM $script
        wait $script
        """, to: "\(folder)/run.sh")
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/bash")
      process.arguments = ["\(folder)/run.sh"]
      try process.run()
      process.waitUntilExit()
      return Stop(
        status: process.terminationStatus,
        error: (try? String(contentsOfFile: "\(folder)/said", encoding: .utf8)) ?? "",
        asked: (try? String(contentsOfFile: "\(folder)/asked", encoding: .utf8)) ?? "")
    }
  }

  private func write(_ text: String, to path: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  @Test("Where a cell was finished the worker comes again")
  func comesAgain() throws {
    #expect(try stopped(makesCell: true).asked == "requeue 5_1\n")
  }

  @Test("Where none was it says that its time is too short, and ends")
  func tooShort() throws {
    let stop = try stopped(makesCell: false)
    #expect(stop.asked.isEmpty)
    #expect(stop.status == 1)
    #expect(stop.error.contains("zoo: no cell was finished within the time of the job"))
  }

  @Test("In a run that was cancelled it does not come again")
  func cancelled() throws {
    let stop = try stopped(makesCell: true, isCancelled: true)
    #expect(stop.asked.isEmpty)
    #expect(stop.status == 130)
    #expect(stop.error.isEmpty, "\(stop.error)")
  }
}
