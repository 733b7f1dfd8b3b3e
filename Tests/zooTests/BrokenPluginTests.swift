import Basics
import Foundation
import TestSupport
import Testing

/// Plugins that break one promise each: the check that should catch it does.
@Suite(
  "Broken plugins are caught", .serialized,
  .enabled(
    if: PluginScene.canBuild && ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] != nil,
    "a compilation each: set ENCODERZOO_LONG_TESTS"))
struct BrokenPluginTests {
  struct Fault: CustomTestStringConvertible, Sendable {
    let name: String
    /// What is replaced in the template, by what.
    let changes: [(String, String)]
    /// The checks that must fail; all others must pass.
    let caught: [String]
    var testDescription: String { name }
  }

  private static let step = "return normalizations[stage](convolutions[stage](x, &pass), &pass)"
  private static let pool =
    "guard stage < convolutions.count else { return pass.globalAveragePool(x) }"

  static let faults = [
    Fault(name: "none", changes: [], caught: []),
    Fault(
      name: "wrong gradient",
      changes: [
        (
          step,
          """
          let y = normalizations[stage](convolutions[stage](x, &pass), &pass)
              // Half of the sum is cut off from the tape.
              return stage == 1 ? pass.add(y, Tensor(y.values, shape: y.shape)) : y
          """
        )
      ], caught: ["differences"]),
    Fault(
      name: "a parameter without a gradient",
      changes: [
        (
          step,
          """
          let y = normalizations[stage](convolutions[stage](x, &pass), &pass)
              return stage == 1 ? Tensor(y.values, shape: y.shape) : y
          """
        )
      ], caught: ["gradients", "freezing"]),
    Fault(
      name: "unstable keys",
      changes: [
        ("import EncoderKit", "import EncoderKit\n\nnonisolated(unsafe) private var built = 0"),
        ("let widths = [", "built += 1\n    let widths = ["),
        ("scope(\"conv\\(layer + 1)\")", "scope(\"conv\\(layer + 1)\")(built)"),
      ], caught: ["determinism", "keys"]),
    Fault(
      name: "evaluation that depends on the batch",
      changes: [
        (
          pool,
          """
          guard stage < convolutions.count else {
                let y = pass.globalAveragePool(x)
                let mean = pass.globalAveragePool(
                  pass.reshape(y, to: [1, 1, y.shape[0], y.shape[1]]))
                let all = pass.broadcast(pass.reshape(mean, to: [y.shape[1]]), count: y.shape[0])
                return pass.add(y, pass.multiply(all, -0.5))
              }
          """
        )
      ], caught: ["independence"]),
    Fault(
      name: "a leak",
      changes: [
        (
          "import EncoderKit",
          "import EncoderKit\n\nnonisolated(unsafe) private var kept: [Tensor] = []"
        ),
        (pool, "kept.append(x)\n    " + pool),
      ], caught: ["memory"]),
    Fault(
      name: "a wrong width",
      changes: [("featureWidth = widths[2]", "featureWidth = widths[2] + 1")],
      caught: ["description"]),
    Fault(
      name: "random numbers in evaluation",
      changes: [
        (
          pool,
          """
          guard stage < convolutions.count else {
                let y = pass.globalAveragePool(x)
                return pass.multiply(y, Float(1 + 0.1 * pass.random.uniform()))
              }
          """
        )
      ], caught: ["determinism"]),
  ]

  @Test("By the check that should", arguments: faults)
  func caught(_ fault: Fault) throws {
    // A wrong number may show in several checks; a sound plugin shows in none.
    try expectCaught(fault, kind: "image", exactly: fault.caught.count <= 1)
  }

