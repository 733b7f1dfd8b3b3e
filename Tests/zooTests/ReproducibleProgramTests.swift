import Foundation
import TestSupport
import Testing

/// The same bits with any number of threads; that other processors give them, too, needs other processors.
@Suite(
  "Reproducible numbers", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ReproducibleProgramTests {
  private func data(_ run: String, _ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(run)/\(name)"))
  }

  @Test("One thread, three, and two processes give the same tables and weights")
  func threads() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      for (name, options) in [
        ("one", ["--threads", "1"]), ("three", ["--threads", "3"]), ("jobs", ["--jobs", "2"]),
      ] {
        try ProgramRunner.succeed(
          ["compare", study, "--output", "\(folder)/\(name)", "--reproducible", "--quiet"]
            + options)
      }
      let weights = "cells/r1f1/net + words/model/model.safetensors"
      for other in ["three", "jobs"] {
        for file in ["results.csv", "epochs.csv", weights] {
          #expect(
            try data("\(folder)/one", file) == data("\(folder)/\(other)", file),
            "\(file) of \(other)")
        }
      }
      let machine = try String(contentsOfFile: "\(folder)/one/run.json", encoding: .utf8)
      #expect(machine.contains("\"native over reference, reproducible\""))
      #expect(machine.contains("\"any number\""))
    }
  }

  @Test("A run goes on with another number of threads, and is refused without the option")
  func resumed() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let run = "\(folder)/run"
      try ProgramRunner.succeed([
        "compare", study, "--output", run, "--reproducible", "--threads", "1", "--quiet",
      ])
      let before = try data(run, "results.csv")
      try FileManager.default.removeItem(atPath: "\(run)/cells/r1f2/words")
      let refused = try ProgramRunner.run([
        "compare", study, "--output", run, "--resume", "--threads", "1", "--quiet",
      ])
      #expect(refused.status != 0)
      #expect(
        refused.error.contains("kernels (native over reference, reproducible then"),
        "\(refused.error)")
      try ProgramRunner.succeed([
        "compare", study, "--output", run, "--resume", "--reproducible", "--threads", "2",
        "--quiet",
      ])
      #expect(try data(run, "results.csv") == before)
      // A cell takes it from the plan.
      try FileManager.default.removeItem(atPath: "\(run)/cells/r1f2/words")
      try ProgramRunner.succeed(["cell", run, "--all", "--threads", "3", "--quiet"])
      try ProgramRunner.succeed(["merge", run, "--quiet"])
      #expect(try data(run, "results.csv") == before)
    }
  }

  @Test(
    "Kernels and precisions that differ from processor to processor are refused",
    arguments: [["--kernels", "reference"], ["--kernels", "onednn"], ["--precision", "bf16"]])
  func refused(options: [String]) throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let found = try ProgramRunner.run(
        ["compare", study, "--output", "\(folder)/run", "--reproducible"] + options)
      #expect(found.status != 0)
      #expect(found.error.contains("so not with --reproducible"), "\(found.error)")
    }
  }
}
