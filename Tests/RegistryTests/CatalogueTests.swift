import Basics
import EncoderKit
import Foundation
import TestSupport
import Testing

@testable import Registry

@Suite("Catalogue")
struct CatalogueTests {
  private func problem(_ text: String) throws -> String {
    try withTemporaryFolder { folder in
      let path = "\(folder)/registry.json"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return errorText { _ = try Catalogue(path: path) }
        .replacingOccurrences(of: folder + "/", with: "")
    }
  }

  @Test(
    "What is wrong is named with its line",
    arguments: [
      ("{\"schema\": 2}", "registry.json:1: schema: unknown schema; this program reads schema 1"),
      ("{\"schema\": 1}", "registry.json:1: \"encoders\" is missing"),
      (
        "{\"schema\": 1,\n\"encoders\": [{\"name\": \"a\", \"modality\": \"imgae\", \"plugin\": \"A\"}]}",
        "registry.json:2: encoders[0].modality: unknown modality \"imgae\"; did you mean \"image\"?"
      ),
      (
        "{\"schema\": 1, \"encoders\": [],\n\"fusionHeads\": [{\"name\": \"concat\"}]}",
        "registry.json:2: fusionHeads[0]: \"plugin\" is missing"
      ),
      (
        "{\"schema\": 1, \"encoders\": [], \"fusionHeads\": [],\n\"encoder\": 1}",
        "registry.json:2: encoder: unknown key \"encoder\"; did you mean \"encoders\"?"
      ),
      (
        "{\"schema\": 1, \"schema\": 1}",
        "registry.json:1: not valid JSON: duplicate key \"schema\""
      ),
    ])
  func refusals(text: String, message: String) throws {
    #expect(try problem(text).hasPrefix(message))
  }

  @Test("An encoder that stands twice is refused")
  func twice() throws {
    let one = "{\"name\": \"a\", \"modality\": \"text\", \"plugin\": \"A\"}"
    #expect(
      try problem("{\"schema\": 1, \"encoders\": [\(one), \(one)], \"fusionHeads\": []}")
        .contains("the encoder \"a\" stands twice"))
  }

  @Test("A fusion head that stands twice is refused, and an unknown one is named")
  func heads() throws {
    let one = "{\"name\": \"a\", \"plugin\": \"A\"}"
    #expect(
      try problem("{\"schema\": 1, \"encoders\": [], \"fusionHeads\": [\(one), \(one)]}")
        .contains("the fusion head \"a\" stands twice"))
    let registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
    #expect(try registry.fusionHead("concat").description.name == "concat")
    #expect(
      errorText { _ = try registry.fusionHead("concta", at: Place(path: "s")) }
        .hasPrefix("s: unknown fusion head \"concta\"; did you mean \"concat\"?"))
  }

  @Test("A plugin that is not linked is named")
  func missingPlugin() {
    let text = errorText { _ = try PluginLoader.linked("Nothing", at: Place(path: "r")) }
    #expect(text.contains("r: the plugin \"Nothing\" is not part of this program"))
  }
}
