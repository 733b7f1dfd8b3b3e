import Basics
import Downloads
import Foundation

/// Compiles a plugin's sources against the kit of this program.
package struct PluginBuilder: Sendable {
  private let kit: KitFolder
  private let compiler: String
  private let trial: PluginTrial

  /// A builder by `swiftc` of the search path, or the compiler that `ENCODERZOO_SWIFTC` names.
  ///
  /// - Throws: `ZooError` of code `.notFound` where the kit is not found.
  package init(trial: PluginTrial = PluginTrial()) throws {
    kit = try KitFolder.find()
    compiler = ProcessInfo.processInfo.environment["ENCODERZOO_SWIFTC"] ?? "swiftc"
    self.trial = trial
  }

  /// The folder of what is built.
  package static func folder(of manifest: PluginManifest) -> String { "\(manifest.folder)/build" }

  /// Compiles, tries and describes a plugin; the result is in `build` below its folder.
  ///
  /// - Throws: `ZooError` for a compiler of another version, errors of the compiler, or a plugin that
  ///   the trial refuses.
  package func build(_ manifest: PluginManifest) throws -> InstalledPlugin {
    let identity = try KitIdentity(of: kit)
    try checkCompiler(identity)
    let folder = Self.folder(of: manifest)
    try AtomicFile.makeFolder(folder)
    let sources = try manifest.sources()
    let library = "\(folder)/lib\(manifest.name).so"
    // The record goes first: a build that fails leaves none that could be taken for it.
    unlink("\(folder)/\(PluginRecord.fileName)")
    let outcome = try run(arguments(manifest, sources: sources, output: library))
    guard outcome.status == 0 else {
      throw ZooError(
        .badFormat, "the compiler refuses the plugin \(manifest.name)\n\(outcome.text)",
        at: Place(path: manifest.folder))
    }
    if !outcome.text.isEmpty {
      writeWhole(outcome.text + "\n", to: STDERR_FILENO)
    }
    let contents = try trial.run(library: library, name: manifest.name)
    for (key, registered, listed) in [
      ("encoders", contents.encoders.map(\.name), manifest.encoders),
      ("fusionHeads", contents.fusionHeads, manifest.fusionHeads),
    ] where registered != listed {
      throw ZooError(
        .conflict, "the plugin registers \(registered); plugin.json lists \(listed)",
        at: Place(path: "\(manifest.folder)/plugin.json", key: key))
    }
    let record = PluginRecord(
      name: manifest.name, kit: identity, digest: try sha256(ofFile: library),
      sources: try PluginRecord.digest(ofSources: sources), contents: contents,
      weightSets: manifest.weightSets)
    try record.write(to: folder)
    return InstalledPlugin(record: record, folder: folder)
  }

  /// What was built of a plugin, if it is of its present sources.
  ///
  /// - Throws: `ZooError` that says to build it where it was not, or has changed since.
  package static func built(_ manifest: PluginManifest) throws -> InstalledPlugin {
    let folder = folder(of: manifest)
    let advice = "build it: zoo plugin build \(manifest.folder)"
    guard FileManager.default.fileExists(atPath: "\(folder)/\(PluginRecord.fileName)") else {
      throw ZooError(
        .notFound, "the plugin \(manifest.name) is not built", at: Place(path: manifest.folder),
        advice: advice)
    }
    let record = try PluginRecord(folder: folder)
    guard record.name == manifest.name,
      try PluginRecord.digest(ofSources: manifest.sources()) == record.sources
    else {
      throw ZooError(
        .conflict, "the sources have changed since the plugin was built",
        at: Place(path: manifest.folder), advice: advice)
    }
    return InstalledPlugin(record: record, folder: folder)
  }

  private func arguments(_ manifest: PluginManifest, sources: [String], output: String)
    -> [String]
  {
    var arguments = [
      "-emit-library", "-O", "-swift-version", "6", "-parse-as-library", "-module-name",
      manifest.name, "-I", kit.modules,
    ]
    for folder in kit.headers { arguments += ["-I", folder] }
    for flag in blasFlags() { arguments += ["-Xcc", flag] }
    return arguments + sources + ["-o", output]
  }

  /// Where OpenBLAS's header is; Debian keeps one folder for each flavour.
  private func blasFlags() -> [String] {
    guard let outcome = try? run(["--cflags", "openblas"], tool: "pkg-config"),
      outcome.status == 0
    else { return [] }
    return outcome.text.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  private func checkCompiler(_ identity: KitIdentity) throws {
    let found = try run(["--version"]).text
    guard found.contains(identity.compiler) else {
      let line = found.split(separator: "\n").first { $0.contains("Swift version") } ?? "unknown"
      throw ZooError(
        .unsupported,
        "\(compiler) is \(line); this program was compiled by \(identity.compiler)",
        advice: "put that compiler on the PATH, or name it in ENCODERZOO_SWIFTC")
    }
  }

  private func run(_ arguments: [String], tool: String? = nil) throws
    -> (status: Int32, text: String)
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool ?? compiler] + arguments
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch {
      throw ZooError(.system, "can't run \(tool ?? compiler): \(systemReason(of: error))")
    }
    var data = Data()
    do {
      while true {
        try waitForBytes(pipe.fileHandleForReading.fileDescriptor)
        let more = pipe.fileHandleForReading.availableData
        if more.isEmpty { break }
        data += more
      }
    } catch {
      // A compiler takes half a minute; who asks to stop need not wait for it.
      kill(process.processIdentifier, SIGTERM)
      process.waitUntilExit()
      throw error
    }
    process.waitUntilExit()
    let text = String(decoding: data, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    guard process.terminationStatus != 127 else {
      throw ZooError(
        .notFound, "\(tool ?? compiler) was not found",
        advice: "plugins are compiled by the Swift toolchain: put its folder on the PATH, or name "
          + "swiftc in ENCODERZOO_SWIFTC")
    }
    return (process.terminationStatus, text)
  }
}