  private func expectCaught(_ fault: Fault, kind: String, exactly: Bool) throws {
    try PluginScene.with { scene in
      let folder = scene.path("plugin")
      let made = try scene.zoo("plugin", "new", "Broken", "--kind", kind, "--output", folder)
      #expect(made.status == 0)
      let files = ["Broken", "BrokenPlugin"].map { "\(folder)/Sources/\($0).swift" }
      for (text, other) in fault.changes {
        let file = try files.first {
          try String(contentsOfFile: $0, encoding: .utf8).contains(text)
        }
        try scene.replace(text, in: file ?? files[0], with: other)
      }
      let built = try scene.zoo("plugin", "build", folder)
      #expect(built.status == 0, "\(built.error)")
      let checked = try scene.zoo("plugin", "check", folder, "--json", "--quiet")
      #expect(checked.status == (fault.caught.isEmpty ? 0 : 1), "\(checked.error)")
      var report = try #require(
        try JSONValue.parse(Data(checked.output.utf8)).array().first
      ).object()
      let failed = try report.required("checks").array().compactMap { value -> String? in
        var check = try value.object()
        let name = try check.string("check")
        return try check.string("outcome") == "failed" ? name : nil
      }
      for kind in fault.caught { #expect(failed.contains(kind), "\(kind) passed") }
      if exactly { #expect(failed == fault.caught) }
    }
  }

  private static let product =
    "pass.multiply(pass.tanh(image(input.image, &pass)), pass.tanh(text(input.text, &pass)))"

  static let headFaults = [
    Fault(name: "none", changes: [], caught: []),
    Fault(
      name: "wrong gradient",
      changes: [
        (product, "half(\(product), &pass)"),
        (
          "import EncoderKit",
          "import EncoderKit\n\nprivate func half(_ y: Tensor, _ pass: inout Forward) -> Tensor {\n"
            + "  pass.add(y, Tensor(y.values, shape: y.shape))\n}"
        ),
      ], caught: ["differences"]),
    Fault(
      name: "a side that no gradient reaches",
      changes: [
        ("pass.tanh(text(input.text, &pass)))", "frozen(pass.tanh(text(input.text, &pass))))")
      ]
        + [
          (
            "import EncoderKit",
            "import EncoderKit\n\nprivate func frozen(_ x: Tensor) -> Tensor {\n"
              + "  Tensor(x.values, shape: x.shape)\n}"
          )
        ], caught: ["gradients", "missing"]),
    Fault(
      name: "evaluation that depends on the batch",
      changes: [
        (
          product,
          "pass.multiply(pass.multiply(image(input.image, &pass), text(input.text, &pass)), "
            + "1 / Float(input.image.shape[0]))"
        )
      ], caught: ["independence", "missing"]),
    Fault(
      name: "a wrong width",
      changes: [("self.width = width\n", "self.width = width + 1\n")], caught: ["shapes"]),
    Fault(
      name: "an option that is not refused", changes: [("try options.finish()", "")],
      caught: ["description"]),
    Fault(
      name: "words that are asked for and not read",
      changes: [
        ("width of the fused features\")]", "width of the fused features\")], reads: [.words]")
      ],
      caught: ["description"]),
  ]

  @Test("A fusion head's, by the checks that should", arguments: headFaults)
  func headCaught(_ fault: Fault) throws {
    try expectCaught(fault, kind: "fusion", exactly: true)
  }

  @Test("A trap while registering is found in a child process, and the plugin is not built")
  func trap() throws {
    try PluginScene.with { scene in
      let folder = scene.path("plugin")
      #expect(try scene.zoo("plugin", "new", "Trap", "--output", folder).status == 0)
      try scene.replace(
        "Plugin(name: \"Trap\"", in: "\(folder)/Sources/TrapPlugin.swift",
        with:
          "precondition(CommandLine.arguments.isEmpty, \"no good\")\n  return Plugin(name: \"Trap\""
      )
      let built = try scene.zoo("plugin", "build", folder)
      #expect(built.status == 1)
      #expect(built.error.contains("the plugin Trap trapped while registering"), "\(built.error)")
      let installed = try scene.zoo("plugin", "install", folder)
      #expect(installed.status == 1 && installed.error.contains("is not built"))
    }
  }

  @Test("One that traps after it was installed is left out, and the program goes on")
  func lateTrap() throws {
    try PluginScene.with { scene in
      let folder = scene.path("plugin")
      #expect(try scene.zoo("plugin", "new", "Tardy", "--output", folder).status == 0)
      let mark = scene.path("mark")
      try scene.replace(
        "Plugin(name: \"Tardy\"", in: "\(folder)/Sources/TardyPlugin.swift",
        with:
          "precondition((try? readFile(\"\(mark)\")) == nil, \"no good\")\n  return Plugin(name: \"Tardy\""
      )
      #expect(try scene.zoo("plugin", "build", folder).status == 0)
      #expect(try scene.zoo("plugin", "install", folder).status == 0)
      #expect(try scene.zoo("list").output.contains("tardy "))
      try "now".write(toFile: mark, atomically: true, encoding: .utf8)
      let listed = try scene.zoo("list")
      #expect(listed.status == 0 && listed.output.contains("densenet121"))
      #expect(
        listed.error.contains("the plugin Tardy trapped while registering"), "\(listed.error)")
    }
  }

