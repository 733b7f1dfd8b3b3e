import Basics
import Foundation
import TestSupport
import Testing

@testable import WeightFiles

/// A tensor as Python saw it; numbers that JSON lacks are texts.
private struct Expected: Decodable {
  let name: String
  let shape: [Int]
  let type: String
  let values: [Float]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    name = try container.decode(String.self, forKey: .name)
    shape = try container.decode([Int].self, forKey: .shape)
    type = try container.decode(String.self, forKey: .type)
    values = try container.decode([Number].self, forKey: .values).map(\.value)
  }

  private enum Keys: CodingKey { case name, shape, type, values }

  private struct Number: Decodable {
    let value: Float
    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        value = Float(text) ?? .nan
      } else {
        value = Float(try container.decode(Double.self))
      }
    }
  }
}

/// The folder of the files that `Resources/make_torch_fixtures.py` makes.
private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("Resources/torch").path

private func fixture(_ name: String, under keys: [String] = []) throws -> StateDictionary {
  try StateDictionary.read(path: "\(folder)/\(name)", under: keys)
}

private let fixtures =
  [
    "state", "module", "parallel", "checkpoint", "types", "views", "rare",
  ].flatMap { ["\($0).zip.pth", "\($0).legacy.pth"] }
  + [1, 3, 4, 5].map { "protocol\($0).zip.pth" }

@Suite struct TorchFileTests {
  @Test("Names, shapes, types and values are those of Python, in its order", arguments: fixtures)
  func values(_ name: String) throws {
    let all = try JSONDecoder().decode(
      [String: [Expected]].self, from: readFile("\(folder)/expected.json"))
    let expected = try #require(all[name])
    let file = try fixture(name)
    #expect(file.format == (name.contains("legacy") ? .torchLegacy : .torchZip))
    #expect(file.entries.map(\.name) == expected.map(\.name))
    for tensor in expected {
      let entry = try #require(file.entry(tensor.name))
      #expect(entry.shape == tensor.shape)
      #expect(entry.count == tensor.values.count)
      #expect(entry.elementType == TorchType.named(tensor.type)?.element)
      let values = try file.floats(tensor.name)
      #expect(zip(values, tensor.values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
      #expect(values.count == tensor.values.count)
    }
  }

  @Test("The three formats of one state dictionary hold the same bits")
  func formats() throws {
    let reference = try fixture("state.safetensors")
    #expect(reference.format == .safetensors && reference.content == .stateDictionary)
    for name in ["state.zip.pth", "state.legacy.pth", "module.zip.pth", "module.legacy.pth"] {
      let file = try fixture(name)
      #expect(Set(file.entries.map(\.name)) == Set(reference.entries.map(\.name)))
      for entry in reference.entries {
        #expect(file.entry(entry.name) == entry)
        #expect(
          try file.floats(entry.name).map(\.bitPattern)
            == reference.floats(entry.name).map(\.bitPattern))
      }
    }
    #expect(
      errorText { _ = try fixture("state.safetensors", under: ["model"]) }
        == "\(folder)/state.safetensors: no \"model\": a safetensors file has no dictionaries in"
        + " one another")
  }

  @Test("A state dictionary needs no unwrapping", arguments: ["zip", "legacy"])
  func plain(_ suffix: String) throws {
    let file = try fixture("state.\(suffix).pth")
    #expect(file.content == .stateDictionary)
    #expect(file.wrapping == [] && file.beside.isEmpty && file.attributes == [:])
    #expect(file.metadata == (suffix == "zip" ? ["byteorder": "little", "version": "3"] : [:]))
  }

  @Test("A checkpoint is unwrapped, and its other values are read", arguments: ["zip", "legacy"])
  func checkpoint(_ suffix: String) throws {
    let file = try fixture("checkpoint.\(suffix).pth")
    #expect(file.content == .checkpoint && file.wrapping == ["state_dict"])
    #expect(file.beside.isEmpty)
    #expect(
      file.attributes == [
        "epoch": .integer(7), "arch": .text("DENSE-NET-121"), "best_auc": .number(0.8414),
        "best_loss": .number(0.25), "count": .integer(-5), "best": .number(0.5),
        "aucs": .list([.number(0), .number(0.25), .number(0.5)]),
        "classes": .list([.text("a"), .text("b")]), "negative": .integer(-1_099_511_627_776),
        "history": .list([
          .integer(1), .number(2.5), .none, .boolean(true),
          .dictionary([.init(key: "lr", value: .list([.number(0.1)]))]),
        ]), "seen": .list([.integer(3)]),
        "counts": .dictionary([.init(key: "a", value: .integer(1))]),
      ])
    #expect(file.attributes["classes"]?.texts == ["a", "b"])
    #expect(file.attributes["aucs"]?.numbers == [0, 0.25, 0.5])
    #expect(file.attributes["epoch"]?.number == 7)
  }

  @Test(
    "A pickled module gives its state dictionary and its own attributes",
    arguments: ["module", "parallel"], ["zip", "legacy"])
  func module(_ name: String, _ suffix: String) throws {
    let file = try fixture("\(name).\(suffix).pth")
    let className =
      name == "module" ? "chestmodels.Net" : "torch.nn.parallel.data_parallel.DataParallel"
    #expect(file.content == .module(className: className))
    #expect(file.wrapping == [])
    #expect(file.entries.allSatisfy { $0.name.hasPrefix("module.") == (name == "parallel") })
    #expect(!file.entries.contains { $0.name.contains("scratch") })
    var attributes = file.attributes
    let thresholds = try #require(attributes.removeValue(forKey: "op_threshs")?.numbers)
    #expect(thresholds[0] == 0.25 && thresholds[1].isNaN && thresholds[2] == 0.75)
    #expect(
      attributes == [
        "pathologies": .list([.text("Atelectasis"), .text(""), .text("Pleural_Thickening")]),
        "operating_points": .list([.number(0.5), .number(0.125)]),
        "names": .list([.text("a"), .text("bc")]), "size": .list([.integer(224), .integer(224)]),
        "threshold": .number(0.75), "weights": .text("densenet121-res224-nih"),
        "pretrained": .boolean(true), "extra": .none, "device": .text("cpu"),
        "index": .dictionary([
          .init(key: "0", value: .text("no")), .init(key: "one", value: .integer(1)),
        ]),
      ])
  }

  @Test("A module in a checkpoint is found, with the values of both")
  func wrappedModule() throws {
    let file = try fixture("protocol4.zip.pth")
    #expect(file.content == .module(className: "chestmodels.Net") && file.wrapping == ["net"])
    #expect(file.attributes["auc"] == .number(0.5))
    #expect(file.attributes["thresholds"]?.numbers == [0, 1])
    #expect(file.attributes["threshold"] == .number(0.75))
  }

  @Test("A name that isn't there is told with the nearest")
  func missing() throws {
    let file = try fixture("state.zip.pth")
    #expect(
      errorText { _ = try file.floats("classifier.wait") }
        == "\(folder)/state.zip.pth: no tensor \"classifier.wait\" among 10; did you mean"
        + " \"classifier.weight\"?")
    #expect(
      errorText { _ = try StateDictionary.read(path: "no-such.pth") }
        == "no-such.pth: no such file")
  }
}
