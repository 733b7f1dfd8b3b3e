import EncoderKit
import Foundation
import TestSupport
import Testing

@testable import Registry

@Suite("Installed plugins, before anything of them runs")
struct PluginTests {
  private func touch(_ path: String) throws {
    try AtomicFile.makeFolder((path as NSString).deletingLastPathComponent)
    try AtomicFile.write("x", to: path)
  }

  private func script(_ text: String, in folder: String) throws -> String {
    let path = "\(folder)/program"
    try AtomicFile.write("#!/bin/sh\n\(text)\n", to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  @Test("The kit is found where it was installed, where it was built, and where it is named")
  func kit() throws {
    try withTemporaryFolder { folder in
      for name in KitFolder.moduleNames {
        try touch("\(folder)/prefix/share/encoderzoo/kit/Modules/\(name).swiftmodule")
        try touch("\(folder)/tree/.build/x/release/Modules/\(name).swiftmodule")
      }
      try touch("\(folder)/prefix/share/encoderzoo/kit/C/CKernels/module.modulemap")
      for name in ["CKernels/include", "CWordVectors/include", "COpenBLAS", "COneDNN"] {
        try touch("\(folder)/tree/Sources/\(name)/module.modulemap")
      }
      let share = "\(folder)/prefix/share/encoderzoo/kit"
      let installed = try KitFolder.find(environment: [:], program: "\(folder)/prefix/bin/zoo")
      #expect(installed == KitFolder(modules: "\(share)/Modules", headers: ["\(share)/C/CKernels"]))
      let built = try KitFolder.find(
        environment: [:], program: "\(folder)/tree/.build/x/release/zoo")
      #expect(built.modules == "\(folder)/tree/.build/x/release/Modules")
      #expect(built.headers.first == "\(folder)/tree/Sources/CKernels/include")
      let named = try KitFolder.find(
        environment: ["ENCODERZOO_KIT": share], program: "/nowhere/zoo")
      #expect(named == installed)
      let text = errorText {
        _ = try KitFolder.find(environment: [:], program: "\(folder)/else/bin/zoo")
      }
      #expect(text.contains("\(folder)/else/share/encoderzoo/kit") && text.contains("make install"))
    }
  }

  private func identity(
    version: Int = 1, compiler: String = "Swift version 6.3", platform: String = "x86_64-linux",
    fingerprint: String = "abc"
  ) throws -> KitIdentity {
    let value: JSONValue = [
      "version": version.json, "compiler": compiler.json,
      "platform": platform.json, "fingerprint": fingerprint.json,
    ]
    return try KitIdentity(value)
  }

  @Test("Whatever differs is named, the version of the kit before all")
  func mismatches() throws {
    let program = try identity()
    #expect(try identity().mismatch(with: program) == nil)
    #expect(try KitIdentity(identity().json) == program)
    let cases = [
      (try identity(version: 0, compiler: "x"), "version 0 of the kit; this program has version 1"),
      (try identity(compiler: "Swift version 5.9"), "compiled by Swift version 5.9"),
      (try identity(platform: "aarch64-linux"), "built for aarch64-linux"),
      (try identity(fingerprint: "abd"), "another build of the kit"),
    ]
    for (plugin, words) in cases {
      #expect(plugin.mismatch(with: program)?.contains(words) == true)
    }
  }

  @Test("The kit of this build names its compiler and has the same fingerprint each time")
  func ownKit() throws {
    let folder = URL(fileURLWithPath: CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? "")
    let program = folder.deletingLastPathComponent().appendingPathComponent("zoo").path
    guard FileManager.default.isExecutableFile(atPath: program) else { return }
    let kit = try KitFolder.find(environment: [:], program: program)
    let identity = try KitIdentity(of: kit)
    #expect(identity.compiler.hasPrefix("Swift version 6."), "\(identity.compiler)")
    #expect(identity.fingerprint.count == 64)
    #expect(try KitIdentity(of: kit) == identity)
  }

  @Test(
    "A child that traps, hangs, fails or says nothing is named with its plugin",
    arguments: [
      ("kill -ILL $$", "trapped while registering (signal 4)"),
      ("sleep 20", "did not finish registering"),
      ("echo 'zoo: no such symbol' >&2; exit 1", "could not be opened: zoo: no such symbol"),
      ("echo nothing", "libX.so:1"),
    ])
  func trials(_ program: String, _ words: String) throws {
    try withTemporaryFolder { folder in
      let trial = PluginTrial(program: try script(program, in: folder), seconds: 2)
      let text = errorText { _ = try trial.run(library: "\(folder)/libX.so", name: "X") }
      #expect(text.contains(words), "\(text)")
    }
  }

  @Test("What a plugin prints while it registers does not hide what it registers")
  func chatter() throws {
    try withTemporaryFolder { folder in
      let answer = #"{"encoders":[{"name":"x","modality":"image"}],"fusionHeads":["y"]}"#
      let trial = PluginTrial(
        program: try script("echo hello; echo '\(answer)'", in: folder), seconds: 20)
      let found = try trial.run(library: "libX.so", name: "X")
      #expect(found.names == ["x", "y"])
    }
  }

  @Test("Names that can't be a Swift module, or are the program's, are refused")
  func names() {
    for name in ["mynet", "My-Net", "1Net", "", "Nétz", "Layers", "Swift"] {
      #expect(!errorText { try PluginManifest.check(name: name) }.isEmpty, "\(name)")
    }
    #expect(errorText { try PluginManifest.check(name: "MyNet2") }.isEmpty)
  }

  @Test("plugin.json is read strictly")
  func manifests() throws {
    try withTemporaryFolder { folder in
      let missing = errorText { _ = try PluginManifest(folder: folder) }
      #expect(missing.contains("no plugin.json there"))
      let good = #"{"schema": 1, "name": "Net", "kind": "image", "encoders": ["net"]}"#
      try AtomicFile.write(good, to: "\(folder)/plugin.json")
      #expect(try PluginManifest(folder: folder).encoders == ["net"])
      let head = #"{"schema": 1, "name": "Join", "kind": "fusion", "fusionHeads": ["join"]}"#
      try AtomicFile.write(head, to: "\(folder)/plugin.json")
      #expect(try PluginManifest(folder: folder).fusionHeads == ["join"])
      let sources = errorText { _ = try PluginManifest(folder: folder).sources() }
      #expect(sources.contains("no Swift files there"))
      for (text, words) in [
        ("\"schema\": 1", "\"schema\": 2"), ("\"kind\": \"image\"", "\"kind\": \"sound\""),
        ("\"encoders\"", "\"encoder\""), ("\"Net\"", "\"net\""),
        ("\"image\"", "\"fusion\""),
      ] {
        try AtomicFile.write(
          good.replacingOccurrences(of: text, with: words), to: "\(folder)/plugin.json")
        #expect(!errorText { _ = try PluginManifest(folder: folder) }.isEmpty, "\(words)")
      }
    }
  }

  @Test("A store installs whole folders, replaces, lists and removes them")
  func store() throws {
    try withTemporaryFolder { folder in
      let built = "\(folder)/build"
      try touch("\(built)/libNet.so")
      let record = PluginRecord(
        name: "Net", kit: try identity(), digest: "d", sources: "s",
        contents: PluginContents(
          encoders: [.init(name: "net", modality: .image)], fusionHeads: ["joined"]),
        weightSets: JSONValue(.array([])))
      let store = PluginStore(folder: "\(folder)/plugins")
      #expect(store.names.isEmpty)
      for _ in 0..<2 {
        let installed = try store.install(InstalledPlugin(record: record, folder: built))
        #expect(installed.folder == "\(folder)/plugins/Net")
        #expect(try store.plugin("Net") == installed)
        let all = try FileManager.default.contentsOfDirectory(atPath: store.folder)
        #expect(all == ["Net"], "nothing is left beside it")
      }
      // A failed installation leaves the store as it was.
      try FileManager.default.removeItem(atPath: "\(built)/libNet.so")
      #expect(throws: ZooError.self) {
        _ = try store.install(InstalledPlugin(record: record, folder: built))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: store.folder) == ["Net"])
      #expect(errorText { try store.remove("Nett") }.contains("Net"))
      try store.remove("Net")
      #expect(store.names.isEmpty)
    }
  }

