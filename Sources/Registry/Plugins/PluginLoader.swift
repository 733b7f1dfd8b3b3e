import Basics
import CExportedSymbols
import Downloads
import EncoderKit
import Foundation
import Synchronization

/// Opens installed plugins, each once, after all that can be known of it from outside was checked.
package final class PluginLoader: Sendable {
  private let loaded = Mutex<[String: Plugin]>([:])
  private let trial: PluginTrial

  /// A loader that tries plugins by `trial` before it opens them.
  package init(trial: PluginTrial = PluginTrial()) { self.trial = trial }

  /// An installed plugin, opened.
  ///
  /// - Throws: `ZooError` that names the plugin and why it is refused: kit or compiler of another
  ///   version, changed bytes, a trap, a missing symbol, other names than it was installed with.
  package func plugin(_ installed: InstalledPlugin) throws -> Plugin {
    try loaded.withLock { loaded in
      if let plugin = loaded[installed.record.name] { return plugin }
      try installed.checkIdentity()
      let found = try trial.run(library: installed.library, name: installed.record.name)
      guard found == installed.record.contents else {
        throw installed.refusal(
          "registers \(found.names.joined(separator: ", ")), but was installed with "
            + installed.record.contents.names.joined(separator: ", "))
      }
      let plugin = try Self.open(library: installed.library, name: installed.record.name)
      loaded[installed.record.name] = plugin
      return plugin
    }
  }

  /// Opens a library in this process and calls its entry point.
  ///
  /// - Throws: `ZooError` for a library that the system refuses, a missing entry point, or a plugin of
  ///   another name or kit. A plugin that traps ends the process: see `PluginTrial`.
  package static func open(library: String, name: String) throws -> Plugin {
    let place = Place(path: library)
    guard let handle = dlopen(library, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
      throw ZooError(.unsupported, "the system can't open the plugin \(name): \(reason)", at: place)
    }
    let symbol = "encoderzoo_plugin_\(name)"
    guard let address = dlsym(handle, symbol) else {
      throw ZooError(
        .unsupported, "the plugin \(name) has no entry point \(symbol)", at: place,
        advice: "export it: @_cdecl(\"\(symbol)\")")
    }
    return try called(address, name: name, at: place)
  }

  /// A plugin that is linked into this program.
  ///
  /// - Throws: `ZooError` when it is not, or was built against another kit.
  static func linked(_ name: String, at place: Place) throws -> Plugin {
    let symbol = "encoderzoo_plugin_\(name)"
    guard let program = dlopen(nil, RTLD_NOW), let address = dlsym(program, symbol) else {
      throw ZooError(
        .notFound, "the plugin \"\(name)\" is not part of this program (no symbol \(symbol))",
        at: place, advice: "add its folder below Plugins and build again")
    }
    return try called(address, name: name, at: place)
  }

  private static func called(_ address: UnsafeMutableRawPointer, name: String, at place: Place)
    throws -> Plugin
  {
    typealias EntryPoint = @convention(c) () -> UnsafeMutableRawPointer
    let plugin = Plugin.imported(unsafeBitCast(address, to: EntryPoint.self)())
    guard plugin.kitVersion == encoderKitVersion else {
      throw ZooError(
        .unsupported,
        "the plugin \"\(name)\" was built for kit \(plugin.kitVersion); this program has \(encoderKitVersion)",
        at: place, advice: "build the plugin again")
    }
    guard plugin.name == name else {
      throw ZooError(
        .conflict, "the plugin \(name) calls itself \(plugin.name)", at: place,
        advice: "give Plugin(name:) the name in plugin.json")
    }
    return plugin
  }
}
