import Foundation
import TestSupport
import Testing

/// A folder with plugins, a store of its own for those installed, and a small study.
struct PluginScene {
  let folder: String

  /// Whether plugins can be compiled here: the program and a compiler are at hand.
  static let canBuild: Bool =
    ProgramRunner.program != nil
    && (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .contains { FileManager.default.isExecutableFile(atPath: "\($0)/swiftc") }

  /// Gives `body` a scene that is removed afterwards.
  static func with(_ body: (PluginScene) throws -> Void) throws {
    try withTemporaryFolder { try body(PluginScene(folder: $0)) }
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// The folder of installed plugins.
  var store: String { "\(folder)/data/encoderzoo/plugins" }

  /// Runs the program with this scene's plugins.
  @discardableResult
  func zoo(_ arguments: String...) throws -> ProgramRunner.Outcome {
    try ProgramRunner.run(arguments, environment: ["XDG_DATA_HOME": path("data")])
  }

  func replace(_ text: String, in path: String, with other: String) throws {
    let content = try String(contentsOfFile: path, encoding: .utf8)
    #expect(content.contains(text), "\(path) holds no \(text)")
    try content.replacingOccurrences(of: text, with: other)
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  func replaceMatch(_ pattern: String, in path: String, with other: String) throws {
    let content = try String(contentsOfFile: path, encoding: .utf8)
    let range = try #require(content.range(of: pattern, options: .regularExpression))
    try content.replacingCharacters(in: range, with: other)
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// Writes a study over 24 synthetic cases, of images alone.
  func writeStudy(encoder: String) throws { try writeStudy(branches: branch(encoder)) }

  /// The same of images and texts under fusion heads.
  func writeStudy(heads: String...) throws {
    let names = heads.map { "\"\($0)\"" }.joined(separator: ", ")
    try writeStudy(
      branches: branch("resnet18", options: #"{"width": 8}"#) + """
        , "text": {"name": "words", "encoder": "word2vec",
          "options": {"dimension": 8, "epochs": 1, "filters": 4},
          "training": {"epochs": 1, "batchSize": 8}},
        "fusion": {"head": [\(names)], "hidden": 0, "missing": "learned",
          "training": {"epochs": 1}, "fineTuning": {"epochs": 0}}
        """)
  }

  private func branch(_ encoder: String, options: String = "{}") -> String {
    """
    "image": {"name": "net", "encoder": "\(encoder)", "options": \(options), "size": 32,
      "training": {"epochs": 1, "batchSize": 8}}
    """
  }

  private func writeStudy(branches: String) throws {
    if !FileManager.default.fileExists(atPath: path("sample")) {
      let made = try zoo(
        "data", "sample", "--output", path("sample"), "--count", "24", "--size", "64")
      #expect(made.status == 0, "\(made.error)")
    }
    let study = """
      \(SmallStudy.beginning)
       \(branches)}
      """
    try study.write(toFile: path("study.json"), atomically: true, encoding: .utf8)
  }

  func firstImage() -> String? {
    (FileManager.default.enumerator(atPath: path("sample"))?.allObjects as? [String] ?? [])
      .first { $0.hasSuffix(".png") }.map { path("sample/\($0)") }
  }
}
