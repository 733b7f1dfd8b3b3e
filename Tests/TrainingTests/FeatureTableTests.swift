import Basics
import Datasets
import EncoderKit
import Foundation
import Fusion
import TestSupport
import Testing
import WeightFiles

@testable import Training

/// An array as NumPy's version 1 writes it.
private func npy(
  _ values: [Float], _ shape: String, kind: String = "<f4", order: String = "False"
) -> Data {
  var header = "{'descr': '\(kind)', 'fortran_order': \(order), 'shape': \(shape), }"
  header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
  var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]) + Data(header.utf8)
  for value in values {
    if kind == "<f8" {
      withUnsafeBytes(of: Double(value).bitPattern.littleEndian) { data.append(contentsOf: $0) }
    } else {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
  }
  return data
}

private func refusal(_ body: () throws -> Void) -> String {
  do { try body() } catch { return "\(error)" }
  return "accepted"
}

@Suite("Vectors that were computed elsewhere")
struct FeatureTableTests {
  private func write(_ data: Data, _ path: String) throws {
    try data.write(to: URL(fileURLWithPath: path))
  }

  @Test("A safetensors file with ids in its metadata: vectors are found by id")
  func safetensors() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/v.safetensors"
      try TensorFile.write(
        [(name: "features", shape: [3, 2], values: [1, 2, 3, 4, 5, 6])],
        metadata: ["ids": #"["a", "b", "c"]"#], to: path)
      let table = try FeatureTable(path: path)
      #expect(table.width == 2)
      #expect(try table.rows(of: ["c", "a"]).values(0..<2) == [5, 6, 1, 2])
      let said = refusal { _ = try table.rows(of: ["a", "x", "y"]) }
      #expect(said.contains("2 of the 3 cases") && said.contains("\"x\""))
    }
  }

  @Test("NumPy's arrays of four and of eight bytes, with the ids in a list beside them")
  func numpy() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/v.npy"
      for kind in ["<f4", "<f8"] {
        try write(npy([1, 2, 3, 4], "(2, 2)", kind: kind), path)
        try write(Data("a\nb\n".utf8), "\(path).ids.txt")
        #expect(try FeatureTable(path: path).rows(of: ["b", "a"]).values(0..<2) == [3, 4, 1, 2])
      }
    }
  }

  @Test("What can't be read, or does not tell whose it is, is refused")
  func refused() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/v.npy"
      func said(_ data: Data, ids: String? = "a\nb\n") throws -> String {
        try write(data, path)
        try? FileManager.default.removeItem(atPath: "\(path).ids.txt")
        if let ids { try write(Data(ids.utf8), "\(path).ids.txt") }
        return refusal { _ = try FeatureTable(path: path) }
      }
      let good = npy([1, 2, 3, 4], "(2, 2)")
      #expect(try said(good) == "accepted")
      let faults: [(found: String, part: String)] = [
        (try said(good, ids: nil), "does not tell whose"),
        (try said(good, ids: "a\n"), "2 vectors and 1 ids"),
        (try said(good, ids: "a\na\n"), "two vectors of \"a\""),
        (try said(npy([1, 2, 3, 4], "(4,)")), "[4]"),
        (try said(npy([1, 2, 3], "(2, 2)")), "bytes of numbers"),
        (try said(npy([1, 2, 3, 4], "(2, 2)", kind: "<i4")), "<i4"),
        (try said(npy([1, 2, 3, 4], "(2, 2)", order: "True")), "columns first"),
        (try said(npy([1, .nan, 3, 4], "(2, 2)")), "vector of \"a\""),
      ]
      for (found, part) in faults { #expect(found.contains(part), "\(found)") }
      for length in 0..<good.count {
        #expect(try said(Data(good.prefix(length))) != "accepted", "\(length) bytes")
      }
    }
  }

  @Test("A specification can't name what stands for them as an encoder")
  func noEncoder() throws {
    let value: JSONValue = ["encoder": "given-features", "options": ["width": 4]]
    let image = refusal {
      _ = try ImageBranch(
        value, registry: RecipeScene.registry(), defaults: TrainingSettings())
    }
    let text = refusal {
      _ = try TextBranch(
        value, registry: RecipeScene.registry(), defaults: TrainingSettings())
    }
    #expect(image.contains("no encoder is called"))
    #expect(text.contains("no encoder is called"))
  }

  @Test("Of cases that lack a text the others alone have a row")
  func incomplete() throws {
    try withTemporaryFolder { folder in
      let scene = try RecipeScene(folder, []) { cases, _ in cases[3].text = nil }
      try "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe".write(
        toFile: "\(folder)/vocab.txt", atomically: true, encoding: .utf8)
      let branch = try TextBranch(
        [
          "encoder": "bert", "tokenizer": folder.json,
          "options": ["width": 8, "depth": 1, "heads": 2, "hidden": 8],
        ], registry: RecipeScene.registry(), defaults: TrainingSettings())
      var features: [[Float]] = []
      try scene.context.withFeatures(of: .text(branch), scene.split, title: "bert") {
        indices, rows in
        #expect(!indices.contains(3) && indices.count == 23)
        try rows { features += $0 }
      }
      #expect(features.count == 23 && features.allSatisfy { $0.count == 8 })
    }
  }

  @Test(
    "On either side they stand in for an encoder; the model is refused where cases are to be read")
  func branches() throws {
    try withTemporaryFolder { folder in
      let scene = try RecipeScene(folder, [])
      let cases = scene.context.cases.set.cases
      let path = "\(folder)/mine.safetensors"
      try TensorFile.write(
        [
          (
            name: "x", shape: [cases.count, 2],
            values: cases.flatMap { [$0.label == "abnormal" ? 2 : -2, 0.5] }
          )
        ],
        metadata: ["ids": JSONValue(.array(cases.map(\.id.json))).text(pretty: false)], to: path)
      let value: JSONValue = [
        "features": path.json,
        "training": ["epochs": 60, "batchSize": 7, "learningRate": 0.05],
      ]
      let image = try ImageBranch(
        value, registry: RecipeScene.registry(), defaults: TrainingSettings())
      let text = try TextBranch(
        value, registry: RecipeScene.registry(), defaults: TrainingSettings())
      #expect(image.name == "mine" && text.name == "mine")
      for encoder in [UnimodalRecipe.Encoder.image(image), .text(text)] {
        let recipe = UnimodalRecipe(
          name: "mine", encoder: encoder, decoder: RecipeScene.decoder, views: 2)
        let fit = try scene.fit(recipe)
        let model = try #require(fit.model)
        let weight = try #require(
          model.classifier.store.parameter("head.output.weight")
        ).value.values
        // The first number tells the label, the second nothing.
        #expect(abs(weight[0]) > 4 * abs(weight[1]))
        try? FileManager.default.removeItem(atPath: "\(folder)/model")
        try model.write(to: "\(folder)/model")
        let said = refusal {
          _ = try TrainedModel.read(
            from: "\(folder)/model", registry: RecipeScene.registry())
        }
        #expect(said.contains("computed elsewhere") && said.contains("mine.safetensors"))
        _ = try TrainedModel.read(
          from: "\(folder)/model", registry: RecipeScene.registry(), readsCases: false)
      }
      let wrong: JSONValue = ["features": path.json, "size": 64]
      let about = refusal {
        _ = try ImageBranch(
          wrong, registry: RecipeScene.registry(), defaults: TrainingSettings())
      }
      #expect(about.contains("\"size\""))
    }
  }
}
