import Foundation
import TestSupport
import Testing

@Suite(
  "The program goes on with what it knows", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ResumeProgramTests {
  private func data(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  /// Changes a text file.
  private func edit(_ path: String, _ change: (String) -> String) throws {
    try change(String(contentsOfFile: path, encoding: .utf8))
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Flips a bit in the middle of a file.
  private func flip(_ path: String) throws {
    var bytes = try data(path)
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  /// The study of images alone over the sample beside it.
  private func imageStudy(_ folder: String) throws -> String {
    let study = try SmallStudy.prepare(folder)
    try edit(study) { text in
      guard let words = text.range(of: "\"text\": {") else { return text }
      return text[..<words.lowerBound] + "\"fusion\": {\"hidden\": 8}}"
    }
    return study
  }

  private func refusal(_ arguments: [String]) throws -> String {
    let outcome = try ProgramRunner.run(arguments)
    #expect(outcome.status == 1, "\(outcome.output)")
    return outcome.error
  }

  @Test("Other pictures, texts, labels or options than a run was begun with are refused by name")
  func otherData() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let run = ["compare", study, "--output", "\(folder)/run", "--quiet"]
      try ProgramRunner.succeed(run)
      let table = "\(folder)/sample/cases.csv"
      let cases = try data(table)
      let resume = run + ["--resume"]
      try ProgramRunner.succeed(resume)

      for name in ["0001", "0002"] {
        let path = "\(folder)/sample/images/\(name).png"
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).kept")
        try FileManager.default.copyItem(
          atPath: "\(folder)/sample/images/0005.png", toPath: path)
      }
      let pictures = try refusal(resume)
      #expect(
        pictures.contains(
          "the data are not those the run was begun with: 2 pictures are other files"),
        "\(pictures)")
      #expect(pictures.contains("images/0001.png, ") && pictures.contains("images/0002.png"))
      for name in ["0001", "0002"] {
        let path = "\(folder)/sample/images/\(name).png"
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: "\(path).kept", toPath: path)
      }

      try edit(table) {
        $0.replacing("0003,images/0003.png,\"", with: "0003,images/0003.png,\"Yes. ")
      }
      let text = try refusal(resume)
      #expect(text.contains("the text of 1 case differs: 0003"), "\(text)")
      try cases.write(to: URL(fileURLWithPath: table))

      // Two cases change their labels, so that no class becomes smaller.
      try edit(table) { text in
        var lines = text.split(separator: "\n").map(String.init)
        let swaps = [(",normal,", ",abnormal,"), (",abnormal,", ",normal,")]
        for (from, to) in swaps {
          guard let index = lines.firstIndex(where: { $0.contains(from) && !$0.contains("#") })
          else { continue }
          lines[index] = lines[index].replacing(from, with: to) + "#"
        }
        return lines.joined(separator: "\n") + "\n"
      }
      try edit(table) { $0.replacing("#\n", with: "\n") }
      let label = try refusal(resume)
      #expect(label.contains("the labels of 2 cases differ: 0"), "\(label)")
      try cases.write(to: URL(fileURLWithPath: table))

      let option = try refusal(resume + ["--skip-bad"])
      #expect(option.contains("option skip-bad (no then, yes now)"), "\(option)")
      try ProgramRunner.succeed(resume)
    }
  }

  /// A command that is interrupted after some seconds, if it is not at its end by then.
  private func stopped(_ command: String, after seconds: Double) throws -> ProgramRunner.Outcome {
    try ProgramRunner.run(
      shell: """
        $ZOO \(command) &
        run=$!
        sleep \(seconds)
        kill -INT $run 2>/dev/null
        # The shell may have SIGCHLD blocked: it would wait without end.
        while kill -0 $run 2>/dev/null; do sleep 0.1; done
        wait $run
        """)
  }

  /// What was seen while a command was stopped again and again, until it came to its end.
  private struct Stops {
    var count = 0
    /// Whether two stops after each other found the same training begun: the second went on from the first.
    var goesOn = false
    /// All files that were kept after any of them.
    var kept: Set<String> = []
  }

  /// Starts a command, stops it after some seconds, and goes on with it by --resume until it is at its end.
  ///
  /// `kept` tells which files of trainings are there.
  private func stoppedToItsEnd(
    _ command: String, after seconds: Double = 1, kept: () -> [String],
    look: (ProgramRunner.Outcome) -> Void = { _ in }
  ) throws -> Stops {
    var stops = Stops()
    for round in 0..<60 {
      let before = kept()
      // After some rounds later each time: on a busy machine a start alone may take as long as the first.
      let done = try stopped(
        "\(command) \(round == 0 ? "" : "--resume")",
        after: seconds * pow(1.05, Double(max(0, round - 12))))
      if done.status == 0 { break }
      #expect(done.status == 130, "\(done.error)")
      look(done)
      stops.count += 1
      if !Set(before).isDisjoint(with: kept()) { stops.goesOn = true }
      stops.kept.formUnion(kept())
    }
    return stops
  }

  /// The files below a folder.
  private func files(_ folder: String) -> [String] {
    (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []).sorted()
  }

  @Test("A cell that is stopped within a training goes on from there, with the same bytes")
  func stoppedCell() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try edit(study) {
        $0.replacing(
          "\"training\": {\"epochs\": 2, \"batchSize\": 8}}",
          with:
            "\"training\": {\"epochs\": 1500, \"batchSize\": 8, \"average\": 0.9, \"select\": \"best\"}}"
        )
      }
      try ProgramRunner.succeed(["compare", study, "--output", "\(folder)/whole", "--quiet"])
      let run = "\(folder)/run"
      func kept() -> [String] { files("\(run)/cells").filter { $0.contains("training-") } }
      let stops = try stoppedToItsEnd(
        "compare \(study) --output \(run) --quiet", kept: kept)
      #expect(stops.count > 1 && stops.goesOn)
      #expect(kept() == [])
      for name in ["results.csv", "epochs.csv"] {
        #expect(try data("\(run)/\(name)") == data("\(folder)/whole/\(name)"), "\(name)")
      }
    }
  }

  @Test(
    "A search that is stopped within a trial's training, or its parts', goes on from there, with the same bytes"
  )
  func stoppedTrial() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try edit(study) {
        $0.replacing(
          "\"training\": {\"epochs\": 2, \"batchSize\": 8}}",
          with: "\"training\": {\"epochs\": 1000, \"batchSize\": 8}}"
        ).replacing(
          "\"seed\": 3,",
          with: "\"seed\": 3, \"tuning\": {\"trials\": 2, \"scoredOn\": {\"folds\": 2}},")
      }
      let tune = "tune \(study) --combination \"net + words\" --quiet"
      let whole = try ProgramRunner.run(shell: "$ZOO \(tune) --output \(folder)/whole")
      #expect(whole.status == 0, "\(whole.error)")
      let run = "\(folder)/run"
      func kept() -> [String] {
        files("\(run)/trials").filter { $0.contains("kept-") && $0.hasSuffix(".safetensors") }
      }
      let stops = try stoppedToItsEnd("\(tune) --output \(run)", kept: kept)
      #expect(stops.count > 1 && stops.goesOn)
      #expect(stops.kept.contains { $0.contains("/parts/") })
      let left = files(run)
      #expect(left.filter { $0.contains("kept-") || $0.contains("training-") } == [])
      /// Without seconds and what hangs on them.
      func trials(_ run: String) throws -> [String] {
        try left.filter { $0.hasPrefix("trials/") && $0.hasSuffix(".json") }.map {
          String(decoding: try data("\(run)/\($0)"), as: UTF8.self)
            .replacing(#/"seconds": [0-9.e-]+/#, with: "")
        }
      }
      #expect(try trials(run) == trials("\(folder)/whole"))
      #expect(try trials(run).count == 6)
      #expect(try data("\(run)/tuned.json") == data("\(folder)/whole/tuned.json"))
      /// What the cells took.
      func seconds(_ run: String) throws -> Double {
        try ["net", "words", "net + words"].reduce(0) {
          let text = String(
            decoding: try data("\(run)/cells/r1f1/\($1)/scores.json"), as: UTF8.self)
          let found = try #require(text.firstMatch(of: #/"seconds": ([0-9.e-]+)/#))
          return $0 + (try #require(Double(String(found.output.1))))
        }
      }
      // In any number of processes they take no less.
      let (parts, all) = (try seconds(run), try seconds("\(folder)/whole"))
      #expect(parts > 0.7 * all, "\(parts) s, at once \(all) s")
    }
  }

  @Test("A model's training that is stopped, in a part or behind it, goes on with the same bytes")
  func stoppedModel() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try edit(study) {
        $0.replacing("\"epochs\": 2, \"batchSize\": 8", with: "\"epochs\": 600, \"batchSize\": 8")
          .replacing("\"training\": {\"epochs\": 2}", with: "\"training\": {\"epochs\": 600}")
          .replacing("{\"epochs\": 1}", with: "{\"epochs\": 120}")
      }
      let whole = "\(folder)/whole"
      try ProgramRunner.succeed(["train", study, "--output", whole, "--quiet"])
      let run = "\(folder)/run"
      func kept() -> [String] { files(run).filter { $0.contains("training-") } }
      let stops = try stoppedToItsEnd(
        "train \(study) --output \(run) --quiet", after: 0.8, kept: kept
      ) { done in
        guard FileManager.default.fileExists(atPath: "\(run)/specification.json") else { return }
        #expect(done.error.contains("--resume goes on"), "\(done.error)")
      }
      // The image's, the text's, the head's or the fine-tuning.
      #expect(stops.kept.count >= 2, "\(stops.kept.sorted())")
      #expect(kept() == [])
      for name in ["model.safetensors", "results.csv", "logits.csv", "parts/net/model.safetensors"]
      {
        #expect(try data("\(run)/\(name)") == data("\(whole)/\(name)"), "\(name)")
      }
      let again = try ProgramRunner.run(["train", study, "--output", run, "--resume"])
      #expect(
        again.status == 0 && again.output.contains("nothing was left to do"), "\(again.error)")
      let anew = try ProgramRunner.run(["train", study, "--output", run])
      #expect(anew.status == 1 && anew.error.contains("a model is already there"), "\(anew.error)")
    }
  }

  @Test("Finished cells that are damaged or of another split are made anew, with the same results")
  func damagedCells() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let run = ["compare", study, "--output", "\(folder)/run", "--quiet"]
      try ProgramRunner.succeed(run)
      let names = ["results.csv", "epochs.csv", "cells/r1f1/net/model/model.safetensors"]
      let wanted = try names.map { try data("\(folder)/run/\($0)") }
      let cells = "\(folder)/run/cells"

      func resumed(_ notes: [String]) throws {
        let again = try ProgramRunner.run(run + ["--resume"])
        #expect(again.status == 0, "\(again.error)")
        let found = again.error.split(separator: "\n").filter { $0.contains("was made anew") }
        #expect(found.count == notes.count, "\(again.error)")
        for note in notes { #expect(again.error.contains(note), "\(again.error)") }
        for (name, content) in zip(names, wanted) {
          #expect(try data("\(folder)/run/\(name)") == content, "\(name)")
        }
      }
      try resumed([])
      try flip("\(cells)/r1f1/net/model/model.safetensors")
      try resumed(["r1f1 net was made anew: model/model.safetensors is not what was written"])
      try edit("\(cells)/r1f2/words/scores.json") {
        $0.replacing("\"accuracy\"", with: "\"auroc\"")
      }
      try resumed(["r1f2 words was made anew: scores.json is not what was written"])
      // The models of the other split have seen this one's test cases.
      for name in ["net", "net + words"] {
        try FileManager.default.removeItem(atPath: "\(cells)/r1f1/\(name)")
        try FileManager.default.copyItem(
          atPath: "\(cells)/r1f2/\(name)", toPath: "\(cells)/r1f1/\(name)")
      }
      try resumed([
        "r1f1 net was made anew: scores.json is of the cell r1f2 net",
        "r1f1 net + words was made anew: it was made from other inputs: part net, part words",
      ])
      // Who asks a damaged cell is told so.
      try flip("\(cells)/r1f1/words/model/vocabulary.txt")
      let asked = try refusal([
        "explain", "\(folder)/run", "--combination", "words", "--study", study, "--output",
        "\(folder)/why", "--quiet",
      ])
      #expect(asked.contains("model/vocabulary.txt is not what was written"), "\(asked)")
      let made = try refusal([
        "bundle", "create", "\(cells)/r1f1/words", "--name", "words@1.0.0", "--licence", "CC0-1.0",
        "--output", "\(folder)/bundle",
      ])
      #expect(made.contains("model/vocabulary.txt is not what was written"), "\(made)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/bundle"))
    }
  }

  @Test("A run of a version without digests is gone on with, and that is said")
  func olderRun() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let run = ["compare", study, "--output", "\(folder)/run", "--quiet"]
      try ProgramRunner.succeed(run)
      let wanted = try data("\(folder)/run/results.csv")
      for name in [
        "data-digest.csv", "cells/r1f1/words/digests.json", "cells/r1f2/words/digests.json",
      ] { try FileManager.default.removeItem(atPath: "\(folder)/run/\(name)") }
      try edit("\(folder)/run/run.json") { text in
        text.replacing(",\n  \"option skip-bad\": \"no\"", with: "")
      }
      let again = try ProgramRunner.run(run + ["--resume"])
      #expect(again.status == 0, "\(again.error)")
      #expect(again.error.contains("kept no digest of its data"), "\(again.error)")
      #expect(again.error.contains("kept no digests of them"), "\(again.error)")
      #expect(try data("\(folder)/run/results.csv") == wanted)
    }
  }

  @Test("A refused study leaves its folder usable, and a folder of others is not written to")
  func refusedStudy() throws {
    try withTemporaryFolder { folder in
      let study = try imageStudy(folder)
      let path = "\(folder)/sample/images/0003.png"
      let kept = try data(path)
      for command in ["compare", "probe", "train"] {
        try Data("no picture".utf8).write(to: URL(fileURLWithPath: path))
        let arguments = [command, study, "--output", "\(folder)/\(command)", "--quiet"]
        #expect(try refusal(arguments).contains("0003.png"))
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/\(command)"))
        try kept.write(to: URL(fileURLWithPath: path))
        try ProgramRunner.succeed(arguments)
      }
      for command in ["compare", "train"] {
        let foreign = try refusal([command, study, "--output", "\(folder)/sample"])
        #expect(foreign.contains("something else is already there: README.txt, "), "\(foreign)")
      }
      let sample = try refusal(["data", "sample", "--output", folder])
      #expect(sample.contains("something else is already there"), "\(sample)")
    }
  }

  @Test(
    "A training subset that fails takes its beginning away, so that the command works once mended")
  func failedBeginning() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      try edit(study) {
        $0.replacing("\"filters\": 8", with: "\"filters\": 8, \"minimumCount\": 9999")
      }
      let arguments = ["compare", study, "--output", "\(folder)/run", "--quiet"]
      let text = try refusal(arguments)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run/study.json"), "\(text)")
      try edit(study) { $0.replacing(", \"minimumCount\": 9999", with: "") }
      try ProgramRunner.succeed(arguments)
    }
  }

  @Test("Explanations of other pictures are refused by name; damaged ones are made anew")
  func explanations() throws {
    try withTemporaryFolder { folder in
      let study = try imageStudy(folder)
      try ProgramRunner.succeed(["train", study, "--output", "\(folder)/model", "--quiet"])
      let arguments = [
        "explain", "\(folder)/model", "--study", study, "--part", "test", "--output",
        "\(folder)/why", "--nodes", "4", "--baseline", "black", "--method", "integrated-gradients",
        "--maximum-nodes", "4", "--quiet",
      ]
      try ProgramRunner.succeed(arguments)
      let index = try data("\(folder)/why/index.csv")
      let rows = String(decoding: index, as: UTF8.self).split(separator: "\n")
      let id = String(rows[1].split(separator: ",")[0])
      let explained = "\(folder)/why/cases/\(id)"
      let wanted = try data("\(explained)/explanation.json")

      try Data().write(to: URL(fileURLWithPath: "\(explained)/explanation.json"))
      let again = try ProgramRunner.run(arguments + ["--resume"])
      #expect(again.status == 0, "\(again.error)")
      #expect(
        again.error.contains(
          "the case \(id) is explained anew: explanation.json is not what was written"),
        "\(again.error)")
      #expect(try data("\(explained)/explanation.json") == wanted)
      #expect(try data("\(folder)/why/index.csv") == index)

      let path = "\(folder)/sample/images/\(id).png"
      let kept = try data(path)
      let other = id == "0001" ? "0002" : "0001"
      try data("\(folder)/sample/images/\(other).png").write(to: URL(fileURLWithPath: path))
      let refused = try refusal(arguments + ["--resume"])
      #expect(refused.contains("the pictures of 1 explained case are others"), "\(refused)")
      #expect(refused.contains("\(id).png"), "\(refused)")
      // A new folder tells that the model was not trained with these.
      var elsewhere = arguments
      elsewhere[7] = "\(folder)/other"
      let told = try ProgramRunner.succeed(elsewhere)
      #expect(told.contains("1 picture is another file: "), "\(told)")
      try kept.write(to: URL(fileURLWithPath: path))

      // A model that can't be asked is refused before anything is written.
      elsewhere[7] = "\(folder)/third"
      _ = try ProgramRunner.run(elsewhere + ["--finding", "Mass"])
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/third"))
    }
  }

  @Test("What a model was trained on stays its training subset when the table grows")
  func grownTable() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      try ProgramRunner.succeed(["train", study, "--output", "\(folder)/model", "--quiet"])
      func tested(_ output: String) throws -> (ids: [String], output: String) {
        let told = try ProgramRunner.succeed([
          "explain", "\(folder)/model", "--study", study, "--part", "test", "--output", output,
          "--nodes", "2", "--maximum-nodes", "2", "--quiet",
        ])
        let rows = try String(contentsOfFile: "\(output)/index.csv", encoding: .utf8)
          .split(separator: "\n").dropFirst()
        return (rows.map { String($0.split(separator: ",")[0]) }.sorted(), told)
      }
      let before = try tested("\(folder)/before")
      try edit("\(folder)/sample/cases.csv") { text in
        let lines = text.split(separator: "\n")
        let more = lines[1...8].map { "9\($0.dropLast())Q" }
        return ([lines[0]] + more.map { $0[...] } + lines[1...]).joined(separator: "\n") + "\n"
      }
      let after = try tested("\(folder)/after")
      #expect(before.ids == after.ids)
      #expect(after.output.contains("8 cases were not there: 90001"), "\(after.output)")
    }
  }

  @Test("The same picture in two rows stays in one part, and that is said in the report")
  func samePicture() throws {
    try withTemporaryFolder { folder in
      let study = try imageStudy(folder)
      let table = "\(folder)/sample/cases.csv"
      // Each picture stands in two rows, of two patients with a text each; twice it is a copy.
      try edit(table) { text in
        let lines = text.split(separator: "\n").map(String.init)
        return lines.enumerated().map { index, line in
          guard index > 0 else { return line }
          let pair = index % 2 == 0 ? index - 1 : index
          return line.replacing(
            "images/\(String(format: "%04d", index)).png",
            with: "images/\(String(format: "%04d", pair)).png")
        }.joined(separator: "\n") + "\n"
      }
      let run = ["compare", study, "--output", "\(folder)/run", "--quiet"]
      let done = try ProgramRunner.run(run)
      #expect(done.status == 0, "\(done.error)")
      let sentence =
        "60 cases share a picture with another (the same file, bytes or pixels): 30 groups"
      #expect(done.error.contains("note: \(sentence), kept together in folds"), "\(done.error)")
      #expect(done.error.contains("in cases of different labels: "), "\(done.error)")
      #expect(
        try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8).contains(sentence))
      var parts: [String: Set<String>] = [:]
      for row in try String(contentsOfFile: "\(folder)/run/folds.csv", encoding: .utf8)
        .split(separator: "\n").dropFirst()
      {
        let fields = row.split(separator: ",")
        let pair = ((Int(fields[2]) ?? 0) + 1) / 2
        parts["\(fields[0]) \(pair)", default: []].insert(String(fields[1]))
      }
      #expect(parts.count == 60)
      #expect(parts.values.allSatisfy { $0.count == 1 })
    }
  }

  @Test("Kept features that were changed are computed again")
  func damagedFeatures() throws {
    try withTemporaryFolder { folder in
      let study = try imageStudy(folder)
      try ProgramRunner.succeed(["train", study, "--output", "\(folder)/first", "--quiet"])
      try edit(study) {
        $0.replacing(
          "\"size\": 32,", with: "\"size\": 32, \"weights\": \"\(folder)/first\","
        ).replacing("\"synthetic\": true,", with: "\"synthetic\": true, \"allowSeen\": true,")
      }
      let cache = "\(folder)/cache"
      func probed(_ name: String) throws -> (results: Data, computes: Bool) {
        let done = try ProgramRunner.run(
          ["probe", study, "--output", "\(folder)/\(name)"], environment: ["XDG_CACHE_HOME": cache])
        #expect(done.status == 0, "\(done.error)")
        return (
          try data("\(folder)/\(name)/results.csv"), done.error.contains("frozen stages: 60/60")
        )
      }
      let first = try probed("a")
      #expect(first.computes)
      #expect(try !probed("b").computes)
      let features = "\(cache)/encoderzoo/features"
      let files = try FileManager.default.contentsOfDirectory(atPath: features)
      try #require(files.count == 1)
      try flip("\(features)/\(files[0])")
      let third = try probed("c")
      #expect(third.computes)
      #expect(third.results == first.results)
    }
  }
}
