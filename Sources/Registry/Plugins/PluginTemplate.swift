import Basics
import Foundation

/// The folder that a new plugin starts from: it builds, passes its checks and trains as it is.
package struct PluginTemplate: Sendable {
  /// The plugin's name.
  package let name: String
  /// What it will bring.
  package let kind: PluginManifest.Kind
  /// The name of its encoder or head in specifications: the plugin's in small letters.
  package var entryName: String { name.lowercased() }

  /// A template for a name.
  ///
  /// - Throws: `ZooError` of code `.badValue` for a name that can't be a plugin's.
  package init(name: String, kind: PluginManifest.Kind) throws {
    try PluginManifest.check(name: name)
    self.name = name
    self.kind = kind
  }

  /// The files by their paths below the folder.
  package var files: [(path: String, text: String)] {
    let (network, entry) =
      switch kind {
      case .image: (Self.imageNetwork, Self.imageEntry)
      case .text: (Self.textNetwork, Self.textEntry)
      case .fusion: (Self.fusionHead, Self.fusionEntry)
      }
    return [
      ("plugin.json", Self.manifest), ("Sources/\(name).swift", network),
      ("Sources/\(name)Plugin.swift", Self.entryPoint + entry), ("study.json", study),
      (".gitignore", "build/\n"),
    ].map { path, text in
      (
        path,
        text.replacingOccurrences(of: "{{NAME}}", with: name)
          .replacingOccurrences(of: "{{ENTRY}}", with: entryName)
          .replacingOccurrences(of: "{{KIND}}", with: kind.rawValue)
          .replacingOccurrences(of: "{{LIST}}", with: kind == .fusion ? "fusionHeads" : "encoders")
          .replacingOccurrences(
            of: "{{ARGUMENT}}",
            with: kind == .fusion ? "fusionHeads" : "\(kind.rawValue)Encoders")
      )
    }
  }

  /// Writes the files to a folder that is not there yet or empty.
  ///
  /// - Throws: `ZooError` of code `.conflict` where the folder holds something.
  package func write(to folder: String) throws {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard found.isEmpty, !FileManager.default.fileExists(atPath: folder) || isFolder(folder) else {
      throw ZooError(
        .conflict, "something is already there", at: Place(path: folder),
        advice: "name another folder with --output")
    }
    try AtomicFile.makeFolder("\(folder)/Sources")
    for file in files { try AtomicFile.write(file.text, to: "\(folder)/\(file.path)") }
  }

  private func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static let manifest = """
    {
      "schema": 1,
      "name": "{{NAME}}",
      "kind": "{{KIND}}",
      "{{LIST}}": ["{{ENTRY}}"]
    }

    """

  private static let entryPoint = """
    import EncoderKit

    /// The C entry point through which the program finds this plugin.
    @_cdecl("encoderzoo_plugin_{{NAME}}")
    public func encoderzooPlugin{{NAME}}() -> UnsafeMutableRawPointer {
      Plugin(name: "{{NAME}}", {{ARGUMENT}}: [{{NAME}}Entry()]).exported()
    }


    """
}
