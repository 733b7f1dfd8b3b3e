import Foundation
import Images
import TestSupport
import Testing

@Suite(
  "The program and DICOM files", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct DICOMProgramTests {
  /// A picture as a DICOM file of 12 bits, with a patient.
  private func dicom(_ path: String, photometric: String = "MONOCHROME2") throws -> DICOMBuilder {
    let image = try PixelImage.load(path: path, channels: 1)
    var file = DICOMBuilder(
      rows: image.height, columns: image.width, samples: image.pixels.map { UInt16($0) * 16 },
      bits: 12, photometric: photometric)
    file.elements[0x0010_0010] = .text("PN", "Planted^Name")
    file.elements[0x0010_0020] = .text("LO", "PLANTED-ID")
    file.elements[0x0028_1050] = .text("DS", "2040.5")
    file.elements[0x0028_1051] = .text("DS", "4081")
    return file
  }

  @Test(
    "A study of DICOM files is trained, predicts a folder of them, explains and detects, and names no patient",
    .enabled(if: ProgramRunner.hasDICOMWorker, "zoo-dicom is not built")
  )
  func study() throws {
    try withTemporaryFolder { folder in
      try ProgramRunner.succeed([
        "data", "sample", "--output", "\(folder)/sample", "--count", "40", "--size", "64",
      ])
      let images = "\(folder)/sample/images"
      let plain = "\(folder)/plain.png"
      try PixelImage.load(path: "\(images)/0003.png", channels: 1).savePNG(path: plain)
      for name in try FileManager.default.contentsOfDirectory(atPath: images) {
        try dicom("\(images)/\(name)").write(to: "\(images)/\(name)")
      }
      let study = "\(folder)/study.json"
      try """
      \(SmallStudy.beginning)
       "image": {"name": "net", "encoder": "densenet121", "size": 32, "window": "minmax",
         "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
         "training": {"epochs": 1, "batchSize": 8}}}
      """.write(toFile: study, atomically: true, encoding: .utf8)
      let model = "\(folder)/model"
      let trained = try ProgramRunner.run(["train", study, "--output", model, "--quiet"])
      #expect(trained.status == 0, "\(trained.error)")
      let saved = try String(contentsOfFile: "\(model)/model.json", encoding: .utf8)
      #expect(saved.contains("\"window\": \"minmax\"") && !saved.contains("\"bits\""))
      try ProgramRunner.succeed([
        "predict", model, "--images", images, "--output", "\(folder)/p.csv", "--quiet",
      ])
      let table = try String(contentsOfFile: "\(folder)/p.csv", encoding: .utf8)
      #expect(table.split(separator: "\n").count == 41)
      try ProgramRunner.succeed([
        "explain", model, "--image", "\(images)/0003.png", "--nodes", "4", "--maximum-nodes", "4",
        "--output", "\(folder)/why", "--quiet",
      ])
      for path in FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
      where !path.hasPrefix("sample/") {
        let data = FileManager.default.contents(atPath: "\(folder)/\(path)") ?? Data()
        #expect(data.range(of: Data("lanted".utf8)) == nil, "\(path)")
        #expect(data.range(of: Data("PLANTED".utf8)) == nil, "\(path)")
      }
    }
  }

  @Test(
    "show tells what is in a file, keeps the patient back, and writes the picture",
    .enabled(if: ProgramRunner.hasDICOMWorker, "zoo-dicom is not built"))
  func show() throws {
    try withTemporaryFolder { folder in
      let samples = (0..<256).map { UInt8($0) }
      try PixelImage(width: 16, height: 16, channels: 1, pixels: samples)
        .savePNG(path: "\(folder)/a.png")
      try dicom("\(folder)/a.png", photometric: "MONOCHROME1").write(to: "\(folder)/a.dcm")
      let shown = try ProgramRunner.run([
        "data", "show", "\(folder)/a.dcm", "--output", "\(folder)/b.png",
      ])
      #expect(shown.status == 0, "\(shown.error)")
      for text in [
        "DICOM, explicit VR, little endian", "photometric interpretation: MONOCHROME1",
        "bits stored: 12", "window centre: 2040.5", "2 elements on patient, dates and places",
        "picture: 16 x 16 pixels, grey, 16 bits, values 0 to 65535",
        "black and white: the file's first VOI table or window",
      ] { #expect(shown.output.contains(text), "\(text) in \(shown.output)") }
      #expect(shown.error.contains("MONOCHROME1, where small values are bright; turned around"))
      #expect(!shown.output.contains("lanted") && !shown.output.contains("PLANTED"))
      let named = try ProgramRunner.succeed(["data", "show", "\(folder)/a.dcm", "--identifiers"])
      #expect(named.contains("patient's name: Planted^Name"))
      let written = try PixelImage.load(path: "\(folder)/b.png")
      #expect(written.eightBit.pixels == samples.map { 255 - $0 })
    }
  }
}
