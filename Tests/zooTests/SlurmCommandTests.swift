import Foundation
import TestSupport
import Testing

@Suite(
  "zoo slurm", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct SlurmCommandTests {
  /// Programs in the place of Slurm's, which keep what they are given.
  private func withSlurm(
    _ scripts: [String: String], _ body: (String, [String: String]) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let programs = "\(folder)/programs"
      try FileManager.default.createDirectory(
        atPath: programs, withIntermediateDirectories: true)
      for (name, script) in scripts {
        let path = "\(programs)/\(name)"
        try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o755], ofItemAtPath: path)
      }
      try body(folder, ["PATH": "\(programs):/usr/bin:/bin"])
    }
  }

  @Test("What is submitted asks for what was asked for, and the tables wait for the cells")
  func submitted() throws {
    let sbatch = "echo \"$@\" >> \"$(dirname \"$0\")/calls\"; echo '77;hospital'"
    try withSlurm([
      "sbatch": sbatch, "squeue": "", "scancel": "echo \"$@\" >> \"$(dirname \"$0\")/gone\"",
    ]) {
      folder, environment in
      let study = try SmallStudy.prepare(folder, image: false)
      let run = "\(folder)/a run"
      let outcome = try ProgramRunner.run(
        [
          "slurm", "submit", study, "--output", run, "--threads", "2", "--tasks", "3",
          "--time", "04:00:00", "--partition", "cpu", "--memory", "8G",
          "--sbatch=--constraint=avx512",
        ], environment: environment)
      #expect(outcome.status == 0, "\(outcome.error)")
      #expect(
        outcome.output.hasPrefix(
          "submitted: 2 cells as job 77 (workers: 2, each with 2 threads), tables and report as job 77"
        ))
      let calls = try String(contentsOfFile: "\(folder)/programs/calls", encoding: .utf8)
      #expect(
        calls == """
          --parsable \(run)/slurm/cells.sh
          --parsable --dependency=afterany:77 \(run)/slurm/merge.sh

          """)
      let script = try String(contentsOfFile: "\(run)/slurm/cells.sh", encoding: .utf8)
      for line in [
        "--array=1-2", "--cpus-per-task=2", "--requeue", "--signal=B:TERM@120", "--time=04:00:00",
        "--partition=cpu", "--mem=8G", "--constraint=avx512", "--job-name=zoo-small",
        "--output=\"\(run)/slurm/cells-%a.log\"",
      ] {
        #expect(script.contains("#SBATCH \(line)\n"), "\(line)")
      }
      // The folder's space is no end of a word.
      #expect(script.contains("cell '\(run)' --free --quiet &\n"))
      let merge = try String(contentsOfFile: "\(run)/slurm/merge.sh", encoding: .utf8)
      #expect(merge.contains("merge '\(run)' --quiet\n"))
      #expect(!merge.contains("--array"))
      #expect(try ProgramRunner.run(shell: "bash -n '\(run)/slurm/cells.sh'").status == 0)

      let status = try ProgramRunner.run(["slurm", "status", run], environment: environment)
      #expect(
        status.output == """
          cells: 0 of 2 finished, 0 running, 2 free, 0 waiting for others
          no job waits or runs

          """)
      let cancelled = try ProgramRunner.run(["slurm", "cancel", run], environment: environment)
      #expect(cancelled.status == 0)
      #expect(
        try String(contentsOfFile: "\(folder)/programs/gone", encoding: .utf8) == "77\n77\n")
      #expect(FileManager.default.fileExists(atPath: "\(run)/slurm/cancelled"))
    }
  }

  @Test("The array's script makes the cells, and says where a node does not see the run")
  func script() throws {
    try withSlurm(["sbatch": "echo 5", "squeue": ""]) { folder, environment in
      let study = try SmallStudy.prepare(folder, image: false)
      let run = "\(folder)/run"
      let sent = try ProgramRunner.run(
        ["slurm", "submit", study, "--output", run, "--threads", "1"], environment: environment)
      #expect(sent.status == 0, "\(sent.error)")
      let made = try ProgramRunner.run(shell: "bash '\(run)/slurm/cells.sh'")
      #expect(made.status == 0, "\(made.error)")
      #expect(made.output.hasPrefix("made 2 cells; 2 of 2 are finished"), "\(made.output)")
      let merged = try ProgramRunner.run(shell: "bash '\(run)/slurm/merge.sh'")
      #expect(merged.status == 0, "\(merged.error)")
      #expect(FileManager.default.fileExists(atPath: "\(run)/report.html"))
      try FileManager.default.moveItem(atPath: "\(run)/plan.json", toPath: "\(run)/plan.kept")
      let unseen = try ProgramRunner.run(shell: "bash '\(run)/slurm/cells.sh'")
      #expect(unseen.status == 1)
      #expect(unseen.error.contains("does not see \(run): share it among the nodes"))
    }
  }

  @Test("Without Slurm, and where it refuses, it is said, and nothing is kept as submitted")
  func refused() throws {
    let refusal = "echo 'sbatch: error: invalid partition specified: gpu' >&2; exit 1"
    try withSlurm(["sbatch": refusal]) { folder, environment in
      let study = try SmallStudy.prepare(folder, image: false)
      let submit = ["slurm", "submit", study, "--output", "\(folder)/run", "--threads", "1"]
      let outcome = try ProgramRunner.run(submit, environment: environment)
      #expect(outcome.status == 1)
      #expect(outcome.error.contains("invalid partition specified: gpu"), "\(outcome.error)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run/slurm/jobs.json"))
      let none = try ProgramRunner.run(
        submit + ["--resume"], environment: ["PATH": "\(folder)/nothing"])
      #expect(none.status == 1)
      #expect(none.error.contains("no program sbatch is on this machine's PATH"), "\(none.error)")
      let status = try ProgramRunner.run(["slurm", "status", "\(folder)/run"])
      #expect(status.error.contains("nothing was submitted to Slurm for this run"))
    }
  }
}
