import Basics
import Downloads
import EncoderKit
import Foundation

/// Where installed plugins are: a folder each below `encoderzoo/plugins` of the user's data.
package struct PluginStore: Sendable {
  /// The folder of all of them.
  package let folder: String

  /// A store in a folder of one's own.
  package init(folder: String) { self.folder = folder }

  /// The user's: `XDG_DATA_HOME`, else `~/.local/share`; nil where neither is an absolute path.
  package static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> PluginStore? {
    [("XDG_DATA_HOME", ""), ("HOME", "/.local/share")].compactMap { variable, tail in
      environment[variable].flatMap { path in
        path.hasPrefix("/")
          ? PluginStore(
            folder: (path + tail as NSString).appendingPathComponent("encoderzoo/plugins"))
          : nil
      }
    }.first
  }

  /// The names of the installed plugins, sorted.
  package var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  /// An installed plugin by name; nothing of it runs.
  ///
  /// - Throws: `ZooError` for a record that is missing, broken, or another plugin's.
  package func plugin(_ name: String) throws -> InstalledPlugin {
    let path = "\(folder)/\(name)"
    let record = try PluginRecord(folder: path)
    guard record.name == name else {
      throw ZooError(
        .conflict, "the folder of \(name) holds the plugin \(record.name)", at: Place(path: path))
    }
    return InstalledPlugin(record: record, folder: path)
  }

  /// Copies a built plugin into the store; one of the same name is replaced.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path; the store is then as it was.
  package func install(_ built: InstalledPlugin) throws -> InstalledPlugin {
    let files = FileManager.default
    let name = built.record.name
    let (target, new) = ("\(folder)/\(name)", "\(folder)/.\(name).\(getpid()).new")
    let old = "\(folder)/.\(name).\(getpid()).old"
    try AtomicFile.makeFolder(folder)
    try? files.removeItem(atPath: new)
    do {
      try AtomicFile.makeFolder(new)
      try files.copyItem(
        atPath: built.library, toPath: "\(new)/\(built.record.libraryName)")
      try built.record.write(to: new)
      let exists = files.fileExists(atPath: target)
      if exists { try files.moveItem(atPath: target, toPath: old) }
      do { try files.moveItem(atPath: new, toPath: target) } catch {
        if exists { try? files.moveItem(atPath: old, toPath: target) }
        throw error
      }
      try? files.removeItem(atPath: old)
    } catch {
      try? files.removeItem(atPath: new)
      if let error = error as? ZooError { throw error }
      throw ZooError(
        .system, "can't install the plugin \(name): \(systemReason(of: error))",
        at: Place(path: target))
    }
    return InstalledPlugin(record: built.record, folder: target)
  }

  /// Removes an installed plugin.
  ///
  /// - Throws: `ZooError` of code `.notFound` that names the nearest installed one.
  package func remove(_ name: String) throws {
    guard names.contains(name) else {
      throw ZooError(
        .notFound,
        names.isEmpty
          ? "no plugin is installed"
          : "no plugin \"\(name)\" is installed; "
            + suggestion(for: name, among: names), at: Place(path: folder))
    }
    try removeTree("\(folder)/\(name)")
  }
}
