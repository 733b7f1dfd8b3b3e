import Basics
import Foundation
import Images
import TestSupport
import Testing

@Suite(
  "The program checks data", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct DataCheckProgramTests {
  /// Changes one picture of the sample.
  private func change(
    _ number: Int, _ folder: String, _ make: (Int, Int, UInt8, PixelImage) -> UInt8
  ) throws {
    let path = "\(folder)/sample/images/\(String(format: "%04d", number)).png"
    let image = try PixelImage.load(path: path, channels: 1)
    var pixels = image.pixels
    for y in 0..<image.height {
      for x in 0..<image.width {
        pixels[y * image.width + x] = make(x, y, image.pixels[y * image.width + x], image)
      }
    }
    try PixelImage(width: image.width, height: image.height, channels: 1, pixels: pixels)
      .savePNG(path: path)
  }

  @Test("Ten planted faults are found, each with its cases; nothing else is called an error")
  func planted() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder)
      try change(3, folder) { _, _, _, _ in 77 }
      try change(5, folder) { _, _, value, _ in 255 - value }
      try change(7, folder) { x, y, _, image in
        image.pixels[(image.height - 1 - y) * image.width + image.width - 1 - x]
      }
      try change(9, folder) { _, y, value, image in y > image.height / 2 ? 0 : value }
      let grey = try PixelImage.load(path: "\(folder)/sample/images/0011.png", channels: 1)
      try PixelImage(
        width: grey.width, height: grey.height, channels: 3,
        pixels: grey.pixels.flatMap { [$0, $0, $0 / 2] }
      ).savePNG(path: "\(folder)/sample/images/0011.png")
      try "no picture".write(
        toFile: "\(folder)/sample/images/0013.png", atomically: true, encoding: .utf8)
      let rows = try String(contentsOfFile: "\(folder)/sample/cases.csv", encoding: .utf8)
        .split(separator: "\n").map(String.init)
      // One picture under two labels.
      func label(_ row: String) -> String { row.contains(",abnormal,") ? "abnormal" : "normal" }
      let other = try #require(
        (20..<60).first { label(rows[$0]) != label(rows[15]) })
      let name = { (number: Int) in String(format: "images/%04d.png", number) }
      let changed = rows.enumerated().map { index, row in
        guard index > 0 else { return row }
        var row = row
        if index == other { row = row.replacing(name(other), with: name(15)) }
        if index == 17 {
          row = row.replacing(
            /"[^"]*"/, with: "\"Die Lunge ist frei und das Herz ist nicht vergrößert.\"")
        } else if label(row) == "abnormal" {
          // The report names the class.
          row = row.replacing(/\.",/, with: ". Abnormal study.\",")
        }
        if index == 19 { row = row.replacing(/,P[0-9]+$/, with: ",") }
        return row
      }
      try changed.joined(separator: "\n").write(
        toFile: "\(folder)/sample/cases.csv", atomically: true, encoding: .utf8)
      let run = try ProgramRunner.run(["data", "check", study, "--output", "\(folder)/check"])
      #expect(run.status == 0, "\(run.error)")
      let json = try JSONValue.parse(contentsOf: "\(folder)/check/check.json")
      var root = try json.object()
      var found: [String: [[String]]] = [:]
      var errors: Set<String> = []
      for value in try root.required("findings").array() {
        var finding = try value.object()
        let kind = try finding.string("kind")
        found[kind, default: []].append(try finding.strings("cases") ?? [])
        if try finding.string("severity") == "error" { errors.insert(kind) }
      }
      #expect(found["blank-picture"] == [["0003"]])
      #expect(found["inverted-picture"] == [["0005"]])
      #expect(found["rotated-picture"] == [["0007"]])
      #expect(found["cut-picture"] == [["0009"]])
      #expect(found["colour-picture"] == [["0011"]])
      #expect(found["unusable-cases"] == [["0013"]])
      #expect(
        found["duplicate-picture"] == [[15, other].sorted().map { String(format: "%04d", $0) }])
      #expect(found["language"] == [["0017"]])
      #expect(found["missing-value"] == [["0019"]])
      #expect(run.output.contains("“abnormal” stands in"), "\(run.output)")
      #expect(found["label-word"]?.count == 1)
      #expect(errors == ["blank-picture", "unusable-cases", "duplicate-picture"])
      let page = try String(contentsOfFile: "\(folder)/check/check.html", encoding: .utf8)
      #expect(page.contains("picture of case 0005") && page.contains("data:image/png;base64,"))
      let again = try ProgramRunner.run(["data", "check", study, "--output", "\(folder)/check"])
      #expect(again.status != 0 && again.error.contains("already there"))
    }
  }

  @Test("The phantom sample has no warning; a comparison repeats what words give away")
  func sound() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      let run = try ProgramRunner.run(["data", "check", study, "--output", "\(folder)/check"])
      #expect(run.status == 0, "\(run.error)")
      #expect(!run.output.contains("warning:") && !run.output.contains("error:"), "\(run.output)")
      let path = "\(folder)/sample/cases.csv"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try text.split(separator: "\n").map { row in
        row.contains(",abnormal,")
          ? String(row).replacing(/\.",/, with: ". Abnormal study.\",") : String(row)
      }.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
      let compared = try ProgramRunner.run([
        "compare", study, "--output", "\(folder)/run", "--quiet",
      ])
      #expect(compared.status == 0, "\(compared.error)")
      #expect(compared.error.contains("“abnormal” stands in"), "\(compared.error)")
      let report = try String(contentsOfFile: "\(folder)/run/report.html", encoding: .utf8)
      #expect(report.contains("the report names it"))
    }
  }

  @Test("Words that given vectors do not know are counted; vectors that are not there are an error")
  func coverage() throws {
    try withTemporaryFolder { folder in
      let study = try SmallStudy.prepare(folder, image: false)
      try "the 0.1 0.2\nlungs 0.3 0.4\n".write(
        toFile: "\(folder)/vectors.txt", atomically: true, encoding: .utf8)
      let text = try String(contentsOfFile: study, encoding: .utf8).replacing(
        "\"encoder\": \"word2vec\",",
        with: "\"encoder\": \"word2vec\", \"vectors\": \"\(folder)/vectors.txt\","
      ).replacing("\"dimension\": 16", with: "\"dimension\": 2")
      try text.write(toFile: study, atomically: true, encoding: .utf8)
      let run = try ProgramRunner.run(["data", "check", study, "--output", "\(folder)/check"])
      #expect(run.status == 0, "\(run.error)")
      #expect(
        run.output.contains("of the running words; the commonest it does not: "), "\(run.output)")
      try FileManager.default.removeItem(atPath: "\(folder)/vectors.txt")
      let gone = try ProgramRunner.run(["data", "check", study, "--output", "\(folder)/gone"])
      #expect(gone.output.contains("vectors.txt") || gone.error.contains("vectors.txt"))
      #expect(gone.output.contains("error: ") || gone.status != 0)
    }
  }
}
