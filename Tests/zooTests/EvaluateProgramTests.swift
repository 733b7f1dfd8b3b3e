import Basics
import Foundation
import TestSupport
import Testing

@Suite(
  "The program predicts many cases and evaluates elsewhere", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct EvaluateProgramTests {
  private static let words = [
    "The heart is normal in size.", "Large pleural effusion.", "Lungs are clear.",
    "Opacity in the left lung.", "No effusion or pneumothorax.",
  ]

  private func table(_ count: Int, _ path: String) throws {
    var writer = CSVWriter(columns: ["id", "text"])
    for index in 0..<count {
      writer.append(["c\(index)", Self.words[index % Self.words.count] + " Number \(index)."])
    }
    try writer.write(to: path)
  }

  private func data(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  @Test("A prediction that is killed again and again ends with the bytes of one that was not")
  func killed() throws {
    try withTemporaryFolder { folder in
      try table(8000, "\(folder)/cases.csv")
      func command(_ output: String) -> [String] {
        [
          "predict", "phantom-words", "--cases", "\(folder)/cases.csv", "--output", output,
          "--threads",
          "1", "--quiet",
        ]
      }
      try ProgramRunner.succeed(command("\(folder)/whole.csv"))
      let output = "\(folder)/out.csv"
      var kills = 0
      for attempt in 0..<3 {
        let start = size("\(output).partial")
        let wasKilled = try ProgramRunner.run(
          command(output) + (attempt > 0 ? ["--resume"] : []),
          killedWhen: { size("\(output).partial") > start + 30_000 })
        kills += wasKilled ? 1 : 0
      }
      #expect(kills > 0)
      let text = try ProgramRunner.succeed(command(output) + ["--resume"])
      #expect(text.contains("8000 cases predicted"))
      #expect(try data(output) == data("\(folder)/whole.csv"))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(names.filter { $0 != ".out.csv.lock" } == ["cases.csv", "out.csv", "whole.csv"])
      let again = try ProgramRunner.run(command(output))
      #expect(again.status == 1 && again.error.contains("the file is already there"))
    }
  }

  private func size(_ path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? Int) ?? 0
  }

  @Test(
    "A hundred thousand cases need no more memory than their table",
    .enabled(if: ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] != nil, "long"))
  func memory() throws {
    try withTemporaryFolder { folder in
      func peak(_ count: Int) throws -> Int {
        let path = "\(folder)/\(count).csv"
        try table(count, path)
        let outcome = try ProgramRunner.run(
          shell: """
            "$ZOO" predict phantom-words --cases \(path) --output \(path).out --threads 1 --quiet >/dev/null &
            while kill -0 $! 2>/dev/null; do grep VmHWM /proc/$!/status 2>/dev/null; sleep .02; done | tail -1
            """)
        return try #require(
          Int(outcome.output.split(separator: " ").dropFirst().first.map(String.init) ?? ""))
      }
      // So many that the program runs long enough for its memory to be seen.
      let (few, many) = (try peak(20_000), try peak(100_000))
      let kilobytes = size("\(folder)/100000.csv") / 1024
      // The table's bytes, the places of its fields, and its ids while they are checked.
      #expect(many - few < 8 * kilobytes, "\(few) KB and \(many) KB for a table of \(kilobytes) KB")
      #expect(
        try String(contentsOfFile: "\(folder)/100000.csv.out", encoding: .utf8)
          .split(separator: "\n").count == 100_001)
    }
  }

  @Test("A comparison is evaluated on a study and on a table, and the figures of both agree")
  func evaluated() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try ProgramRunner.succeed(["compare", study, "--output", "\(folder)/run", "--quiet"])
      let told = try ProgramRunner.succeed([
        "evaluate", "\(folder)/run", "phantom-words", "--combination", "words", "--split", "r1f2",
        "--data", study, "--data", "\(folder)/sample/cases.csv", "--groups", "patient",
        "--resamples", "100", "--output", "\(folder)/out", "--quiet",
      ])
      // The study and the sample hold the same cases.
      let lines = told.split(separator: "\n").filter { $0.contains("60 cases, AUROC") }
      #expect(lines.count == 4, "\(told)")
      var root = try JSONValue.parse(contentsOf: "\(folder)/out/evaluation.json").object()
      let results = try root.required("results").array()
      func auroc(_ value: JSONValue) throws -> Double {
        var object = try value.object()
        var question = try object.required("questions").array()[0].object()
        var metrics = try question.required("metrics").object()
        var metric = try metrics.required("auroc").object()
        return try metric.required("value").number()
      }
      #expect(results.count == 4)
      #expect(try auroc(results[0]) == auroc(results[2]) && auroc(results[1]) == auroc(results[3]))
      let notes = try root.required("notes").array().map { try $0.string() }
      #expect(
        notes.contains {
          $0.contains("the models of split r1f2 are evaluated, one of its 2 splits")
        })
      let page = try String(contentsOfFile: "\(folder)/out/evaluation.html", encoding: .utf8)
      #expect(page.contains("Synthetic data."))
      #expect(
        page.contains("60 of the 60 cases of sample are of the study that words was trained in"))
      let used = try ProgramRunner.run([
        "evaluate", "phantom-words", "--data", study, "--output", "\(folder)/out",
      ])
      #expect(used.status == 1 && used.error.contains("choose another --output"))
    }
  }

  @Test(
    "Several classes and labels are asked one by one, with means, from a study and from its table",
    arguments: [
      ("multi-class", #""label": "kind""#),
      ("multi-label", #""label": "kinds", "labelSeparator": "|", "noLabel": ["normal"]"#),
    ])
  func tasks(_ task: String, _ label: String) throws {
    try withTemporaryFolder { folder in
      try ProgramRunner.succeed([
        "data", "sample", "--output", "\(folder)/sample", "--count", "160", "--size", "64",
      ])
      try AtomicFile.write(
        """
        {"schema": 2, "name": "\(task)", "seed": 3,
         "data": {"format": "csv", "path": "sample/kinds.csv", "task": "\(task)",
           "missing": [], "columns": {"id": "id", "text": "text", "patient": "patient", \(label)}},
         "folds": {"kind": "k-fold", "count": 2, "validation": 0.2},
         "text": {"name": "words", "encoder": "word2vec",
           "options": {"dimension": 16, "epochs": 2, "filters": 8},
           "training": {"epochs": 2, "batchSize": 8}}}
        """, to: "\(folder)/own.json")
      try ProgramRunner.succeed([
        "compare", "\(folder)/own.json", "--output", "\(folder)/run", "--quiet",
      ])
      try ProgramRunner.succeed([
        "evaluate", "\(folder)/run", "--data", "\(folder)/own.json", "--data",
        "\(folder)/sample/kinds.csv", "--resamples", "50", "--output", "\(folder)/out", "--quiet",
      ])
      // What the study wrote of its test cases is what the evaluation says of them.
      let inside = try rows("\(folder)/run/cells/r1f1/words/logits.csv").filter { $0[0] == "test" }
      let outside = try rows("\(folder)/out/predictions.csv").filter { $0[0] == "own" }
      let logits = Dictionary(
        outside.map { ("\($0[2]) \($0[3])", (target: $0[4], logit: Double($0[5]) ?? .nan)) },
        uniquingKeysWith: { first, _ in first })
      #expect(!inside.isEmpty)
      for row in inside {
        let found = try #require(logits["\(row[1]) \(row[2])"])
        #expect(found.target == row[3] && abs(found.logit - (Double(row[4]) ?? .nan)) < 1e-4)
      }
      var root = try JSONValue.parse(contentsOf: "\(folder)/out/evaluation.json").object()
      let results = try root.required("results").array()
      #expect(results.count == 2)
      var (first, second) = (try results[0].object(), try results[1].object())
      let questions = try first.required("questions")
      #expect(try questions.array().count == (task == "multi-label" ? 5 : 7))
      #expect(try questions.array().count == second.required("questions").array().count)
      var macro = try first.required("macro").object()
      var mean = try macro.required("auroc").object()
      let areas = try questions.array().compactMap { value -> Double? in
        var question = try value.object()
        var metrics = try question.required("metrics").object()
        var auroc = try metrics.required("auroc").object()
        return try auroc.value("value")?.number()
      }
      #expect(
        abs(try mean.required("value").number() - areas.reduce(0, +) / Double(areas.count)) < 1e-12)
      try ProgramRunner.succeed([
        "predict", "\(folder)/run/cells/r1f1/words/model", "--cases", "\(folder)/sample/kinds.csv",
        "--output", "\(folder)/predictions.csv",
      ])
      let header = try String(contentsOfFile: "\(folder)/predictions.csv", encoding: .utf8)
        .split(separator: "\n")[0]
      #expect(
        header.hasPrefix(
          task == "multi-label" ? "id,decision,decision_" : "id,decision,probability_"))
    }
  }

  /// The rows of a table without quotes, without its header.
  private func rows(_ path: String) throws -> [[String]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test("Options that do not go together are refused")
  func usage() throws {
    for (arguments, part) in [
      (["--cases", "c.csv"], "--output FILE is missing"),
      (["--cases", "c.csv", "--output", "o.csv", "--text", "Clear."], "--text is one case"),
      (["--text", "Clear.", "--output", "o.csv"], "--output goes with --cases or --images"),
      (["--text", "Clear.", "--resume"], "--resume goes with --cases or --images"),
      (["--images", "/tmp", "--output", "o.csv", "--json"], "--json is for one case"),
    ] {
      let refused = try ProgramRunner.run(["predict", "phantom-words"] + arguments)
      #expect(refused.status == 2 && refused.error.contains(part), "\(refused.error)")
    }
  }
}