  @Test("A catalogue takes an installed plugin whole or not at all")
  func catalogue() throws {
    var catalogue = try Catalogue(path: packageFile("registry.json"))
    let before = catalogue
    func plugin(
      _ name: String, _ encoders: [String], heads: [String] = [], _ sets: String = "[]"
    ) throws -> InstalledPlugin {
      InstalledPlugin(
        record: PluginRecord(
          name: name, kit: try identity(), digest: "d", sources: "s",
          contents: PluginContents(
            encoders: encoders.map { .init(name: $0, modality: .image) }, fusionHeads: heads),
          weightSets: try JSONValue.parse(Data(sets.utf8))), folder: "/plugins/\(name)")
    }
    let taken = try #require(before.encoders.first)
    let head = try #require(before.fusionHeads.first)
    for (bad, words) in [
      (try plugin(taken.plugin, ["new"]), "has the name of the plugin"),
      (try plugin(head.plugin, ["new"]), "has the name of the plugin"),
      (try plugin("Thief", ["new", taken.name]), "which is \(taken.plugin)'s"),
      (try plugin("Thief", [], heads: [head.name]), "which is \(head.plugin)'s"),
      (try plugin("Thief", [head.name]), "which is \(head.plugin)'s"),
      (try plugin("Thief", ["new"], heads: ["new"]), "that name once more"),
    ] {
      #expect(errorText { try catalogue.add(bad) }.contains(words))
      #expect(catalogue == before)
    }
    try catalogue.add(plugin("Net", ["net", "net2"], heads: ["joined"]))
    #expect(catalogue.encoders.suffix(2).map(\.name) == ["net", "net2"])
    #expect(catalogue.fusionHeads.last?.name == "joined")
    catalogue.remove(plugin: "Net")
    #expect(catalogue == before)
  }
}
