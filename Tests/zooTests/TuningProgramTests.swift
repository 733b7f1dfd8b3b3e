import Foundation
import TestSupport
import Testing

@Suite(
  "Tuning a comparison", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct TuningProgramTests {
  /// A row of results.csv.
  private struct Row: Hashable {
    let combination: String
    let split: String
    let subset: String
    let metric: String
    let value: String
  }

  private func rows(_ run: String) throws -> [Row] {
    // Names of these studies hold no comma; "test, untuned" is quoted.
    try String(contentsOfFile: "\(run)/results.csv", encoding: .utf8).split(separator: "\n")
      .dropFirst().map { line in
        let subset = line.contains("\"test, untuned\"") ? "test, untuned" : nil
        let fields = line.replacing("\"test, untuned\"", with: "untuned").split(
          separator: ",", omittingEmptySubsequences: false
        ).map(String.init)
        return Row(
          combination: fields[0], split: fields[1], subset: subset ?? fields[2], metric: fields[3],
          value: fields[4])
      }
  }

  private func common(_ folder: String, _ name: String) -> [String] {
    ["--output", "\(folder)/\(name)", "--threads", "1", "--quiet"]
  }

  /// A study whose text encoder learns next to nothing at its own rate, by a member that is added.
  private func prepare(_ folder: String, _ tuning: String) throws -> String {
    let study = try SmallStudy.prepare(folder)
    let text = try String(contentsOfFile: study, encoding: .utf8)
    try text.replacing("\"seed\": 3,", with: "\"seed\": 3,\n\(tuning)\n")
      .write(toFile: study, atomically: true, encoding: .utf8)
    return study
  }

  @Test("The rows of the specification's own settings are those of the study without a search")
  func untuned() throws {
    try withTemporaryFolder { folder in
      let study = try prepare(folder, "")
      try ProgramRunner.succeed(["compare", study] + common(folder, "plain"))
      let made = try ProgramRunner.run(
        ["compare", study, "--trials", "4"] + common(folder, "tuned"))
      #expect(made.status == 0, "\(made.error)")
      #expect(
        made.error.contains("note: 4 trials for each combination, split and learned baseline"),
        "\(made.error)")
      let plain = try rows("\(folder)/plain").filter { $0.subset == "test" }
      let tuned = try rows("\(folder)/tuned")
      let own = tuned.filter { $0.subset == "test, untuned" }
      let known = Set(own.map(\.combination))
      #expect(known == ["net", "words", "net + words", "TF-IDF + logistic regression"])
      func key(_ row: Row) -> String {
        "\(row.combination) \(row.split) \(row.metric) \(row.value)"
      }
      #expect(
        own.map(key).sorted() == plain.filter { known.contains($0.combination) }.map(key).sorted())

      let report = try String(contentsOfFile: "\(folder)/tuned/report.html", encoding: .utf8)
      #expect(report.contains("those that were searched for under “Tuning”"))
      #expect(!report.contains("Nothing was tuned by the program"))

      // A model of shuffled labels is trained as the true one was.
      try ProgramRunner.succeed([
        "sanity", "\(folder)/tuned", "--combination", "net", "--study", study, "--cases", "2",
        "--nodes", "2", "--shuffled-labels", "--output", "\(folder)/sane", "--quiet",
      ])
      func training(_ model: String) throws -> String {
        let text = try String(contentsOfFile: "\(model)/model.json", encoding: .utf8)
        let found = try #require(text.firstMatch(of: #/"learningRate": [^,\n]*/#))
        return String(found.output)
      }
      let chosen = try training("\(folder)/tuned/cells/r1f1/net/model")
      #expect(chosen != "\"learningRate\": 0.001")
      #expect(try training("\(folder)/sane/shuffled-labels") == chosen)

      let trials = try String(contentsOfFile: "\(folder)/tuned/trials.csv", encoding: .utf8)
      // Four combinations and baselines on two splits, four trials each, and the heading.
      #expect(trials.split(separator: "\n").count == 1 + 4 * 2 * 4)
      #expect(trials.matches(of: #/,yes,/#).count == 4 * 2)
      for part in [
        "id=\"tuning\"", "own settings", "Best so far", "training.learningRate",
        "inverseStrength 0.01 to 1000, log",
      ] {
        #expect(report.contains(part), "\(part)")
      }
    }
  }

  @Test(
    "A search that was killed, and one that more trials are added to, end with the bytes of one at once"
  )
  func resumed() throws {
    try withTemporaryFolder { folder in
      let study = try prepare(folder, "\"tuning\": {\"trials\": 3, \"sampler\": \"tpe\"},")
      try ProgramRunner.succeed(
        ["compare", study, "--trials", "5"] + common(folder, "whole"))
      let third = "\(folder)/parts/trials/r1f1/net/0002.json"
      let wasRunning = try ProgramRunner.run(
        ["compare", study] + common(folder, "parts")
      ) { FileManager.default.fileExists(atPath: third) }
      #expect(wasRunning)
      let kept = try Data(contentsOf: URL(filePath: third))
      try ProgramRunner.succeed(["compare", study, "--resume"] + common(folder, "parts"))
      #expect(try Data(contentsOf: URL(filePath: third)) == kept)
      let scores = "\(folder)/parts/trials/r1f2/net + words/0003.json"
      #expect(FileManager.default.fileExists(atPath: scores))

      let more = try ProgramRunner.run(
        [
          "compare", study, "--trials", "5", "--resume", "--output", "\(folder)/parts", "--threads",
          "1",
        ])
      #expect(more.status == 0, "\(more.error)")
      #expect(
        more.error.contains("the run was begun with 3 trials and goes on with 5"), "\(more.error)")
      #expect(try Data(contentsOf: URL(filePath: third)) == kept)
      for name in ["results.csv", "epochs.csv", "trials.csv"] {
        let files = try ["whole", "parts"].map {
          try String(contentsOfFile: "\(folder)/\($0)/\(name)", encoding: .utf8)
        }
        #expect(files[0] == files[1], "\(name)")
      }
      // Fewer trials are another study.
      let fewer = try ProgramRunner.run(
        ["compare", study, "--trials", "2", "--resume"] + common(folder, "parts"))
      #expect(fewer.status != 0)
      #expect(fewer.error.contains("the run there is of another specification"), "\(fewer.error)")
    }
  }

  @Test("Trials are the same to the byte whatever the labels of the test cases are")
  func testLabels() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let text = try String(contentsOfFile: study, encoding: .utf8)
      try text.replacing(
        "\"kind\": \"k-fold\", \"count\": 2",
        with:
          "\"kind\": \"lists\", \"training\": \"training.txt\", \"test\": \"test.txt\", \"groupByText\": false, \"groupByPatient\": false"
      ).replacing(
        "\"seed\": 3,", with: "\"seed\": 3, \"tuning\": {\"trials\": 6, \"metric\": \"auroc\"},"
      )
      .write(toFile: study, atomically: true, encoding: .utf8)
      let table = "\(folder)/sample/cases.csv"
      let lines = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
        .map(String.init)
      // Lists name a case by its picture, as ChestX-ray14's do.
      let ids = lines.dropFirst().map { "\($0.prefix { $0 != "," }).png" }
      for (name, own) in [("training", ids.prefix(40)), ("test", ids.suffix(20))] {
        try own.joined(separator: "\n").appending("\n").write(
          toFile: "\(folder)/\(name).txt", atomically: true, encoding: .utf8)
      }
      try ProgramRunner.succeed(["compare", study] + common(folder, "true"))
      let turned = lines.enumerated().map { index, text -> String in
        guard index > 40 else { return text }
        return text.contains(",abnormal,")
          ? text.replacing(",abnormal,", with: ",normal,")
          : text.replacing(",normal,", with: ",abnormal,")
      }
      try turned.joined(separator: "\n").appending("\n")
        .write(toFile: table, atomically: true, encoding: .utf8)
      try ProgramRunner.succeed(["compare", study] + common(folder, "turned"))
      func content(_ name: String) throws -> [String] {
        try ["true", "turned"].map {
          try String(contentsOfFile: "\(folder)/\($0)/\(name)", encoding: .utf8)
        }
      }
      let trials = try content("trials.csv")
      #expect(trials[0] == trials[1])
      #expect(trials[0].split(separator: "\n").count == 1 + 2 * 6)
      let results = try content("results.csv")
      #expect(results[0] != results[1])
    }
  }

  @Test("An encoder that is good at another rate alone loses untuned, and is found by the search")
  func anotherRate() throws {
    try withTemporaryFolder { folder in
      let study = try prepare(
        folder,
        """
        "tuning": {"trials": 8, "sampler": "sobol", "metric": "log-loss",
          "space": {"text": {"training.weightDecay": null, "decoder.dropout": null,
            "training.learningRate": {"low": 1e-7, "high": 0.1, "log": true}}}},
        """)
      let text = try String(contentsOfFile: study, encoding: .utf8)
      let words = try #require(text.range(of: "\"wordDropout\": 0.1},"))
      try text.replacing(
        "\"training\": {\"epochs\": 2, \"batchSize\": 8}},",
        with: "\"training\": {\"epochs\": 8, \"batchSize\": 8, \"learningRate\": 1e-7}},",
        subrange: words.upperBound..<text.endIndex
      ).write(toFile: study, atomically: true, encoding: .utf8)
      let output = try ProgramRunner.succeed(
        ["tune", study, "--combination", "words"] + common(folder, "tuned"))
      let rate = try #require(
        output.firstMatch(of: #/training\.learningRate: ([0-9.e-]+) \(own: 1e-07\)/#))
      #expect(try #require(Double(rate.output.1)) > 1e-4, "\(output)")
      #expect(!output.contains("weightDecay"))

      // The settings written out are a study that others can run, and give what the search found.
      let tuned = "\(folder)/tuned/tuned.json"
      try ProgramRunner.succeed(
        ["compare", tuned, "--data", folder] + common(folder, "again"))
      let again = try rows("\(folder)/again").filter {
        $0.combination == "words" && $0.metric == "auroc" && $0.subset == "test"
      }
      #expect(again.count == 2)
    }
  }

  @Test("Folds inside the training subset score trials, and what can't be searched over is refused")
  func folds() throws {
    try withTemporaryFolder { folder in
      let study = try prepare(
        folder,
        "\"tuning\": {\"trials\": 2, \"scoredOn\": {\"folds\": 2}, \"halving\": {\"first\": 1}},")
      try ProgramRunner.succeed(
        ["tune", study, "--combination", "net + words"] + common(folder, "folds"))
      let trial = try String(
        contentsOfFile: "\(folder)/folds/trials/r1f1/net + words/0001.json", encoding: .utf8)
      // Two trainings, with a rung after the first epoch and one after the third.
      #expect(trial.contains("\"1.1\"") && trial.contains("\"2.1\""), "\(trial)")

      for (tuning, sentence) in [
        ("{\"trials\": 0}", "expected 1 to 100000"),
        ("{}", "expected either \"trials\""),
        (
          "{\"trials\": 2, \"space\": {\"image\": {\"size\": {\"choices\": [32, 64]}}}}",
          "\"size\" of net can't be searched over"
        ),
        ("{\"trials\": 2, \"space\": {\"nett\": {}}}", "did you mean \"net\"?"),
        (
          "{\"trials\": 2, \"space\": {\"text\": {\"training.learningRate\": {\"low\": 1, \"high\": 99}}}}",
          "training.learningRate of words"
        ),
        (
          "{\"trials\": 2, \"halving\": true, \"space\": {\"image\": {\"training.epochs\": {\"choices\": [1, 2]}}}}",
          "compares trials epoch by epoch"
        ),
      ] {
        let text = try String(contentsOfFile: study, encoding: .utf8)
        let other = text.replacing(
          #/"tuning": .*\n/#, with: "\"tuning\": \(tuning),\n")
        try other.write(toFile: "\(folder)/bad.json", atomically: true, encoding: .utf8)
        let run = try ProgramRunner.run(["compare", "\(folder)/bad.json"] + common(folder, "bad"))
        #expect(run.status != 0, "\(tuning)")
        #expect(run.error.contains(sentence), "\(run.error)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/bad"))
      }
    }
  }
}
