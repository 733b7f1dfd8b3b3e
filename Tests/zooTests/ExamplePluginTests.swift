import Foundation
import TestSupport
import Testing

/// The examples, as an author would use them: built, checked, installed, compared.
@Suite(
  "Example plugins", .serialized,
  .enabled(
    if: PluginScene.canBuild && ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] != nil,
    "compilations and checks: set ENCODERZOO_LONG_TESTS"))
struct ExamplePluginTests {
  private func install(_ name: String, _ scene: PluginScene) throws {
    let folder = scene.path(name)
    try FileManager.default.copyItem(atPath: packageFile("Examples/\(name)"), toPath: folder)
    for command in ["build", "check", "install"] {
      let outcome = try scene.zoo("plugin", command, folder, "--quiet")
      #expect(outcome.status == 0, "\(command): \(outcome.error)\n\(outcome.output)")
      // Golden activations are recorded with each example, and hold.
      if command == "check" {
        #expect(outcome.output.contains("golden       passed"), "\(outcome.output)")
      }
    }
  }

  @Test("A fusion head builds, passes its checks, installs and is compared with concatenation")
  func head() throws {
    try PluginScene.with { scene in
      try install("TensorFusion", scene)
      try scene.writeStudy(heads: "tensor", "concat")
      let compared = try scene.zoo(
        "compare", scene.path("study.json"), "--output", scene.path("run"), "--quiet")
      #expect(compared.status == 0, "\(compared.error)")
      for row in ["net + words tensor", "net + words tensor, text only", "net + words concat"] {
        #expect(compared.output.contains(row), "\(compared.output)")
      }
    }
  }

  @Test(
    "An encoder builds, passes its checks, installs and is compared with another",
    arguments: [
      ("MobileNetV2", "image", "mobilenet_v2", #"{"width": 0.25}"#),
      ("ViT-S16", "image", "vit_s16", #"{"width": 48, "depth": 2, "heads": 3}"#),
      ("LSTMText", "text", "lstm", #"{"dimension": 16, "width": 8}"#),
    ])
  func example(name: String, kind: String, encoder: String, options: String) throws {
    try PluginScene.with { scene in
      try install(name, scene)
      let made = try scene.zoo(
        "data", "sample", "--output", scene.path("sample"), "--count", "40", "--size", "64")
      #expect(made.status == 0, "\(made.error)")
      let other = kind == "image" ? #""resnet18", "options": {"width": 8}"# : #""word2vec""#
      let branch = { (name: String, encoder: String) in
        #"{"name": "\#(name)", "encoder": \#(encoder), \#(kind == "image" ? #""size": 32,"# : "") "#
          + #""training": {"epochs": 1, "batchSize": 8}}"#
      }
      let study = """
        \(SmallStudy.beginning)
         "\(kind)": [\(branch("example", "\"\(encoder)\", \"options\": \(options)")),
           \(branch("other", other))]}
        """
      try study.write(toFile: scene.path("study.json"), atomically: true, encoding: .utf8)
      let compared = try scene.zoo(
        "compare", scene.path("study.json"), "--output", scene.path("run"), "--quiet")
      #expect(compared.status == 0, "\(compared.error)")
      let results = try String(contentsOfFile: scene.path("run/results.csv"), encoding: .utf8)
      #expect(results.contains("example") && results.contains("other"), "\(results)")
      guard kind == "image" else { return }
      // What is written reads back, as often as one likes, in one channel and in three.
      let cell = scene.path("run/cells")
      let split = try #require(try FileManager.default.contentsOfDirectory(atPath: cell).first)
      var file = scene.path("exported.safetensors")
      let exported = try scene.zoo(
        "weights", "export", "\(cell)/\(split)/example/model", "--output", file)
      #expect(exported.status == 0, "\(exported.error)")
      for channels in ["1", "3", "1"] {
        let next = scene.path("\(channels)-of-\((file as NSString).lastPathComponent)")
        let read = try scene.zoo(
          "weights", "import", file, "--for", encoder, "--channels", channels, "--output", next)
        #expect(read.status == 0, "\(read.error)")
        #expect(read.output.contains("100.0 % of the values"), "\(read.output)")
        file = next
      }
    }
  }
}
