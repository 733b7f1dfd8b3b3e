import Basics
import EncoderKit
import Foundation
import Registry

extension ZooCommand {
  static let plugin = Command(
    name: "plugin", summary: "Make, build, check and install plugins from outside the package.",
    discussion:
      "A plugin is compiled against this program and opened by it; it runs with your rights. None "
      + "is opened that was not installed. Installed plugins are in $XDG_DATA_HOME/encoderzoo/"
      + "plugins, else in ~/.local/share/encoderzoo/plugins.",
    subcommands: [new, build, checkPlugin, install, installed, remove, table, describe, examine])

  private static let folder = Argument("DIR", "The plugin's folder, which holds plugin.json.")

  private static let new = Command(
    name: "new", summary: "Write a plugin to start from: it builds, passes its checks and trains.",
    examples: [
      ("zoo plugin new MyNet", "an encoder of images, in the folder MyNet"),
      ("zoo plugin new MyWords --kind text", "one of texts"),
      ("zoo plugin new MyHead --kind fusion", "a fusion head"),
    ],
    options: [
      .value(
        "kind", default: "image", choices: PluginManifest.Kind.allCases.map(\.rawValue),
        "What it brings."),
      .value("output", "DIR", "Where it is written; else the folder NAME."),
    ],
    arguments: [Argument("NAME", "Letters and digits, a capital first, such as MyNet.")]
  ) { arguments in
    let name = arguments.argument("NAME")
    let kind = PluginManifest.Kind(rawValue: try arguments.string("kind")) ?? .image
    let folder = arguments.optionalString("output") ?? name
    let template = try PluginTemplate(name: name, kind: kind)
    try template.write(to: folder)
    print(
      "wrote \(folder): the \(kind == .fusion ? "fusion head" : "encoder") is called "
        + "\(template.entryName)\n"
        + "next: zoo plugin build \(folder)")
  }

  private static let build = Command(
    name: "build", summary: "Compile a plugin against this program.",
    discussion:
      "By swiftc of the PATH, or the one that ENCODERZOO_SWIFTC names; it must be the compiler "
      + "of this program. The result is in build below the plugin's folder.",
    examples: [("zoo plugin build MyNet", "writes MyNet/build/libMyNet.so")],
    arguments: [folder]
  ) { arguments in
    let manifest = try PluginManifest(folder: arguments.argument("DIR"))
    let built = try PluginBuilder().build(manifest)
    print("built \(built.library): " + built.record.contents.names.joined(separator: ", "))
  }

  private static let install = Command(
    name: "install", summary: "Install a built plugin, so that studies can name what it brings.",
    discussion: "It then runs with your rights whenever a study names what it brings.",
    examples: [("zoo plugin install MyNet", "then studies may name mynet")], arguments: [folder]
  ) { arguments in
    let manifest = try PluginManifest(folder: arguments.argument("DIR"))
    let built = try PluginBuilder.built(manifest)
    try built.checkIdentity()
    let store = try store()
    // Its own older version gives way; a name of another plugin's does not.
    let others = EncoderRegistry(try Catalogue(path: Catalogue.find()), store: store)
    var catalogue = others.catalogue
    catalogue.remove(plugin: built.record.name)
    try catalogue.add(built)
    _ = try PluginTrial().run(library: built.library, name: built.record.name)
    let installed = try store.install(built)
    print(
      "installed \(installed.record.name): "
        + installed.record.contents.names.joined(separator: ", "))
  }

  private static let installed = Command(
    name: "list", summary: "List the installed plugins, and what keeps one from being used.",
    options: [.flag("json", "Write JSON.")]
  ) { arguments in
    let store = try store()
    let registry = EncoderRegistry(try Catalogue(path: Catalogue.find()), store: store)
    let rows = store.names.map { name in
      let refusal = registry.refusals.first { $0.name == name }
      return (name, try? store.plugin(name).record.contents, refusal?.error)
    }
    if arguments.flag("json") {
      let values = rows.map { name, contents, error -> JSONValue in
        [
          "name": name.json, "encoders": (contents?.encoders.map(\.name) ?? []).json,
          "fusionHeads": (contents?.fusionHeads ?? []).json,
          "refused": error.map { $0.message.json } ?? nil,
        ]
      }
      print(JSONValue(.array(values)).text())
      return
    }
    if rows.isEmpty { print("no plugin is installed in \(store.folder)") }
    let width = rows.map(\.0.count).max() ?? 0
    for (name, contents, error) in rows {
      print("\(pad(name, width))  \((contents?.names ?? []).joined(separator: ", "))")
      if let error { print("\(pad("", width))  refused: \(error)") }
    }
  }

  private static let remove = Command(
    name: "remove", summary: "Remove an installed plugin.",
    examples: [("zoo plugin remove MyNet", "studies that name mynet say so")],
    arguments: [Argument("NAME", "An installed plugin.")]
  ) { arguments in
    let name = arguments.argument("NAME")
    try store().remove(name)
    print("removed \(name)")
  }

  private static let describe = Command(
    name: "describe",
    summary: "Open a library in this process and write what it registers, as JSON.",
    discussion:
      "The program calls this in a process of its own before it opens a plugin itself: one that "
      + "traps takes nothing else with it.",
    arguments: [
      Argument("LIBRARY", "A plugin's library."), Argument("NAME", "The plugin's name."),
    ]
  ) { arguments in
    let plugin = try PluginLoader.open(
      library: arguments.argument("LIBRARY"), name: arguments.argument("NAME"))
    print(JSONValue(.object(PluginContents(of: plugin).members)).text(pretty: false))
  }

  private static func store() throws -> PluginStore {
    guard let store = PluginStore.standard() else {
      throw ZooError(
        .notFound, "no folder for plugins: neither XDG_DATA_HOME nor HOME is an absolute path",
        advice: "set XDG_DATA_HOME to a folder that can be written")
    }
    return store
  }
}
