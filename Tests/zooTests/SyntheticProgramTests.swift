import Foundation
import TestSupport
import Testing

@Suite(
  "Models of synthetic data say so", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct SyntheticProgramTests {
  private static let net = """
    "image": {"name": "net", "encoder": "densenet121", "size": 32,
      "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
      WEIGHTS"training": {"epochs": 1, "batchSize": 8}}
    """

  private func write(_ text: String, _ path: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  private func isSynthetic(_ folder: String) throws -> Bool {
    try String(contentsOfFile: "\(folder)/data.json", encoding: .utf8)
      .contains("\"synthetic\": true")
  }

  @Test(
    "A pre-training on the sample is synthetic, told or not; a model that starts from it says so")
  func pretraining() throws {
    try withTemporaryFolder { folder in
      try ProgramRunner.succeed([
        "data", "sample", "--output", "\(folder)/sample", "--count", "40", "--size", "64",
      ])
      let rows = try String(contentsOfFile: "\(folder)/sample/cases.csv", encoding: .utf8)
        .split(separator: "\n").dropFirst()
      let lines = rows.map { row in
        "images/\(row.split(separator: ",")[0]).png,\(row.contains(",abnormal,") ? 1 : 0)"
      }
      let findings = (["file,lesion"] + lines).joined(separator: "\n") + "\n"
      try write(findings, "\(folder)/sample/findings.csv")
      // The same pictures where nothing tells where they come from.
      try FileManager.default.createDirectory(
        atPath: "\(folder)/moved", withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: "\(folder)/sample/images", toPath: "\(folder)/moved/images")
      try write(findings, "\(folder)/moved/findings.csv")
      func specification(_ place: String, _ keys: String = "") throws -> String {
        let path = "\(folder)/\(place)\(keys.count).json"
        try write(
          """
          {"schema": 1, "name": "findings", "seed": 2,
           "data": {"format": "csv", "path": "\(place)/findings.csv", \(keys)
             "columns": {"image": "file", "findings": ["lesion"]}},
           "folds": {"kind": "k-fold", "count": 2, "validation": 0.2},
           \(Self.net.replacing("WEIGHTS", with: ""))}
          """, path)
        return path
      }
      let told = try ProgramRunner.run([
        "pretrain", try specification("sample"), "--output", "\(folder)/found", "--quiet",
      ])
      #expect(told.status == 0, "\(told.error)")
      #expect(told.error.contains("the data lie in a phantom sample"), "\(told.error)")
      #expect(try isSynthetic("\(folder)/found"))
      try ProgramRunner.succeed([
        "pretrain", try specification("moved", "\"synthetic\": true,"), "--output",
        "\(folder)/declared", "--quiet",
      ])
      #expect(try isSynthetic("\(folder)/declared"))
      try ProgramRunner.succeed([
        "pretrain", try specification("moved"), "--output", "\(folder)/plain", "--quiet",
      ])
      #expect(try !isSynthetic("\(folder)/plain"))
      try ProgramRunner.succeed([
        "bundle", "create", "\(folder)/found", "--name", "found@1.0.0", "--licence", "CC0-1.0",
        "--output", "\(folder)/bundle",
      ])
      let card = try String(contentsOfFile: "\(folder)/bundle/README.md", encoding: .utf8)
      #expect(card.contains("synthetic-data") && card.contains("(synthetic)"), "\(card)")

      // From it a model of other data; the bundle serves as a start as the run does.
      for start in ["found", "bundle"] {
        let path = "\(folder)/from-\(start).json"
        let study =
          "{\"schema\": 1, \"name\": \"s\", \"data\": {\"format\": \"csv\", \"path\":"
          + " \"moved/cases.csv\", \"columns\": {\"image\": \"file\", \"label\": \"label\"},"
          + " \"labels\": [\"no\", \"yes\"], \"allowSeen\": true}, \"folds\": {\"count\": 2, \"validation\": 0.2},\n"
          + Self.net.replacing("WEIGHTS", with: "\"weights\": \"\(folder)/\(start)\", ") + "}"
        try write(study, path)
        try write(
          findings.replacing("lesion", with: "label").replacing(",0\n", with: ",no\n")
            .replacing(",1\n", with: ",yes\n"), "\(folder)/moved/cases.csv")
        let output = "\(folder)/second-\(start)"
        try ProgramRunner.succeed(["train", path, "--output", output, "--quiet"])
        #expect(try !isSynthetic(output))
        try ProgramRunner.succeed([
          "bundle", "create", output, "--name", "second@1.0.0", "--licence", "CC0-1.0",
          "--data-terms", "mine", "--origin-terms", "none", "--output", "\(output)-bundle",
        ])
        let second = try String(contentsOfFile: "\(output)-bundle/README.md", encoding: .utf8)
        #expect(
          second.contains(
            "It started from weights that were trained on synthetic data (\(start))"), "\(second)")
      }
    }
  }
}