  @Test("Names that are taken are refused when a plugin is made or installed")
  func takenNames() throws {
    try PluginScene.with { scene in
      let module = try scene.zoo("plugin", "new", "Layers", "--output", scene.path("a"))
      #expect(module.status == 1 && module.error.contains("is the name of a module of the program"))
      let folder = scene.path("plugin")
      #expect(try scene.zoo("plugin", "new", "Thief", "--output", folder).status == 0)
      for file in ["plugin.json", "Sources/ThiefPlugin.swift"] {
        try scene.replace("\"thief\"", in: "\(folder)/\(file)", with: "\"resnet18\"")
      }
      #expect(try scene.zoo("plugin", "build", folder).status == 0)
      let installed = try scene.zoo("plugin", "install", folder)
      #expect(installed.status == 1)
      #expect(
        installed.error.contains("registers the encoder \"resnet18\", which is ResNet's"),
        "\(installed.error)")
      let head = scene.path("head")
      #expect(
        try scene.zoo("plugin", "new", "Taker", "--kind", "fusion", "--output", head).status == 0)
      for file in ["plugin.json", "Sources/TakerPlugin.swift"] {
        try scene.replace("\"taker\"", in: "\(head)/\(file)", with: "\"gated\"")
      }
      #expect(try scene.zoo("plugin", "build", head).status == 0)
      let refused = try scene.zoo("plugin", "install", head)
      #expect(
        refused.error.contains("registers the fusion head \"gated\", which is FusionHeads's"),
        "\(refused.error)")
      #expect(try scene.zoo("plugin", "list").output.contains("no plugin is installed"))
    }
  }

  @Test("A missing entry point is named, and so is a name that plugin.json does not list")
  func entryPoints() throws {
    try PluginScene.with { scene in
      let folder = scene.path("plugin")
      #expect(try scene.zoo("plugin", "new", "Mute", "--output", folder).status == 0)
      let file = "\(folder)/Sources/MutePlugin.swift"
      try scene.replace("encoderzoo_plugin_Mute", in: file, with: "encoderzoo_plugin_Other")
      let built = try scene.zoo("plugin", "build", folder)
      #expect(
        built.status == 1 && built.error.contains("has no entry point encoderzoo_plugin_Mute"),
        "\(built.error)")
      try scene.replace("encoderzoo_plugin_Other", in: file, with: "encoderzoo_plugin_Mute")
      try scene.replace("\"mute\"", in: "\(folder)/plugin.json", with: "\"other\"")
      let other = try scene.zoo("plugin", "build", folder)
      #expect(
        other.status == 1
          && other.error.contains("registers [\"mute\"]; plugin.json lists [\"other\"]"),
        "\(other.error)")
    }
  }
}
