import Foundation
import TestSupport
import Testing

/// Plugins as an author meets them: through the program, each step a process of its own.
@Suite("Plugins from outside, by the program", .serialized, .enabled(if: PluginScene.canBuild))
struct PluginProgramTests {
  @Test("A new plugin builds, installs, is listed, compared, needed by its model, and removed")
  func life() throws {
    try PluginScene.with { scene in
      #expect(try scene.zoo("plugin", "new", "TinyNet", "--output", scene.path("tiny")).status == 0)
      let early = try scene.zoo("plugin", "install", scene.path("tiny"))
      #expect(early.status == 1 && early.error.contains("the plugin TinyNet is not built"))
      let built = try scene.zoo("plugin", "build", scene.path("tiny"))
      #expect(built.status == 0, "\(built.error)")
      #expect(built.output.contains("libTinyNet.so: tinynet"))
      let installed = try scene.zoo("plugin", "install", scene.path("tiny"))
      #expect(installed.status == 0, "\(installed.error)")
      #expect(try scene.zoo("plugin", "list").output == "TinyNet  tinynet\n")
      let listed = try scene.zoo("list", "--modality", "image")
      #expect(listed.output.contains("tinynet") && listed.error.isEmpty, "\(listed.error)")

      try scene.writeStudy(encoder: "tinynet")
      let trained = try scene.zoo(
        "train", scene.path("study.json"), "--output", scene.path("model"), "--quiet")
      #expect(trained.status == 0, "\(trained.error)")
      let image = try #require(scene.firstImage())
      let predicted = try scene.zoo("predict", scene.path("model"), "--image", image)
      #expect(predicted.status == 0, "\(predicted.error)")

      #expect(try scene.zoo("plugin", "remove", "TinyNet").output == "removed TinyNet\n")
      let gone = try scene.zoo("predict", scene.path("model"), "--image", image)
      #expect(gone.status == 1)
      #expect(
        gone.error.contains(
          "needs the encoder \"tinynet\" of the plugin TinyNet, which is not installed"))
      #expect(gone.error.contains("zoo plugin install DIR"))
      let again = try scene.zoo("plugin", "remove", "TinyNet")
      #expect(again.status == 1 && again.error.contains("no plugin is installed"))
    }
  }

  @Test("A new fusion head is installed, compared, needed by its model, refused and removed")
  func head() throws {
    try PluginScene.with { scene in
      let folder = scene.path("head")
      let made = try scene.zoo("plugin", "new", "Joined", "--kind", "fusion", "--output", folder)
      #expect(made.output.contains("the fusion head is called joined"), "\(made.error)")
      let built = try scene.zoo("plugin", "build", folder)
      #expect(built.output.contains("libJoined.so: joined"), "\(built.error)")
      #expect(try scene.zoo("plugin", "install", folder).output == "installed Joined: joined\n")
      #expect(try scene.zoo("plugin", "list").output == "Joined  joined\n")
      #expect(try scene.zoo("show", "joined").output.contains("f = tanh(W x) tanh(V y)"))

      try scene.writeStudy(heads: "concat", "joined")
      let compared = try scene.zoo(
        "compare", scene.path("study.json"), "--output", scene.path("run"), "--quiet")
      #expect(compared.status == 0, "\(compared.error)")
      #expect(compared.output.contains("net + words joined, image only"), "\(compared.output)")
      let model = scene.path("run/cells/r1f1/net + words joined/model")
      let predict = { try scene.zoo("predict", model, "--text", "The lungs are clear.") }
      #expect(try predict().status == 0)

      let record = "\(scene.store)/Joined/built.json"
      let good = try String(contentsOfFile: record, encoding: .utf8)
      try scene.replaceMatch(#""version": [0-9]+"#, in: record, with: "\"version\": 0")
      let listed = try scene.zoo("list")
      #expect(listed.status == 0 && listed.output.contains("gated"), "the program goes on")
      #expect(!listed.output.contains("joined") && listed.error.contains("version 0 of the kit"))
      let named = try scene.zoo(
        "compare", scene.path("study.json"), "--output", scene.path("other"), "--quiet")
      #expect(named.status == 1 && named.error.contains("version 0 of the kit"), "\(named.error)")
      #expect(try predict().error.contains("version 0 of the kit"))
      try good.write(toFile: record, atomically: true, encoding: .utf8)

      #expect(try scene.zoo("plugin", "remove", "Joined").output == "removed Joined\n")
      let gone = try predict()
      #expect(gone.status == 1)
      #expect(
        gone.error.contains(
          "needs the fusion head \"joined\" of the plugin Joined, which is not installed"),
        "\(gone.error)")
    }
  }

  @Test("What does not fit is refused by name before it runs, and the program goes on without it")
  func refusals() throws {
    try PluginScene.with { scene in
      let folder = scene.path("plain")
      #expect(try scene.zoo("plugin", "new", "Plain", "--output", folder).status == 0)
      // Whatever opens this library leaves a mark.
      let mark = scene.path("mark")
      try scene.replace(
        "Plugin(name: \"Plain\"", in: "\(folder)/Sources/PlainPlugin.swift",
        with: "try? AtomicFile.write(\"opened\", to: \"\(mark)\")\n  return Plugin(name: \"Plain\"")
      let built = try scene.zoo("plugin", "build", folder)
      #expect(built.status == 0, "\(built.error)")
      #expect(try scene.zoo("plugin", "install", folder).status == 0)
      #expect(FileManager.default.fileExists(atPath: mark))
      let record = "\(scene.store)/Plain/built.json"
      let good = try String(contentsOfFile: record, encoding: .utf8)
      let library = "\(scene.store)/Plain/libPlain.so"
      let bytes = try Data(contentsOf: URL(fileURLWithPath: library))

      func refused(_ reason: String, encoder: String? = "plain", _ change: () throws -> Void) throws
      {
        try good.write(toFile: record, atomically: true, encoding: .utf8)
        try bytes.write(to: URL(fileURLWithPath: library))
        try change()
        try? FileManager.default.removeItem(atPath: mark)
        let listed = try scene.zoo("list")
        #expect(listed.status == 0)
        #expect(listed.output.contains("densenet121"), "the program goes on")
        #expect(!listed.output.contains("plain "))
        #expect(listed.error.contains("Plain") && listed.error.contains(reason), "\(listed.error)")
        #expect(!FileManager.default.fileExists(atPath: mark), "nothing of the plugin ran")
        #expect(try scene.zoo("plugin", "list").output.contains("refused: "))
        guard let encoder else { return }
        try scene.writeStudy(encoder: encoder)
        let named = try scene.zoo(
          "train", scene.path("study.json"), "--output", scene.path("model"), "--quiet")
        #expect(named.status == 1 && named.error.contains(reason), "\(named.error)")
      }
      try refused("was built for version 0 of the kit; this program has version") {
        try scene.replaceMatch(#""version": [0-9]+"#, in: record, with: "\"version\": 0")
      }
      try refused("was compiled by Swift version 5.9") {
        try scene.replaceMatch(
          #""compiler": ".*""#, in: record, with: "\"compiler\": \"Swift version 5.9\"")
      }
      try refused("was built against another build of the kit") {
        try scene.replaceMatch(
          #""fingerprint": ".*""#, in: record, with: "\"fingerprint\": \"0\"")
      }
      try refused("is not the file that was built") {
        try (bytes + Data([0])).write(to: URL(fileURLWithPath: library))
      }
      // A study that names it gets the program's own.
      try refused("registers the encoder \"resnet18\", which is ResNet's", encoder: nil) {
        try scene.replaceMatch(#""name": "plain""#, in: record, with: "\"name\": \"resnet18\"")
      }
    }
  }
}
