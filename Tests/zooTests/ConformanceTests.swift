import EncoderKit
import Foundation
import Registry
import TestSupport
import Testing

private let isLong = ProcessInfo.processInfo.environment["ENCODERZOO_LONG_TESTS"] != nil

/// Options that make an encoder small; the long tests take every encoder, most as they are.
private let small = [
  "densenet121": #"{"growthRate": 4, "blocks": [2, 2], "initialFeatures": 8}"#,
  "resnet18": #"{"width": 8}"#, "vgg11_bn": #"{"hidden": 16}"#,
  "vit_small_patch14_reg4_dinov2": #"{"patch": 16, "width": 48, "depth": 2, "heads": 3}"#,
]

private func encoders(_ modality: String) -> [String] {
  guard let catalogue = try? Catalogue(path: packageFile("registry.json")) else { return [] }
  return catalogue.encoders.filter { $0.modality.rawValue == modality }.map(\.name)
}

private let heads =
  (try? Catalogue(path: packageFile("registry.json")))?.fusionHeads.map(\.name) ?? []

/// The kit finds nothing to blame in our own encoders and heads; a process each, so that nothing else of the tests
/// uses memory meanwhile.
@Suite("Our own encoders and fusion heads pass the conformance kit", .serialized)
struct ConformanceTests {
  private func expectPassed(_ arguments: [String]) throws {
    let outcome = try ProgramRunner.run(["plugin", "check", "--quiet"] + arguments)
    #expect(outcome.status == 0, "\(outcome.error)\n\(outcome.output)")
    #expect(!outcome.output.contains(" failed: "), "\(outcome.output)")
    #expect(outcome.output.contains("memory       passed: all of"))
  }

  @Test(
    "Every image encoder",
    .enabled(if: ProgramRunner.program != nil),
    arguments: encoders("image").filter { isLong || small[$0] != nil })
  func images(name: String) throws {
    // VGG's hidden layers are 120 million weights: the kit copies weights many times.
    let narrow =
      name.hasPrefix("vgg")
      ? #"{"hidden": 16}"#
      : name.hasPrefix("vit") ? #"{"patch": 16, "width": 48, "depth": 2, "heads": 3}"# : "{}"
    try expectPassed(
      ["--encoder", name, "--options", isLong ? narrow : small[name] ?? narrow, "--size", "64"])
  }

  @Test(
    "Every text encoder", .enabled(if: ProgramRunner.program != nil), arguments: encoders("text"))
  func texts(name: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/vectors.txt"
      try "lungs 1 2 3 4\nclear -1 0.5 0 2\neffusion 0.25 -0.25 0.5 1\n"
        .write(toFile: path, atomically: true, encoding: .utf8)
      // Full transformers of the BERT family take minutes: elsewhere than in the long tests they are narrow.
      let isWords = ["glove", "word2vec"].contains(name)
      let narrow = #"{"width": 48, "depth": 2, "heads": 3, "hidden": 32}"#
      try expectPassed(
        ["--encoder", name] + (name == "glove" ? ["--vectors", path] : [])
          + (isWords || isLong ? [] : ["--options", narrow]))
    }
  }

  @Test("Every fusion head", .enabled(if: ProgramRunner.program != nil), arguments: heads)
  func fusion(name: String) throws { try expectPassed(["--head", name]) }

  @Test("A check that fails is named, and so is a command line that makes no sense")
  func failures() throws {
    let both = try ProgramRunner.run(["plugin", "check", "x", "--encoder", "y"])
    #expect(
      both.status == 2 && both.error.contains("expected either DIR, --encoder NAME or --head NAME"))
    let head = try ProgramRunner.run(["plugin", "check", "--head", "gatid"])
    #expect(head.status == 1 && head.error.contains("gated"))
    let unknown = try ProgramRunner.run(["plugin", "check", "--encoder", "resnet19"])
    #expect(unknown.status == 1 && unknown.error.contains("resnet18"))
  }
}
