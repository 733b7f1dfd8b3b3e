import Basics
import Foundation
import Images
import TestSupport
import Testing

@Suite(
  "The program and image files that are not plain", .serialized,
  .enabled(if: ProgramRunner.program != nil, "the program was not built beside the tests"))
struct ImageFileProgramTests {
  /// A study of 40 synthetic cases and one image encoder.
  private func study(_ folder: String) throws -> String {
    try ProgramRunner.succeed([
      "data", "sample", "--output", "\(folder)/sample", "--count", "40", "--size", "64",
    ])
    let path = "\(folder)/study.json"
    try """
    \(SmallStudy.beginning)
     "image": {"name": "net", "encoder": "densenet121", "size": 32,
       "options": {"growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3},
       "training": {"epochs": 2, "batchSize": 8}}}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  /// The picture with its grey levels as samples of 16 bits.
  private func wide(_ path: String, times factor: UInt16 = 1) throws -> PixelImage {
    let image = try PixelImage.load(path: path, channels: 1)
    return PixelImage(
      width: image.width, height: image.height, channels: 1,
      samples: image.pixels.map { UInt16($0) * factor })
  }

  @Test("16-bit files of 0…255 are trained on and predicted by 8 bits, said, and not read as black")
  func lowSamples() throws {
    try withTemporaryFolder { folder in
      let study = try study(folder)
      let images = "\(folder)/sample/images"
      let plain = "\(folder)/plain.png"
      try PixelImage.load(path: "\(images)/0003.png", channels: 1).savePNG(path: plain)
      for name in try FileManager.default.contentsOfDirectory(atPath: images) {
        try wide("\(images)/\(name)").savePNG(path: "\(images)/\(name)")
      }
      let trained = try ProgramRunner.run([
        "train", study, "--output", "\(folder)/model", "--quiet",
      ])
      #expect(trained.status == 0, "\(trained.error)")
      #expect(trained.error.contains("note: 40 of 40 pictures are 16-bit with values up to "))
      #expect(trained.error.contains("read by 8 bits (255 is white)"), "\(trained.error)")
      let model = try String(contentsOfFile: "\(folder)/model/model.json", encoding: .utf8)
      #expect(model.contains("\"bits\": 8"))
      let wide = try ProgramRunner.run([
        "predict", "\(folder)/model", "--image", "\(images)/0003.png",
      ])
      #expect(wide.error.contains("note: 0003.png is 16-bit"), "\(wide.error)")
      #expect(wide.error.contains("as the model was trained"))
      #expect(
        try ProgramRunner.succeed(["predict", "\(folder)/model", "--image", plain]) == wide.output)
    }
  }

  @Test("A model of 8 bits refuses 16-bit files of low samples, or reads them as it is told")
  func unknownBits() throws {
    try withTemporaryFolder { folder in
      let model = "\(folder)/model"
      try ProgramRunner.succeed(["train", try study(folder), "--output", model, "--quiet"])
      let plain = "\(folder)/sample/images/0003.png"
      let low = "\(folder)/low.png"
      try wide(plain).savePNG(path: low)
      let refused = try ProgramRunner.run(["predict", model, "--image", low])
      #expect(refused.status != 0)
      #expect(refused.error.contains("low.png: is 16-bit with values up to "), "\(refused.error)")
      #expect(refused.error.contains("--bits 8 takes 255 for white"), "\(refused.error)")
      let expected = try ProgramRunner.succeed(["predict", model, "--image", plain])
      #expect(
        try ProgramRunner.succeed(["predict", model, "--image", low, "--bits", "8"]) == expected)
      let black = try ProgramRunner.run(["predict", model, "--image", low, "--bits", "16"])
      #expect(black.error.contains("note: low.png is black"), "\(black.error)")
      try ProgramRunner.succeed([
        "explain", model, "--image", low, "--bits", "8", "--nodes", "4", "--maximum-nodes", "4",
        "--output", "\(folder)/why", "--quiet",
      ])
      let page = try String(contentsOfFile: "\(folder)/why/explanation.html", encoding: .utf8)
      #expect(page.contains("low.png is 16-bit with values up to "))
    }
  }
}
