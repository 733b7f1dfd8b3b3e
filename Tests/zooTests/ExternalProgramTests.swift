import Basics
import Foundation
import TestSupport
import Testing

@Suite(
  "The program over a study's external data", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ExternalProgramTests {
  /// The small study with a second site's sample as external data, under another fusion head; the path of it.
  private func prepare(_ folder: String, image: Bool = true, groups: String = "patient") throws
    -> String
  {
    let study = try SmallStudy.prepare(folder, image: image)
    try ProgramRunner.succeed([
      "data", "sample", "--site", "B", "--output", "\(folder)/north", "--count", "40", "--size",
      "64",
    ])
    let text = try String(contentsOfFile: study, encoding: .utf8)
    let start = try #require(text.range(of: "\"fusion\":"))
    let fusion =
      image
      ? #""fusion": {"head": ["concat", "late"], "hidden": 8, "training": {"epochs": 1}, "fineTuning": {"epochs": 0}},"#
      : ""
    try
      (text[..<start.lowerBound]
        + """
        \(fusion)
        "external": [{"name": "north", "groups": ["\(groups)"],
          "data": {"format": "csv", "path": "north/cases.csv", "labels": ["normal", "abnormal"],
            "columns": {"id": "id", "image": "image", "text": "text", "label": "label",
              "patient": "patient"}}}]}
        """).write(toFile: study, atomically: true, encoding: .utf8)
    return study
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8)
  }

  /// What the report says of other data.
  private func elsewhere(_ run: String) throws -> Substring {
    let report = try text("\(run)/report.html")
    let start = try #require(report.range(of: "<section id=\"external\""))
    let end = try #require(report[start.lowerBound...].range(of: "</section>"))
    return report[start.lowerBound..<end.upperBound]
  }

  private func notes(_ outcome: ProgramRunner.Outcome) -> [Substring] {
    outcome.error.split(separator: "\n").filter {
      $0.hasPrefix("note: ") && ($0.contains("north") || $0.hasSuffix(" splits)"))
    }
  }

  @Test("A comparison evaluates its models elsewhere; gone on with, it says and writes the same")
  func compared() throws {
    try withTemporaryFolder { folder in
      let study = try prepare(folder)
      let command = ["compare", study, "--output", "\(folder)/run", "--quiet"]
      let first = try ProgramRunner.run(command)
      #expect(first.status == 0, "\(first.error)")
      #expect(first.output.contains("net + words late on north: AUROC internal"))
      let place = "\(folder)/run/external/north"
      var root = try JSONValue.parse(contentsOf: "\(place)/r1f1/evaluation.json").object()
      for value in try root.required("results").array() {
        var result = try value.object()
        let isLate = try result.string("model") == "net + words late"
        var question = try result.required("questions").array()[0].object()
        var fixed = try question.required("atFixedThreshold").object()
        #expect(
          try fixed.string("source")
            == (isLate ? "learnt-internal-validation" : "internal-validation"))
        let conformal = try question.required("conformal")
        if isLate {
          var reason = try conformal.object()
          #expect(try reason.string("undefined") == "learnt-from-validation")
        } else {
          #expect(try conformal.array().count == 2)
        }
      }
      let said = notes(first)
      #expect(said.count { $0.contains("its head late learnt from the validation cases") } == 1)
      #expect(said.contains { $0.hasSuffix("(2 of 2 splits)") }, "\(said)")
      let report = try elsewhere(folder + "/run")
      #expect(report.contains("The head of net + words late learnt from the validation cases"))
      #expect(report.contains("A program made these cases"))
      let summary = try text("\(place)/summary.json")

      // As after a stop between two splits.
      try FileManager.default.removeItem(atPath: "\(place)/r1f2")
      try FileManager.default.removeItem(atPath: "\(place)/summary.json")
      try FileManager.default.removeItem(atPath: "\(folder)/run/report.html")
      let again = try ProgramRunner.run(command + ["--resume"])
      #expect(again.status == 0, "\(again.error)")
      #expect(notes(again).sorted() == said.sorted())
      #expect(try text("\(place)/summary.json") == summary)
      #expect(try elsewhere(folder + "/run") == report)
      let kept = try ProgramRunner.run(command + ["--resume"])
      #expect(notes(kept).sorted() == said.sorted())
    }
  }

  @Test("Bad pictures and groups that are not there stop a study before anything is trained")
  func refused() throws {
    try withTemporaryFolder { folder in
      let study = try prepare(folder)
      let picture = try #require(
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/north/images").sorted().first
      )
      try AtomicFile.write("no picture", to: "\(folder)/north/images/\(picture)")
      let command = ["compare", study, "--output", "\(folder)/run", "--quiet"]
      let bad = try ProgramRunner.run(command)
      #expect(bad.status == 1 && bad.error.contains(picture), "\(bad.error)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run/cells"))
      let text = try text(study)
      try text.replacing("[\"patient\"]", with: "[\"scanner\"]")
        .write(toFile: study, atomically: true, encoding: .utf8)
      let groups = try ProgramRunner.run(command + ["--skip-bad"])
      #expect(groups.status == 1 && groups.error.contains("scanner"), "\(groups.error)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/run/cells"))
    }
  }

  @Test("An ensemble tells how far its members differ, and what withholding by it gains")
  func members() throws {
    try withTemporaryFolder { folder in
      let study = try prepare(folder, image: false)
      let text = try text(study)
      try text.replacing(
        "\"encoder\": \"word2vec\",", with: "\"encoder\": \"word2vec\", \"members\": 2,"
      )
      .write(toFile: study, atomically: true, encoding: .utf8)
      try ProgramRunner.succeed(["compare", study, "--output", "\(folder)/run", "--quiet"])
      let place = "\(folder)/run/external/north/r1f1"
      let table = try self.text("\(place)/predictions.csv").split(separator: "\n")
      #expect(table[0].hasSuffix(",decision,spread"))
      let spreads = table.dropFirst().compactMap { Double($0.split(separator: ",").last ?? "") }
      #expect(spreads.count == 40 && spreads.allSatisfy { $0 > 0 })
      #expect(try self.text("\(place)/evaluation.json").contains("\"confidence\": \"agreement\""))
      #expect(try self.text("\(place)/evaluation.html").contains("members differ most"))
    }
  }
}
