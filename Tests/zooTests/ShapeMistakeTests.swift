import Basics
import Foundation
import Testing

/// Plugins whose forward pass has a mistake: what is said names the operation, the shapes and what ran.
@Suite("A mistake in a plugin's forward pass", .serialized, .enabled(if: PluginScene.canBuild))
struct ShapeMistakeTests {
  /// What a check of a plugin with a mistake found, check by check; the process must have failed.
  private func checked(
    _ scene: PluginScene, _ name: String, kind: String, _ text: String, _ mistake: String
  ) throws -> [(check: String, outcome: String, found: String)] {
    let folder = scene.path("plugin")
    #expect(
      try scene.zoo("plugin", "new", name, "--kind", kind, "--output", folder).status == 0)
    try scene.replace(text, in: "\(folder)/Sources/\(name).swift", with: mistake)
    let built = try scene.zoo("plugin", "build", folder)
    #expect(built.status == 0, "\(built.error)")
    let outcome = try scene.zoo("plugin", "check", folder, "--json", "--quiet")
    #expect(outcome.status == 1)
    expectNoRegisters(outcome.error)
    #expect(outcome.error.contains("failed a check"), "\(outcome.error)")
    var report = try #require(try JSONValue.parse(Data(outcome.output.utf8)).array().first).object()
    return try report.required("checks").array().map { value in
      var check = try value.object()
      return (
        try check.string("check"), try check.string("outcome"), try check.string("found")
      )
    }
  }

  private func expectNoRegisters(_ text: String) {
    for word in ["rax", "Registers", "Backtrac"] { #expect(!text.contains(word), "\(text)") }
  }

  @Test("Of an image encoder, by the check and by training")
  func image() throws {
    try PluginScene.with { scene in
      let checks = try checked(
        scene, "Awry", kind: "image", "from: layer == 0 ? channels : widths[layer - 1]",
        "from: channels")
      // The check of shapes is the first, in a process of its own, and the others go on behind it.
      #expect(checks.count > 8)
      for check in checks where !["keys", "golden"].contains(check.check) {
        #expect(check.outcome == "failed", "\(check)")
        #expect(check.found.hasPrefix("shape mistake: convolution: images ["), "\(check)")
        #expect(check.found.contains("16] by conv2.weight [32, 3, 3, "), "\(check)")
        #expect(check.found.hasSuffix("; in stage layer2 of the encoder awry"), "\(check)")
      }
      #expect(try scene.zoo("plugin", "install", scene.path("plugin")).status == 0)
      try scene.writeStudy(encoder: "awry")
      let trained = try scene.zoo(
        "train", scene.path("study.json"), "--output", scene.path("model"), "--quiet")
      #expect(trained.status != 0)
      #expect(
        trained.error.contains(
          "shape mistake: convolution: images [1, 16, 16, 16] by image.conv2.weight [32, 3, 3, 1]; "
            + "in stage layer2 of the encoder awry\n"), "\(trained.error)")
      expectNoRegisters(trained.error)
    }
  }

  @Test("Of a fusion head")
  func head() throws {
    try PluginScene.with { scene in
      let checks = try checked(
        scene, "Askew", kind: "fusion", "text(input.text, &pass)", "text(input.image, &pass)")
      let shapes = try #require(checks.first { $0.check == "shapes" })
      #expect(shapes.outcome == "failed")
      #expect(
        shapes.found.contains("linear: features [1, 12] times text.weight [64, 10], bias [64]"),
        "\(shapes)")
      #expect(shapes.found.hasSuffix("; in the fusion head askew"), "\(shapes)")
    }
  }

  @Test("Of a text encoder, where the trap is Swift's own")
  func text() throws {
    try PluginScene.with { scene in
      let checks = try checked(
        scene, "Wry", kind: "text", "network(texts.map", "network([texts[texts.count]].map")
      let shapes = try #require(checks.first { $0.check == "shapes" })
      #expect(shapes.outcome == "failed")
      #expect(shapes.found.contains("trapped in the encoder wry"), "\(shapes)")
    }
  }
}
