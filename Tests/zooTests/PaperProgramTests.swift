import Foundation
import TestSupport
import Testing

@Suite(
  "The 2019 study again", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct PaperProgramTests {
  /// The specifications of Examples/paper, made small by one stand-in more.
  private func specifications(_ folder: String) throws {
    try FileManager.default.copyItem(
      atPath: packageFile("Examples/paper"), toPath: "\(folder)/specs")
    let path = "\(folder)/specs/stand-ins.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let end = try #require(text.range(of: "\n  ]\n}", options: .backwards))
    let small = """
      ,
          {
            "studies": ["text-open-i", "text-ungrouped", "transfer", "multimodal-high", "model"],
            "patch": {"folds": {"count": 2}}
          },
          {
            "studies": ["text-open-i", "text-ungrouped"],
            "patch": {"training": {"epochs": 1}, "text": {"custom": {"options": {"dimension": 8, "epochs": 1}}}}
          },
          {
            "studies": ["transfer", "multimodal-high", "model"],
            "patch": {"image": {"size": 32, "training": {"epochs": 2}}}
          },
          {
            "studies": ["multimodal-high", "model"],
            "patch": {"text": {"options": {"dimension": 8, "epochs": 1}, "training": {"epochs": 2}}}
          },
          {
            "studies": ["multimodal-high"], "patch": {"fusion": {"fineTuning": {"epochs": 1}}}
          }
      """
    try (text[..<end.lowerBound] + small + text[end.lowerBound...])
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test(
    "With nothing at hand the phantom stands in, and the document says so; what is made is kept")
  func phantom() throws {
    try withTemporaryFolder { folder in
      try specifications(folder)
      func arguments(_ only: String) -> [String] {
        [
          "paper", "\(folder)/specs", "--data", "\(folder)/nothing", "--output", "\(folder)/out",
          "--document", "\(folder)/copy.md", "--only", only, "--threads", "1", "--quiet",
        ]
      }
      func document(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      }
      try ProgramRunner.succeed(arguments("text-open-i,text-ungrouped"))
      let first = try document("out/paper.md")
      #expect(first.contains("> **All cases are synthetic**: the phantom sample."))
      #expect(first.contains("- No GloVe is at hand (zoo weights fetch glove-6b-300d)."))
      #expect(
        first.contains(
          "**Not run yet:** `text-second`, `transfer`, `multimodal-high`, `multimodal-low`, `recommended`, `model`."
        ))
      #expect(first.contains("| custom | 0.88 / 0.80 / 0.75 | "))
      #expect(first.contains("**Does it matter that equal reports are kept together?**"))
      #expect(first.contains("share?** Not told: no GloVe is at hand."))
      try ProgramRunner.succeed(arguments("transfer,multimodal-high,model,text-open-i"))
      let second = try document("out/paper.md")
      #expect(second.contains("**Not run yet:** `text-second`, `multimodal-low`, `recommended`."))
      // The numbers of what was finished before are the same.
      let table = first.split(separator: "\n").filter { $0.hasPrefix("| custom | 0.88") }
      #expect(!table.isEmpty && table.allSatisfy { second.contains($0) })
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out/figures")
      #expect(
        Set(files) == [
          "figure-2-high.png", "figure-2-middle.png", "figure-2-low.png", "figure-3.svg",
          "figure-4.svg", "figure-5-high.svg",
        ])
      // Synthetic cases may be shown.
      let copy = try document("copy.md")
      #expect(copy.contains("](copy/figure-2-high.png)") && copy.contains("](copy/figure-4.svg)"))
      #expect(FileManager.default.fileExists(atPath: "\(folder)/copy/figure-3.svg"))
      try ProgramRunner.succeed(arguments("transfer"))
      #expect(try document("out/paper.md") == second)
      // Another specification is not taken for the one that was run, however often it is asked.
      for (name, old, new) in [
        ("text-ungrouped", "\"seed\": 1", "\"seed\": 2"), ("model", "\"seed\": 1", "\"seed\": 2"),
      ] {
        let path = "\(folder)/specs/\(name).json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(old))
        try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
        for _ in 1...2 {
          let made = try ProgramRunner.run(arguments(name))
          #expect(made.status == 1, "\(name)")
          #expect(made.error.contains("\(name) is of another specification"), "\(made.error)")
        }
      }
    }
  }

  @Test("A study that is not there is named, and the nearest is told")
  func unknown() throws {
    let made = try ProgramRunner.run([
      "paper", packageFile("Examples/paper"), "--data", "x", "--output", "y", "--only", "transfers",
    ])
    #expect(made.status != 0)
    #expect(made.error.contains("--only names \"transfers\"") && made.error.contains("transfer"))
  }
}
