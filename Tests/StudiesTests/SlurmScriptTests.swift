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

  /// Runs the script with a program in the place of `zoo`, which leaves a file in the run's folder, or none, and then works
  /// until it is told to stop.
  private func stopped(leaving file: String?, isCancelled: Bool = false) throws -> Stop {
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
      // What was there before is no progress.
      for name in ["cells/b", "trials/b"] {
        try FileManager.default.createDirectory(
          atPath: "\(run)/\(name)", withIntermediateDirectories: true)
        try write("", to: "\(run)/\(name)/0001.json")
        try write("", to: "\(run)/\(name)/training-1.safetensors")
      }
      usleep(50_000)
      let made =
        file.map { "mkdir -p \"$(dirname \"$2/\($0)\")\"; sleep 0.05; touch \"$2/\($0)\"" } ?? ""
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

  @Test(
    "Where a cell or trial was finished, or a training kept, the worker comes again",
    arguments: [
      "cells/a/scores.json", "cells/b/training-1.safetensors", "trials/a/0001.json",
      "trials/a/kept-1/2/training-1.safetensors",
    ])
  func comesAgain(file: String) throws {
    #expect(try stopped(leaving: file).asked == "requeue 5_1\n")
  }

  @Test("Where none was it says that its time is too short, and ends")
  func tooShort() throws {
    let stop = try stopped(leaving: nil)
    #expect(stop.asked.isEmpty)
    #expect(stop.status == 1)
    #expect(stop.error.contains("zoo: nothing was finished or kept within the time of the job"))
  }

  @Test("In a run that was cancelled it does not come again")
  func cancelled() throws {
    let stop = try stopped(leaving: "cells/a/scores.json", isCancelled: true)
    #expect(stop.asked.isEmpty)
    #expect(stop.status == 130)
    #expect(stop.error.isEmpty, "\(stop.error)")
  }
}
