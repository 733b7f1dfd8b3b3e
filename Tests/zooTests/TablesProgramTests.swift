import Foundation
import TestSupport
import Testing

@Suite(
  "The program over tables as people have them", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct TablesProgramTests {
  private func rows(_ folder: String) throws -> [[String]] {
    try String(contentsOfFile: "\(folder)/sample/cases.csv", encoding: .utf8)
      .split(separator: "\n").map { line in
        // The sample's texts are the only quoted fields, and hold no quotes.
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return line.components(separatedBy: ",") }
        return parts[0].dropLast().components(separatedBy: ",") + [parts[1]]
          + parts[2].dropFirst().components(separatedBy: ",")
      }
  }

  @Test(
    "A workbook and a semicolon table give the numbers of the CSV, and notes that stand in the report"
  )
  func sameNumbers() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let rows = try rows(folder)
      #expect(rows.count == 61 && rows.allSatisfy { $0.count == rows[0].count })
      let text =
        "\u{feff}" + rows.map { ";" + $0.joined(separator: ";") }.joined(separator: "\r\n")
        + "\r\n;;;;;\r\n"
      try text.write(
        toFile: "\(folder)/sample/excel.csv", atomically: true, encoding: .utf8)
      try WorkbookBuilder(sheet: WorkbookBuilder.rows(rows)).data.write(
        to: URL(fileURLWithPath: "\(folder)/sample/book.xlsx"))
      let specification = try String(contentsOfFile: study, encoding: .utf8)
      var results: [String] = []
      for name in ["cases.csv", "excel.csv", "book.xlsx"] {
        try specification.replacing("cases.csv", with: name).write(
          toFile: study, atomically: true, encoding: .utf8)
        let output = "\(folder)/\(name)-run"
        let done = try ProgramRunner.run(["compare", study, "--output", output, "--quiet"])
        #expect(done.status == 0, "\(done.error)")
        results.append(try String(contentsOfFile: "\(output)/results.csv", encoding: .utf8))
        if name == "excel.csv" {
          #expect(done.error.contains("note: "))
          let report = try String(contentsOfFile: "\(output)/report.html", encoding: .utf8)
          for sentence in ["separated by", "at the end without any value", "without a name"] {
            #expect(done.error.contains(sentence) && report.contains(sentence), "\(done.error)")
          }
        }
      }
      #expect(results[0] == results[1] && results[0] == results[2])
    }
  }

  @Test("Findings with No Finding, one-hot classes and nan are pre-trained on")
  func pretrains() throws {
    try withTemporaryFolder { folder in
      _ = try SmallStudy.prepare(folder)
      let rows = try rows(folder)
      func column(_ name: String) throws -> Int { try #require(rows[0].firstIndex(of: name)) }
      let (image, patient, label) = try (column("image"), column("patient"), column("label"))
      let tables: [(name: String, findings: [String], values: (Int, Bool) -> [String])] = [
        ("chexpert", ["No Finding", "Mass"], { _, ill in ill ? ["", "1.0"] : ["1.0", "0.0"] }),
        ("one-hot", ["naevus", "melanoma"], { _, ill in ill ? ["0", "1"] : ["1", "0"] }),
        (
          "nan", ["Mass", "Devices"],
          { i, ill in [ill ? "1" : "0", i % 3 == 0 ? "1" : i % 3 == 1 ? "0" : "nan"] }
        ),
      ]
      for table in tables {
        let lines = rows.dropFirst().enumerated().map { index, row in
          ([row[image], row[patient]] + table.values(index, row[label] == "abnormal"))
            .joined(separator: ",")
        }
        let header = (["Path", "who"] + table.findings).joined(separator: ",")
        try ([header] + lines).joined(separator: "\n").write(
          toFile: "\(folder)/sample/\(table.name).csv", atomically: true, encoding: .utf8)
        let names = table.findings.map { "\"\($0)\"" }.joined(separator: ", ")
        try """
        {"schema": 1, "name": "\(table.name)", "data": {"format": "csv",
          "path": "sample/\(table.name).csv",
          "columns": {"image": "Path", "patient": "who", "findings": [\(names)]}},
         "folds": {"count": 3, "validation": 0.2},
         "image": {"name": "net", "encoder": "densenet121", "size": 32,
           "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
           "training": {"epochs": 1, "batchSize": 8}}}
        """.write(
          toFile: "\(folder)/\(table.name).json", atomically: true, encoding: .utf8)
        let done = try ProgramRunner.run([
          "pretrain", "\(folder)/\(table.name).json", "--output", "\(folder)/\(table.name)",
          "--quiet",
        ])
        #expect(done.status == 0, "\(table.name): \(done.error)")
        #expect(done.error.contains("\"findings\" is called \"labels\" now"), "\(done.error)")
        if table.name == "nan" { #expect(done.error.contains("\"Devices\" (\"nan\" 20)")) }
      }
    }
  }

  @Test("Patients called nan are asked about, and one key answers")
  func asksForPatients() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      var rows = try rows(folder)
      let patient = try #require(rows[0].firstIndex(of: "patient"))
      for index in 1...30 { rows[index][patient] = "nan" }
      try rows.map { $0.map { $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",") }
        .joined(separator: "\n").write(
          toFile: "\(folder)/sample/cases.csv", atomically: true, encoding: .utf8)
      let run = ["train", study, "--output", "\(folder)/model", "--quiet"]
      let refused = try ProgramRunner.run(run)
      #expect(refused.status != 0)
      #expect(refused.error.contains("column \"patient\": 30 of 60 values (\"nan\" 30)"))
      #expect(refused.error.contains("set \"missing\": [\"nan\"] in \"data\""))
      let text = try String(contentsOfFile: study, encoding: .utf8)
      try text.replacing("\"synthetic\": true", with: "\"synthetic\": true, \"missing\": [\"nan\"]")
        .write(toFile: study, atomically: true, encoding: .utf8)
      let done = try ProgramRunner.run(run)
      #expect(done.status == 0, "\(done.error)")
      #expect(done.error.contains("30 of 60 cases have no patient"))
    }
  }

  @Test(
    "Cases and combinations with names longer than a disk's are explained, and told by whole ids")
  func longNames() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      var rows = try rows(folder)
      let id = try #require(rows[0].firstIndex(of: "id"))
      let long = String(repeating: "肺", count: 30)
      for index in rows.indices.dropFirst() { rows[index][id] = "\(long)\(index)" }
      try rows.map { $0.map { $0.contains(",") ? "\"\($0)\"" : $0 }.joined(separator: ",") }
        .joined(separator: "\n").write(
          toFile: "\(folder)/sample/cases.csv", atomically: true, encoding: .utf8)
      let name = String(repeating: "编码器", count: 30)
      try String(contentsOfFile: study, encoding: .utf8)
        .replacing("\"name\": \"words\"", with: "\"name\": \"\(name)\"")
        .write(toFile: study, atomically: true, encoding: .utf8)
      let run = "\(folder)/run"
      try ProgramRunner.succeed(["compare", study, "--output", run, "--quiet"])
      try ProgramRunner.succeed(["compare", study, "--output", run, "--quiet", "--resume"])
      let output = "\(folder)/explained"
      try ProgramRunner.succeed([
        "explain", run, "--study", study, "--output", output, "--nodes", "4", "--quiet",
      ])
      let index = try String(contentsOfFile: "\(output)/index.csv", encoding: .utf8)
      #expect(index.split(separator: "\n").count == 61)
      #expect(index.contains("\n\(long)7,"))
      let folders = try FileManager.default.contentsOfDirectory(atPath: "\(output)/cases")
      #expect(folders.count == 60 && folders.allSatisfy { $0.utf8.count <= 100 })
    }
  }
}
