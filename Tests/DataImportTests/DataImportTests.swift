import Basics
import DataImport
import Foundation
import Images
import TestSupport
import Testing

@testable import DICOM

@Suite("DICOM trees become case tables")
struct DataImportTests {
  /// Writes examinations with identifiers everywhere, and a table of reports.
  private func tree(_ folder: String, count: Int) throws -> [String] {
    var planted: [String] = []
    var reports = "accession,report,label\n"
    for number in 0..<count {
      let (last, first) = ("Planted\(number)name", "Given\(number)x")
      let patient = "MRN\(70_000_000 + number / 2)"
      let accession = "ACC\(8_800_000 + number)"
      let uid = "1.2.826.0.1.99.\(31_000_000 + number)"
      planted += [last, first, patient, accession, uid, "Ward-\(number)-Secret", "Doc\(number)tor"]
      let place = "\(folder)/\(last)/\(patient)"
      try FileManager.default.createDirectory(
        atPath: place, withIntermediateDirectories: true)
      for view in ["PA", "LL"] {
        var file = DICOMBuilder(
          rows: 32, columns: 24,
          samples: (0..<32 * 24).map {
            UInt16(($0 * 37 + number * 101 + (view == "PA" ? 0 : 7)) % 4096)
          },
          bits: 12)
        file.elements[0x0008_0018] = .text("UI", "\(uid).\(view == "PA" ? 1 : 2)")
        file.elements[0x0008_0020] = .text("DA", "20140312")
        file.elements[0x0008_0050] = .text("SH", accession)
        file.elements[0x0008_0080] = .text("LO", "Ward-\(number)-Secret")
        file.elements[0x0008_0090] = .text("PN", "Doc\(number)tor^Who")
        file.elements[0x0009_0010] = .text("LO", "\(last) private")
        file.elements[0x0010_0010] = .text("PN", "\(last)^\(first)")
        file.elements[0x0010_0020] = .text("LO", patient)
        file.elements[0x0010_0030] = .text("DA", "19551231")
        file.elements[0x0010_0040] = .text("CS", number % 2 == 0 ? "F" : "M")
        file.elements[0x0018_5101] = .text("CS", view)
        file.elements[0x0020_000d] = .text("UI", uid)
        if number == 0, view == "LL" {
          file.elements[0x0008_0008] = .text("CS", "ORIGINAL\\PRIMARY\\LOCALIZER")
        }
        try file.write(to: "\(place)/\(last)-\(view).dcm")
        if number == 1, view == "PA" {
          // The same instance with other pixels: the first by its path counts.
          file.elements[0x7fe0_0010] = .words((0..<32 * 24).map { UInt16($0) }, vr: "OW")
          try file.write(to: "\(place)/copy of \(last).dcm")
        }
      }
      if number != 3 {
        reports +=
          "\(accession),\"\(first) \(last) seen 12.03.2014 by Doc\(number)tor, call 0511 1234567. Lungs clear.\","
          + "\(number % 2 == 0 ? "normal" : "abnormal")\n"
      }
    }
    reports += "ACC\(8_800_000),Second reading.,abnormal\n"
    reports += "ACC1111111,No such picture.,normal\nACC2222222,,normal\n"
    try reports.write(toFile: "\(folder)/reports.csv", atomically: true, encoding: .utf8)
    try "no picture".write(toFile: "\(folder)/notes.txt", atomically: true, encoding: .utf8)
    try Data([UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + [1, 2, 3]).write(
      to: URL(fileURLWithPath: "\(folder)/broken.dcm"))
    return planted
  }

  private func run(_ folder: String, withYear: Bool = false) throws -> ImportSummary {
    let (key, _) = try PseudonymKey.readOrMake(path: "\(folder)/secret.key")
    let reports = try ReportTable(
      path: "\(folder)/tree/reports.csv", key: .accession, keyColumn: "accession",
      textColumn: "report", kept: ["label"])
    return try DataImport(
      root: "\(folder)/tree", output: "\(folder)/out", key: key, reports: reports,
      reading: DICOMReading(), withYear: withYear
    ).run(progress: ProgressReporter(mode: .quiet))
  }

  @Test(
    "No planted string comes out; what is joined, left out and repeated is counted",
    .enabled(if: DICOMWorkers.shared.program != nil, "zoo-dicom was not built"))
  func planted() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/tree", withIntermediateDirectories: true)
      let count = 24
      let planted = try tree("\(folder)/tree", count: count)
      let summary = try run(folder)
      #expect(summary.files == 2 * count + 4)
      #expect(summary.otherFiles == 2)
      #expect(summary.refused.values.reduce(0, +) == 1)
      #expect(summary.localisers == 1 && summary.repeatedInstances == 1)
      #expect(summary.pictures == 2 * count - 1)
      #expect(summary.studies == count && summary.patients == count / 2)
      #expect(summary.withoutReport == 2 && summary.withReport == 2 * count - 3)
      #expect(summary.reportsWithoutPicture == 1 && summary.emptyReports == 1)
      #expect(summary.cleanedTexts == count - 1)
      #expect(summary.takenOut[.date] == count - 1 && summary.takenOut[.phone] == count - 1)
      #expect(summary.takenOut[.name] == 3 * (count - 1))
      #expect(summary.joinedReports == 1 && summary.differingColumns == 1)
      let copy = "\(folder)/tree/Planted1name/MRN70000000/copy of Planted1name.dcm"
      let second = try PixelImage.read(path: copy).image.encodedPNG()
      var written = 0
      for path in try #require(FileManager.default.enumerator(atPath: "\(folder)/out")) {
        guard let name = path as? String else { continue }
        for string in planted { #expect(!name.contains(string)) }
        guard let data = FileManager.default.contents(atPath: "\(folder)/out/\(name)") else {
          continue
        }
        written += 1
        #expect(data != second, "\(name)")
        for string in planted + ["20140312", "12.03.2014", "1234567", "19551231"] {
          #expect(data.firstRange(of: Data(string.utf8)) == nil, "\(string) in \(name)")
        }
      }
      #expect(written == summary.pictures + 2)
      let table = try String(contentsOfFile: "\(folder)/out/cases.csv", encoding: .utf8)
      #expect(
        table.contains("XXXX XXXX seen XXXX by XXXX, call XXXX. Lungs clear."),
        "\(table.prefix(600))")
      #expect(table.contains(",PA,,F,40–59,,normal"))
    }
  }

  @Test(
    "The same secret gives the same keys, another gives others; the year is written where asked for",
    .enabled(if: DICOMWorkers.shared.program != nil, "zoo-dicom was not built"))
  func keys() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/tree", withIntermediateDirectories: true)
      _ = try tree("\(folder)/tree", count: 4)
      func table() throws -> String {
        _ = try run(folder, withYear: true)
        let text = try String(contentsOfFile: "\(folder)/out/cases.csv", encoding: .utf8)
        try FileManager.default.removeItem(atPath: "\(folder)/out")
        return text
      }
      let first = try table()
      #expect(try table() == first)
      #expect(first.contains(",2014,"))
      let mode = try FileManager.default.attributesOfItem(atPath: "\(folder)/secret.key")
      #expect(mode[.posixPermissions] as? Int == 0o600)
      try FileManager.default.removeItem(atPath: "\(folder)/secret.key")
      #expect(try table() != first)
      try "abc".write(toFile: "\(folder)/secret.key", atomically: true, encoding: .utf8)
      #expect(errorText { _ = try run(folder) }.contains("is no secret of an import"))
    }
  }
}
