import Basics
import Bundles
import Foundation
import TestSupport
import Testing

/// A folder with a trained model, from which bundles are made by the program.
struct BundleScene {
  let folder: String

  /// Trains the small study: words alone, or with its image encoder.
  init(_ folder: String, image: Bool = false) throws {
    self.folder = folder
    let study = try SmallStudy.prepare(folder, image: image)
    try succeed("train", study, "--output", "\(folder)/model")
  }

  /// The homes of this scene alone.
  var environment: [String: String] {
    ["XDG_DATA_HOME": "\(folder)/data", "XDG_CACHE_HOME": "\(folder)/cache"]
  }

  func run(_ arguments: [String]) throws -> ProgramRunner.Outcome {
    try ProgramRunner.run(arguments, environment: environment)
  }

  func run(_ arguments: String...) throws -> ProgramRunner.Outcome { try run(arguments) }

  @discardableResult
  func succeed(_ arguments: [String]) throws -> ProgramRunner.Outcome {
    let outcome = try run(arguments)
    try #require(outcome.status == 0, "\(arguments.joined(separator: " ")): \(outcome.error)")
    return outcome
  }

  @discardableResult
  func succeed(_ arguments: String...) throws -> ProgramRunner.Outcome { try succeed(arguments) }

  func arguments(_ id: String, _ version: String, run: String, output: String) -> [String] {
    [
      "bundle", "create", "\(folder)/\(run)", "--name", "\(id)@\(version)", "--licence", "CC0-1.0",
      "--output", "\(folder)/\(output)",
    ]
  }

  /// Makes a bundle in a folder of its name.
  func make(
    _ id: String, _ version: String, _ more: String..., run: String = "model",
    output: String? = nil
  ) throws {
    try succeed(arguments(id, version, run: run, output: output ?? id) + more)
  }

  /// Publishes a bundle's folder with the key `zoo.key`.
  func publish(_ bundle: String) throws {
    try succeed(
      "bundle", "publish", "\(folder)/\(bundle)", "--to", "\(folder)/site", "--key",
      "\(folder)/zoo.key")
  }

  /// Changes a file of a bundle, and the manifest with it, as one who forges would.
  func edit(_ bundle: String, _ name: String, _ old: String, _ new: String) throws {
    let path = "\(folder)/\(bundle)/\(name)"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try #require(text.contains(old))
    try AtomicFile.write(text.replacingOccurrences(of: old, with: new), to: path)
    var manifest = try BundleFolder("\(folder)/\(bundle)").manifest
    let data = try readFile(path)
    manifest.files = try manifest.files.map { file in
      file.path == name
        ? BundleFile(
          path: file.path, size: data.count, sha256: try sha256(of: data),
          mediaType: file.mediaType, role: file.role) : file
    }
    try AtomicFile.write(manifest.data, to: "\(folder)/\(bundle)/bundle.json")
  }
}
