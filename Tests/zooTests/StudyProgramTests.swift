import Foundation
import TestSupport
import Testing
import WeightFiles

@Suite(
  "The program over a small study", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct StudyProgramTests {
  private func finishedCells(_ run: String) -> Int {
    let files = FileManager.default.enumerator(atPath: "\(run)/cells")
    return files?.count { ($0 as? String)?.hasSuffix("scores.json") == true } ?? 0
  }

  @Test("A comparison killed at several moments and resumed gives the same results")
  func killAndResume() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let whole = try ProgramRunner.run([
        "compare", study, "--output", "\(folder)/whole", "--quiet",
      ])
      #expect(whole.status == 0, "\(whole.error)")
      #expect(whole.output.contains("net + words"))
      var arguments = ["compare", study, "--output", "\(folder)/broken", "--quiet"]
      var kills = 0
      for moment in ["", "study.json", "folds.csv", "1", "2", "4"] {
        let killed = try ProgramRunner.run(arguments) {
          if let cells = Int(moment) { return finishedCells("\(folder)/broken") >= cells }
          return moment.isEmpty
            || FileManager.default.fileExists(atPath: "\(folder)/broken/\(moment)")
        }
        if killed { kills += 1 }
        if FileManager.default.fileExists(atPath: "\(folder)/broken/study.json") {
          arguments = ["compare", study, "--output", "\(folder)/broken", "--quiet", "--resume"]
        }
      }
      #expect(kills >= 3, "the study ended before it could be stopped")
      let last = try ProgramRunner.run(arguments)
      #expect(last.status == 0, "\(last.error)")
      for name in ["results.csv", "epochs.csv", "folds.csv"] {
        let wanted = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole/\(name)"))
        let found = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/broken/\(name)"))
        #expect(wanted == found, "\(name) differs")
        #expect(wanted.count > 100)
      }
    }
  }

  @Test("Training twice with one seed gives identical weights, another seed other ones")
  func reproducible() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      var weights: [Data] = []
      for run in ["a", "b"] {
        let trained = try ProgramRunner.run(["train", study, "--output", "\(folder)/\(run)"])
        #expect(trained.status == 0, "\(trained.error)")
        weights.append(
          try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(run)/model.safetensors")))
      }
      #expect(weights[0] == weights[1])
      let other = try String(contentsOfFile: study, encoding: .utf8)
        .replacingOccurrences(of: "\"seed\": 3", with: "\"seed\": 4")
      try other.write(toFile: "\(folder)/other.json", atomically: true, encoding: .utf8)
      let third = try ProgramRunner.run([
        "train", "\(folder)/other.json", "--output", "\(folder)/c",
      ])
      #expect(third.status == 0, "\(third.error)")
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: "\(folder)/c/model.safetensors")) != weights[0])
    }
  }

  @Test("A frozen embedding stays frozen while a multimodal model is fine-tuned")
  func frozenEmbedding() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let free = try String(contentsOfFile: study, encoding: .utf8)
      for (name, isFrozen) in [("free", false), ("frozen", true)] {
        try free.replacing(
          "\"filters\": 8", with: "\"filters\": 8, \"freezeEmbedding\": \(isFrozen)"
        )
        .write(toFile: "\(folder)/\(name).json", atomically: true, encoding: .utf8)
        let trained = try ProgramRunner.run([
          "train", "\(folder)/\(name).json", "--output", "\(folder)/\(name)",
        ])
        #expect(trained.status == 0, "\(trained.error)")
        let (part, whole) = (
          try TensorFile.read(path: "\(folder)/\(name)/parts/words/model.safetensors"),
          try TensorFile.read(path: "\(folder)/\(name)/model.safetensors")
        )
        for (key, keeps) in [
          ("text.embedding.weight", isFrozen), ("text.convolutions.0.weight", false),
        ] {
          #expect(try (part.floats(key) == whole.floats(key)) == keeps, "\(name): \(key)")
        }
      }
    }
  }

  @Test("Weights of a saved model start another; frozen stages keep theirs to the bit")
  func transfer() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let first = try ProgramRunner.run(["train", study, "--output", "\(folder)/first"])
      #expect(first.status == 0, "\(first.error)")
      let text = try String(contentsOfFile: study, encoding: .utf8)
      let image = try #require(text.range(of: "\"text\": {"))
      let weights = "\(folder)/first/parts/net"
      #expect(FileManager.default.fileExists(atPath: weights), "\(first.output)")
      for (freeze, changes) in [("all", false), ("block1", true)] {
        let specification =
          text[..<image.lowerBound].replacing(
            "\"size\": 32,",
            with: "\"size\": 32, \"weights\": \"\(weights)\", \"freeze\": \"\(freeze)\",")
          + "\"fusion\": {\"hidden\": 8, \"views\": 2}}"
        let path = "\(folder)/\(freeze).json"
        try specification.write(toFile: path, atomically: true, encoding: .utf8)
        let second = try ProgramRunner.run(["train", path, "--output", "\(folder)/\(freeze)"])
        #expect(second.status == 0, "\(second.error)")
        let (old, new) = (
          try TensorFile.read(path: "\(weights)/model.safetensors"),
          try TensorFile.read(path: "\(folder)/\(freeze)/model.safetensors")
        )
        for entry in old.entries where entry.name.hasPrefix("image.") {
          let isFrozen =
            !changes || entry.name.contains("conv0") || entry.name.contains("norm0")
            || entry.name.contains("block1") || entry.name.contains("transition1")
          let isSame = try old.floats(entry.name) == new.floats(entry.name)
          #expect(isSame == isFrozen, "\(freeze): \(entry.name)")
        }
      }
      // What a model started from need not stay.
      try FileManager.default.removeItem(atPath: weights)
      let predicted = try ProgramRunner.run([
        "predict", "\(folder)/block1", "--image", "\(folder)/sample/images/0001.png",
      ])
      #expect(predicted.status == 0, "\(predicted.error)")
      let wrong = text.replacing(
        "\"size\": 32,", with: "\"size\": 32, \"weights\": \"resnet18-imagenet\",")
      try wrong.write(toFile: "\(folder)/wrong.json", atomically: true, encoding: .utf8)
      let refused = try ProgramRunner.run([
        "train", "\(folder)/wrong.json", "--output", "\(folder)/wrong",
      ])
      #expect(refused.status == 1)
      #expect(refused.error.contains("are of resnet18, not of densenet121"), "\(refused.error)")
    }
  }

  @Test("Frozen stages are computed once for all splits, kept for the next run, with equal results")
  func frozenOnce() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let first = try ProgramRunner.run(["train", study, "--output", "\(folder)/first"])
      #expect(first.status == 0, "\(first.error)")
      let text = try SmallStudy.allowingSeen(study)
      for (freeze, mirror) in [("all", true), ("block1", true), ("block1", false)] {
        let name = "\(freeze)-\(mirror)"
        let path = "\(folder)/\(name).json"
        try text.replacing(
          "\"size\": 32,",
          with:
            "\"size\": 32, \"weights\": \"\(folder)/first/parts/net\", \"freeze\": \"\(freeze)\","
            + " \"flipAveraging\": \(mirror),"
        ).write(toFile: path, atomically: true, encoding: .utf8)
        var results: [String] = []
        for run in ["a", "b"] {
          let output = "\(folder)/\(name)-\(run)"
          let done = try ProgramRunner.run(["compare", path, "--output", output])
          #expect(done.status == 0, "\(done.error)")
          // Two splits, alone and with the text: one computation, or none where it was kept.
          let count = done.error.components(separatedBy: "frozen stages: 180/180").count - 1
          let countMirrored = done.error.components(separatedBy: "frozen stages: 120/120").count - 1
          #expect(
            count + countMirrored == (freeze == "all" && run == "b" ? 0 : 1), "\(done.error)")
          results.append(try String(contentsOfFile: "\(output)/results.csv", encoding: .utf8))
        }
        #expect(results[0] == results[1])
      }
    }
  }

  @Test("Probes score untouched encoders; a linear probe is a model that predicts what it scored")
  func probes() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let run = try ProgramRunner.run(["probe", study, "--output", "\(folder)/probes"])
      #expect(run.status == 0, "\(run.error)")
      #expect(run.output.contains("net, linear probe"))
      #expect(run.output.contains("net, nearest neighbours"))
      #expect(!run.output.contains("words"))
      let model = "\(folder)/probes/cells/r1f1/net, linear probe/model"
      let predicted = try ProgramRunner.run([
        "predict", model, "--image", "\(folder)/sample/images/0001.png",
      ])
      #expect(predicted.status == 0, "\(predicted.error)")
      // The encoder was not touched: both splits have the weights they drew, no more.
      let other = try ProgramRunner.run([
        "compare", study, "--output", "\(folder)/probes", "--resume",
      ])
      #expect(other.status == 1)
      #expect(other.error.contains("the run was begun with other"), "\(other.error)")
      let text = try String(contentsOfFile: study, encoding: .utf8)
      let image = try #require(text.range(of: "\"image\": {"))
      let words = try #require(text.range(of: "\"text\": {"))
      try (text[..<image.lowerBound] + text[words.lowerBound...]).write(
        toFile: study, atomically: true, encoding: .utf8)
      let none = try ProgramRunner.run(["probe", study, "--output", "\(folder)/none"])
      #expect(none.status == 1)
      #expect(none.error.contains("names no image encoder to probe"))
    }
  }

  @Test("Pre-training on findings leaves weights to start from; masked answers change nothing")
  func pretraining() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      // Two findings: the label, and one that is known of the first 30 cases only.
      let table = try String(contentsOfFile: "\(folder)/sample/cases.csv", encoding: .utf8)
      let rows = table.split(separator: "\n").dropFirst()
      func write(_ unknown: String, _ name: String) throws {
        let lines = rows.enumerated().map { index, row in
          let id = row.split(separator: ",")[0]
          let known = index % 3 == 0 ? "1" : "0"
          return "images/\(id).png,\(row.contains(",abnormal,") ? 1 : 0),"
            + (index < 30 ? known : unknown)
        }
        try ("file,lesion,other\n" + lines.joined(separator: "\n") + "\n").write(
          toFile: "\(folder)/sample/\(name).csv", atomically: true, encoding: .utf8)
        try """
        {"schema": 1, "name": "findings", "seed": 2,
         "data": {"format": "csv", "path": "sample/\(name).csv",
           "columns": {"image": "file", "findings": ["lesion", "other"]}},
         "folds": {"kind": "k-fold", "count": 3, "validation": 0.2},
         "image": {"name": "net", "encoder": "densenet121", "size": 32,
           "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
           "training": {"epochs": 2, "batchSize": 8}}}
        """.write(toFile: "\(folder)/\(name).json", atomically: true, encoding: .utf8)
      }
      var weights: [Data] = []
      for (unknown, name) in [("", "missing"), ("-1", "uncertain"), ("1", "known")] {
        try write(unknown, name)
        let run = try ProgramRunner.run([
          "pretrain", "\(folder)/\(name).json", "--output", "\(folder)/\(name)",
        ])
        #expect(run.status == 0, "\(run.error)")
        #expect(run.output.contains("lesion"))
        weights.append(
          try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)/model.safetensors")))
      }
      #expect(weights[0] == weights[1])
      #expect(weights[0] != weights[2])
      let results = try String(contentsOfFile: "\(folder)/missing/results.csv", encoding: .utf8)
      #expect(results.contains(",test,auroc of lesion,"))
      let answer = try ProgramRunner.run([
        "predict", "\(folder)/missing", "--image", "\(folder)/sample/images/0001.png",
      ])
      #expect(answer.output.contains("  lesion\n") && answer.output.contains("  other\n"))

      let text = try String(contentsOfFile: study, encoding: .utf8)
      let list = "\"weights\": [\"random\", \"\(folder)/missing\"]"
      let seen = "\(folder)/seen.json"
      try text.replacing("\"size\": 32,", with: "\"size\": 32, \(list),").write(
        toFile: seen, atomically: true, encoding: .utf8)
      let refused = try ProgramRunner.run(["compare", seen, "--output", "\(folder)/refused"])
      #expect(refused.status == 1, "\(refused.error)")
      #expect(refused.error.contains("names 40 of the 60 cases that this study tests"))
      #expect(refused.error.contains("\"allowSeen\": true"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/refused"))
      try SmallStudy.allowingSeen(study).replacing("\"size\": 32,", with: "\"size\": 32, \(list),")
        .write(
          toFile: study, atomically: true, encoding: .utf8)
      let compared = try ProgramRunner.run(["compare", study, "--output", "\(folder)/run"])
      #expect(compared.status == 0, "\(compared.error)")
      #expect(compared.output.contains("net random + words"))
      let report = try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8)
      #expect(report.contains("Transfer: the same encoder from other weights"))
      // Folds are grouped by image and stratified; what was trained on there is tested on here.
      #expect(report.contains("its weights were trained on"), "\(report.suffix(3000))")
    }
  }

  @Test("A saved model predicts the same each time, and asks for what it reads")
  func predict() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      let trained = try ProgramRunner.run(["train", study, "--output", "\(folder)/model"])
      #expect(trained.status == 0, "\(trained.error)")
      let arguments = [
        "predict", "\(folder)/model", "--image", "\(folder)/sample/images/0001.png", "--text",
        "The lungs are clear.", "--json",
      ]
      let first = try ProgramRunner.run(arguments)
      #expect(first.status == 0, "\(first.error)")
      #expect(first.output.contains("\"probability\""))
      #expect(try ProgramRunner.run(arguments).output == first.output)
      let lacking = try ProgramRunner.run(["predict", "\(folder)/model", "--text", "Clear."])
      #expect(lacking.status == 2)
      #expect(lacking.error.contains("the model reads an image; none was given"))
      let reference = try ProgramRunner.run(arguments + ["--kernels", "openblas"])
      #expect(reference.status == 0, "\(reference.error)")
      #expect(
        reference.error.contains("note: --kernels openblas is called --kernels reference now"))
    }
  }

  @Test("Prediction splits texts into words as the training did")
  func tokenizer() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let merged = try String(contentsOfFile: study, encoding: .utf8).replacingOccurrences(
        of: "\"seed\": 3,", with: "\"seed\": 3, \"tokenizer\": {\"numbers\": \"merged\"},")
      try merged.write(toFile: study, atomically: true, encoding: .utf8)
      let trained = try ProgramRunner.run(["train", study, "--output", "\(folder)/model"])
      #expect(trained.status == 0, "\(trained.error)")
      let model = try String(contentsOfFile: "\(folder)/model/model.json", encoding: .utf8)
      #expect(model.contains("\"numbers\": \"merged\""))
      let predicted = try ProgramRunner.run([
        "predict", "\(folder)/model", "--text", "A 3 cm mass.",
      ])
      #expect(predicted.status == 0, "\(predicted.error)")
    }
  }

  @Test("A run is not overwritten, and a changed study is not resumed")
  func conflicts() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let output = "\(folder)/run"
      #expect(try ProgramRunner.run(["compare", study, "--output", output]).status == 0)
      let again = try ProgramRunner.run(["compare", study, "--output", output])
      #expect(again.status == 1)
      #expect(again.error.contains("a run is already there"))
      let changed = try String(contentsOfFile: study, encoding: .utf8)
        .replacingOccurrences(of: "\"filters\": 8", with: "\"filters\": 9")
      try changed.write(toFile: study, atomically: true, encoding: .utf8)
      let other = try ProgramRunner.run(["compare", study, "--output", output, "--resume"])
      #expect(other.status == 1)
      #expect(other.error.contains("the run there is of another specification"))
    }
  }

  @Test(
    "What is wrong in a specification is named with line, key and the nearest valid name",
    arguments: [
      (
        "\"word2vec\"", "\"word2vek\"",
        "unknown text encoder \"word2vek\"; did you mean \"word2vec\"?"
      ),
      (
        "\"wordDropout\"", "\"wordDroput\"",
        "unknown key \"wordDroput\"; did you mean \"wordDropout\"?"
      ),
      ("\"fusion\"", "\"fusoin\"", "unknown key \"fusoin\"; did you mean \"fusion\"?"),
      ("\"dimension\": 16", "\"dimension\": 1.5", "found a number; expected a whole number"),
      ("\"k-fold\"", "\"k-folds\"", "unknown kind \"k-folds\"; did you mean \"k-fold\"?"),
      ("sample/cases.csv", "sample/case.csv", "sample/case.csv"),
    ])
  func badSpecification(from: String, to: String, message: String) throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let changed = try String(contentsOfFile: study, encoding: .utf8)
        .replacingOccurrences(of: from, with: to)
      try changed.write(toFile: study, atomically: true, encoding: .utf8)
      let outcome = try ProgramRunner.run(["compare", study, "--output", "\(folder)/run"])
      #expect(outcome.status == 1)
      #expect(outcome.error.contains(message), "\(outcome.error)")
    }
  }

  @Test("A missing and a broken image are named; with --skip-bad they are left out and listed")
  func badImages() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try FileManager.default.removeItem(atPath: "\(folder)/sample/images/0003.png")
      try Data("no picture".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/sample/images/0007.png"))
      let refused = try ProgramRunner.run(["compare", study, "--output", "\(folder)/a"])
      #expect(refused.status == 1)
      #expect(refused.error.contains("0003.png"))
      let skipped = try ProgramRunner.run([
        "compare", study, "--output", "\(folder)/b", "--skip-bad",
      ])
      #expect(skipped.status == 0, "\(skipped.error)")
      #expect(skipped.error.contains("0007.png") || skipped.error.contains("left out"))
    }
  }

  @Test("Seeds add trainings of each split; the first has the numbers of a study without them")
  func seeds() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let several = "\(folder)/several.json"
      try String(contentsOfFile: study, encoding: .utf8)
        .replacing("\"seed\": 3,", with: "\"seed\": 3, \"seeds\": 2,")
        .write(toFile: several, atomically: true, encoding: .utf8)
      try ProgramRunner.succeed(["compare", study, "--output", "\(folder)/one", "--quiet"])
      let made = try ProgramRunner.run([
        "compare", several, "--output", "\(folder)/two", "--quiet",
      ])
      #expect(made.status == 0, "\(made.error)")
      #expect(made.output.contains("(mean ± SD over 2 splits, each the mean of 2 seeds)"))
      for name in ["results.csv", "epochs.csv"] {
        let one = try lines("\(folder)/one/\(name)")
        let two = try lines("\(folder)/two/\(name)")
        let (own, others) = (
          two.filter { !$0.contains("-seed2,") }, two.filter { $0.contains("-seed2,") }
        )
        #expect(own == one)
        // Baselines have no seeds; the words' rows are there twice, with other numbers.
        let words = own.filter { $0.hasPrefix("words,") }
        #expect(others.count == words.count)
        let renamed = others.map { $0.replacing("-seed2,", with: ",") }
        #expect(Set(renamed) != Set(words))
      }
      let report = try String(contentsOfFile: "\(folder)/two/report.html", encoding: .utf8)
      #expect(report.contains("Each split was trained from 2 seeds"))
      #expect(report.contains("each split trained from 2 seeds"))
      let plain = try String(contentsOfFile: "\(folder)/one/report.html", encoding: .utf8)
      #expect(!plain.contains("trained from"))
      // A table takes a split once, whatever its seeds.
      let table = try ProgramRunner.run([
        "runs", "table", "\(folder)/two", "--format", "csv",
      ])
      #expect(table.status == 0, "\(table.error)")
      #expect(table.output.contains(",2,yes\n"), "\(table.output)")
    }
  }

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
