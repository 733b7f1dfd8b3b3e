import Basics
import Foundation
import TestSupport
import Testing
import WeightFiles

@Suite(
  "The program explains data sets and scores circles", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct DetectProgramTests {
  /// A run of two splits over 60 synthetic cases, whose images and boxes lie in `sample`.
  private func prepare(_ folder: String) throws -> (study: String, run: String) {
    let study = try SmallStudy.prepare(folder)
    try ProgramRunner.succeed(["compare", study, "--output", "\(folder)/run", "--quiet"])
    return (study, "\(folder)/run")
  }

  private func content(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  @Test("Every case is looked at by the model that has not seen it; a stopped run goes on")
  func dataSet() throws {
    try withTemporaryFolder { folder in
      let (study, run) = try prepare(folder)
      try detects(folder, study: study, run: run)
      try explains(folder, study: study, run: run)
      try looksAtWords(folder, study: study, run: run)
    }
  }

  private func detects(_ folder: String, study: String, run: String) throws {
    let arguments = [
      "detect", run, "--combination", "net", "--study", study, "--boxes",
      "\(folder)/sample/boxes.csv", "--nodes", "4", "--baseline", "black", "--resamples", "100",
      "--draws", "10", "--sensitivity", "0.5", "--sensitivity", "0.8", "--quiet",
    ]
    let printed = try ProgramRunner.succeed(arguments + ["--output", "\(folder)/found"])
    #expect(printed.contains("This is no diagnosis."))
    var root = try JSONValue.parse(contentsOf: "\(folder)/found/detection.json").object()
    #expect(try root.strings("splits") == ["r1f1", "r1f2"])
    let boxes = try String(contentsOfFile: "\(folder)/sample/boxes.csv", encoding: .utf8)
      .split(separator: "\n").dropFirst()
    #expect(try root.required("lesions").integer() == boxes.count)
    #expect(
      try root.required("images").integer()
        == Set(boxes.map { $0.prefix { $0 != "," } }).count)
    #expect(try root.required("missingImages").integer() == 0)
    #expect(try root.required("choices").array().count == 8)
    try ProgramRunner.succeed(arguments + ["--output", "\(folder)/again"])
    for name in ["detection.csv", "detection.json", "detection.html", "circles.csv"] {
      #expect(try content("\(folder)/found/\(name)") == content("\(folder)/again/\(name)"))
    }
    let refused: [(arguments: [String], part: String)] = [
      (["\(run)/cells/r1f1/words/model", "--images", "\(folder)/sample"], "reads no images"),
      ([run, "--study", study], "add --combination, one of: net, words, net + words"),
      ([run, "--study", study, "--combination", "nett"], "did you mean \"net\"?"),
      (["\(run)/cells/r1f1/net/model", "--study", study, "--combination", "net"], "leave it out"),
      ([run, "--images", "a", "--study", study], "leave out one of them"),
      (["\(run)/cells/r1f1/net/model", "--sensitivity", "1.5"], "from 0.0 to 1.0"),
      (["\(run)/cells/r1f1/net/model", "--without-boxes"], "goes with --study"),
    ]
    for (arguments, part) in refused {
      let done = try ProgramRunner.run(
        ["detect"] + arguments + [
          "--boxes", "\(folder)/sample/boxes.csv", "--output", "\(folder)/refused", "--quiet",
        ])
      #expect(done.status != 0 && done.error.contains(part), "\(arguments): \(done.error)")
    }
    try String(decoding: content("\(folder)/sample/boxes.csv").prefix(70), as: UTF8.self)
      .write(toFile: "\(folder)/damaged.csv", atomically: true, encoding: .utf8)
    let damaged = try ProgramRunner.run([
      "detect", "\(run)/cells/r1f1/net/model", "--boxes", "\(folder)/damaged.csv", "--images",
      "\(folder)/sample", "--output", "\(folder)/refused", "--quiet",
    ])
    #expect(damaged.status != 0 && damaged.error.contains("damaged.csv:"), "\(damaged.error)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/refused"))
  }

  private func explains(_ folder: String, study: String, run: String) throws {
    func arguments(_ output: String) -> [String] {
      [
        "explain", run, "--combination", "net + words", "--study", study, "--output",
        "\(folder)/\(output)", "--method", "grad-cam", "--nodes", "4", "--quiet",
      ]
    }
    let printed = try ProgramRunner.succeed(arguments("why"))
    #expect(printed.contains("60 cases explained, 0 left out"), "\(printed)")
    // Killed after some cases, it goes on and ends with the same index.
    let files = FileManager.default
    func cases() -> Int {
      (try? files.contentsOfDirectory(atPath: "\(folder)/stopped/cases"))?
        .count { !$0.hasSuffix(".tmp") } ?? 0
    }
    let wasStopped = try ProgramRunner.run(arguments("stopped"), killedWhen: { cases() > 3 })
    #expect(wasStopped && !files.fileExists(atPath: "\(folder)/stopped/index.html"))
    #expect(
      try ProgramRunner.run(arguments("stopped")).error.contains("go on with it by --resume"))
    try ProgramRunner.succeed(arguments("stopped") + ["--resume"])
    for name in ["index.html", "index.csv"] {
      #expect(try content("\(folder)/why/\(name)") == content("\(folder)/stopped/\(name)"))
    }
    let other = try ProgramRunner.run(arguments("stopped") + ["--resume", "--sensitivity", "0.2"])
    #expect(other.error.contains("other models, cases or settings"), "\(other.error)")
    // The splits' test subsets are disjoint: every case once, with a page and a picture.
    let all = try files.contentsOfDirectory(atPath: "\(folder)/why/cases")
    #expect(all.count == 60)
    for name in all {
      for file in ["explanation.html", "explanation.json", "thumbnail.png"] {
        #expect(files.fileExists(atPath: "\(folder)/why/cases/\(name)/\(file)"))
      }
    }
    let mixed = try ProgramRunner.run(arguments("mixed") + ["--image", "a.png"])
    #expect(mixed.error.contains("leave out one of them"), "\(mixed.error)")
    let lone = try ProgramRunner.run([
      "explain", run, "--image", "a.png", "--resume", "--output", "\(folder)/mixed",
    ])
    #expect(lone.error.contains("--resume goes with --study"), "\(lone.error)")
  }

  private func looksAtWords(_ folder: String, study: String, run: String) throws {
    let said = try ProgramRunner.succeed([
      "words", run, "--combination", "words", "--study", study, "--output", "\(folder)/said",
      "--draws", "4", "--removals", "3", "--nodes", "8", "--quiet",
    ])
    #expect(said.contains("60 reports") && said.contains("for abnormal: "), "\(said)")
    let sane = try ProgramRunner.succeed([
      "sanity", run, "--combination", "net", "--study", study, "--output", "\(folder)/sane",
      "--cases", "2", "--nodes", "4", "--quiet",
    ])
    #expect(sane.contains("Grad-CAM: "), "\(sane)")
    try shuffles(folder, study: study, run: run)
    let refused = try ProgramRunner.run([
      "words", run, "--combination", "net", "--study", study, "--output", "\(folder)/refused",
      "--quiet",
    ])
    #expect(refused.status != 0 && refused.error.contains("reads no texts"), "\(refused.error)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder)/refused"))
  }

  /// The model of shuffled labels is trained like the true one, kept, and can be given again.
  private func shuffles(_ folder: String, study: String, run: String) throws {
    let arguments = [
      "sanity", run, "--combination", "net + words", "--study", study, "--cases", "2", "--nodes",
      "4", "--baseline", "black", "--quiet",
    ]
    let trained = try ProgramRunner.succeed(
      arguments + ["--shuffled-labels", "--output", "\(folder)/shuffled"])
    #expect(trained.contains("learnt shuffled labels: its accuracy is "), "\(trained)")
    #expect(trained.contains("black baseline, shuffled labels: "), "\(trained)")
    let model = "\(folder)/shuffled/shuffled-labels"
    let weights = try content("\(model)/model.safetensors")
    #expect(weights != (try content("\(run)/cells/r1f1/net + words/model/model.safetensors")))
    let given = try ProgramRunner.succeed(
      arguments + ["--shuffled-model", model, "--output", "\(folder)/given"])
    #expect(given.contains("black baseline, shuffled labels: "), "\(given)")
    #expect(
      try content("\(folder)/given/sanity.csv") == content("\(folder)/shuffled/sanity.csv"))
    let refused: [(arguments: [String], part: String)] = [
      (arguments + ["--shuffled-labels", "--shuffled-model", model], "leave out one of them"),
      (
        [
          "sanity", "\(run)/cells/r1f1/net/model", "--image", "\(folder)/sample/images/0001.png",
          "--shuffled-labels", "--quiet",
        ], "name it by --study"
      ),
      (
        [
          "sanity", run, "--combination", "net", "--study", study, "--shuffled-model", model,
          "--quiet",
        ], "has other layers"
      ),
    ]
    for (arguments, part) in refused {
      let done = try ProgramRunner.run(arguments + ["--output", "\(folder)/refused"])
      #expect(done.status != 0 && done.error.contains(part), "\(arguments): \(done.error)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/refused"))
    }
  }
}
