import Foundation
import TestSupport
import Testing

@Suite(
  "Cells of a comparison in processes of their own", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct CellProgramTests {
  /// What a run leaves that does not depend on when and where its cells were made.
  private func made(_ run: String) throws -> [String: String] {
    var files = [String: String](
      uniqueKeysWithValues: try ["results.csv", "epochs.csv", "folds.csv"].map {
        ($0, try String(contentsOfFile: "\(run)/\($0)", encoding: .utf8))
      })
    let report = try String(contentsOfFile: "\(run)/report.html", encoding: .utf8)
    files["report.html"] = String(
      report.replacing(#/<td>[0-9.]+ s<\/td><\/tr>/#, with: "SECONDS"))
    return files
  }

  private func expectEqual(_ first: String, _ second: String) throws {
    let (one, other) = (try made(first), try made(second))
    for (name, text) in one where text != other[name] {
      let lines = text.split(separator: "\n")
      let others = (other[name] ?? "").split(separator: "\n")
      let place = zip(lines, others).enumerated().first { $0.element.0 != $0.element.1 }
      Issue.record(
        "\(name) differs\n\(place.map { "\($0.offset): \($0.element.0)\n\($0.element.1)" } ?? "")")
    }
  }

  /// A small study's comparison by one process of one thread, in a folder of its own.
  private func compared(_ folder: String) throws -> String {
    let study = try SmallStudy.prepare(folder)
    try ProgramRunner.succeed(["compare", study] + common(folder, "run"))
    return study
  }

  private func common(_ folder: String, _ name: String) -> [String] {
    ["--output", "\(folder)/\(name)", "--threads", "1", "--quiet"]
  }

  /// The command in a report names its folder.
  private func renamed(_ folder: String, _ name: String) throws {
    let path = "\(folder)/\(name)/report.html"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacing("\(folder)/\(name)", with: "\(folder)/run")
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  private func states(_ run: String) throws -> [String] {
    try ProgramRunner.succeed(["cell", run, "--list"]).split(separator: "\n").map {
      String($0.split(separator: "\t", omittingEmptySubsequences: false)[1])
    }
  }

  @Test("A planned run whose cells are made one by one ends with the bytes of compare")
  func oneByOne() throws {
    try withTemporaryFolder { folder in
      let study = try compared(folder)
      let run = "\(folder)/planned"
      let plan = try ProgramRunner.succeed(
        ["compare", study, "--plan"] + common(folder, "planned"))
      #expect(plan.hasPrefix("planned: 6 cells; zoo cell \(run) --all makes them"))
      #expect(
        try states(run) == ["free", "free", "waiting", "free", "free", "waiting"])
      let early = try ProgramRunner.run(["merge", run])
      #expect(early.status == 1)
      #expect(early.error.contains("none of the 6 cells is finished"))

      // By name: its parts are made before it. From another folder, by number: the seventh is none.
      let pair = try ProgramRunner.succeed(["cell", run, "r1f2/net + words", "--quiet"])
      #expect(pair == "made 3 cells; 3 of 6 are finished\n")
      #expect(try states(run).suffix(3) == ["finished", "finished", "finished"])
      let again = try ProgramRunner.succeed(["cell", run, "6", "--quiet"])
      #expect(again == "r1f2/net + words is finished already\n")
      let wrong = try ProgramRunner.run(["cell", run, "r1f2/net + word"])
      #expect(wrong.status == 2)
      #expect(wrong.error.contains("did you mean \"r1f2/net + words\"?"), "\(wrong.error)")
      #expect(try ProgramRunner.run(["cell", run, "7"]).status == 2)

      let partial = try ProgramRunner.succeed(["merge", run, "--quiet"])
      #expect(
        partial.hasPrefix(
          "incomplete: 3 of the 6 cells are missing: r1f1/net, r1f1/words, r1f1/net + words."),
        "\(partial)")
      let report = try String(contentsOfFile: "\(run)/report.html", encoding: .utf8)
      #expect(report.contains("incomplete: 3 of the 6 cells are missing"))

      let next = try ProgramRunner.succeed(["cell", run, "--next", "--quiet"])
      #expect(next == "made 1 cell; 4 of 6 are finished\n")
      let rest = try ProgramRunner.succeed(["cell", run, "--all", "--quiet"])
      #expect(
        rest == "made 2 cells; 6 of 6 are finished: zoo merge \(run) makes tables and report\n")
      try ProgramRunner.succeed(["merge", run, "--quiet"])
      #expect(!FileManager.default.fileExists(atPath: "\(run)/claims"))
      try renamed(folder, "planned")
      try expectEqual("\(folder)/run", run)
    }
  }

  @Test("Two processes of compare, and two that were planned, end with the same bytes")
  func sideBySide() throws {
    try withTemporaryFolder { folder in
      let study = try compared(folder)
      try ProgramRunner.succeed(["compare", study, "--jobs", "2"] + common(folder, "jobs"))
      try renamed(folder, "jobs")
      try expectEqual("\(folder)/run", "\(folder)/jobs")

      let run = "\(folder)/shared"
      try ProgramRunner.succeed(["compare", study, "--plan"] + common(folder, "shared"))
      let both = try ProgramRunner.run(
        shell: "\"$ZOO\" cell \(run) --all & \"$ZOO\" cell \(run) --all; wait")
      #expect(both.status == 0, "\(both.error)")
      let counts = both.output.matches(of: #/made (\d+) cells?; 6 of 6/#).compactMap {
        Int($0.output.1)
      }
      #expect(counts.count == 2)
      #expect(counts.reduce(0, +) == 6)
      try ProgramRunner.succeed(["merge", run, "--quiet"])
      try renamed(folder, "shared")
      try expectEqual("\(folder)/run", run)
    }
  }

  @Test("Scalars for TensorBoard are written by cells of all processes, and the run can be watched")
  func events() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let run = "\(folder)/run"
      try ProgramRunner.succeed(
        ["compare", study, "--plan", "--tensorboard"] + common(folder, "run"))
      #expect(
        try ProgramRunner.succeed(["runs", "watch", run, "--once"])
          == "0 of 2 cells are finished, 0 are being made\n")
      let both = try ProgramRunner.run(
        shell: "\"$ZOO\" runs watch \(run) & sleep 1; \"$ZOO\" cell \(run) --all --quiet; wait")
      #expect(both.status == 0, "\(both.error)")
      #expect(both.error.contains("r1f2 words: test accuracy"), "\(both.error)")
      #expect(both.output.contains("2 of 2 cells are finished, 0 are being made"))
      for split in ["r1f1", "r1f2"] {
        let place = "\(run)/tensorboard/\(split)/words"
        let files = try FileManager.default.contentsOfDirectory(atPath: place)
        #expect(files.count == 1)
        let data = try Data(contentsOf: URL(filePath: "\(place)/\(files[0])"))
        for tag in ["training/accuracy", "validation/log-loss", "test/auroc"] {
          #expect(data.range(of: Data(tag.utf8)) != nil, "\(tag)")
        }
      }
      try ProgramRunner.succeed(["merge", run, "--quiet"])
      let results = try String(contentsOfFile: "\(run)/results.json", encoding: .utf8)
      #expect(results.contains("\"testToTrainingRatio\""))
    }
  }

  @Test("A process that is killed loses its cell at once, and the run ends with the same bytes")
  func killed() throws {
    try withTemporaryFolder { folder in
      let study = try compared(folder)
      let run = "\(folder)/killed"
      try ProgramRunner.succeed(["compare", study, "--plan"] + common(folder, "killed"))
      let claim = "\(run)/claims/r1f1.net.1"
      let wasRunning = try ProgramRunner.run(["cell", run, "1"]) {
        FileManager.default.fileExists(atPath: claim)
      }
      #expect(wasRunning)
      #expect(try states(run)[0] == "free")
      try ProgramRunner.succeed(
        ["compare", study, "--jobs", "2", "--resume"] + common(folder, "killed"))
      try renamed(folder, "killed")
      try expectEqual("\(folder)/run", run)
    }
  }

  @Test("A signal stops all processes, and the run goes on")
  func stopped() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let text = try String(contentsOfFile: study, encoding: .utf8)
      try text.replacing(
        "\"training\": {\"epochs\": 2, ", with: "\"training\": {\"epochs\": 5000, "
      )
      .write(toFile: study, atomically: true, encoding: .utf8)
      let run = "\(folder)/run"
      let stopped = try ProgramRunner.run(
        shell: """
          "$ZOO" compare \(study) --output \(run) --jobs 2 --threads 1 & parent=$!
          # Both processes are at work: one that starts has no cell to tell of.
          for i in $(seq 600); do [ "$(ls \(run)/claims 2>/dev/null | wc -l)" -ge 2 ] && break; sleep 0.1; done
          kill -TERM $parent; wait $parent; echo "status $?"
          pgrep -f "[c]ell \(run) --all" || echo "none left"
          """)
      #expect(stopped.output.contains("status 130"), "\(stopped.output)")
      #expect(stopped.output.contains("none left"), "\(stopped.output)")
      #expect(
        stopped.error.contains(
          "interrupted: 0 of the 6 cells are kept in \(run); the same command"),
        "\(stopped.error)")
      #expect(try states(run) == ["free", "free", "waiting", "free", "free", "waiting"])
      // What a person can do after the stop of a cell alone: it knows no --resume.
      let log = try String(contentsOfFile: "\(run)/jobs/1.log", encoding: .utf8)
      #expect(log.contains("; the same command goes on"), "\(log)")
      #expect(!log.contains("--resume"))
    }
  }

  @Test("A folder without a plan, other threads and two choices are refused")
  func refused() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let empty = try ProgramRunner.run(["cell", "\(folder)/run", "--all"])
      #expect(empty.status == 1)
      #expect(empty.error.contains("holds no planned comparison"), "\(empty.error)")
      try ProgramRunner.succeed(["compare", study, "--plan"] + common(folder, "run"))
      let threads = try ProgramRunner.run(["cell", "\(folder)/run", "--all", "--threads", "2"])
      #expect(threads.status == 1)
      #expect(threads.error.contains("threads (1 then, 2 now)"), "\(threads.error)")
      let both = try ProgramRunner.run(["cell", "\(folder)/run", "1", "--all"])
      #expect(both.status == 2)
      // The plan is gone: what can be done is said.
      try FileManager.default.removeItem(atPath: "\(folder)/run/plan.json")
      let old = try ProgramRunner.run(["cell", "\(folder)/run", "--all"])
      #expect(old.error.contains("zoo compare with --resume goes on with it"), "\(old.error)")
    }
  }
}
