import Basics
import Datasets
import EncoderKit
import Foundation
import Fusion
import Images
import Registry
import TestSupport
import Testing

@testable import Training

@Suite("Text encoders with a tokenizer of their own")
struct OwnTokenizerTests {
  @Test("A model is saved with its tokenizer and answers the same when it is read")
  func saved() throws {
    try withTemporaryFolder { folder in
      try TinyBert.writeFiles(folder)
      let scene = try RecipeScene(folder, [])
      let branch = try TinyBert.branch([("tokenizer", folder.json)])
      #expect(branch.notes.contains { $0.contains("random weights") })
      let model = try #require(try scene.fit(TinyBert.recipe(branch)).model)
      let names = try model.write(to: "\(folder)/model")
      #expect(names.contains("tokenizer/vocab.txt") && names.contains("tokenizer/config.json"))
      #expect(Set(ModelFiles.names(in: "\(folder)/model")) == Set(names))
      // What it was read from may be gone.
      try FileManager.default.removeItem(atPath: "\(folder)/vocab.txt")
      let read = try TrainedModel.read(from: "\(folder)/model", registry: RecipeScene.registry())
      func answers(_ model: TrainedModel) throws -> [Float] {
        let batch = try model.source(scene.context.cases).batch([0, 1, 2], augmentedBy: nil)
        var pass = Forward(
          .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
        return model.logits(batch, &pass).values
      }
      #expect(try answers(read) == answers(model))
    }
  }

  @Test("Given weights are frozen by default, which is said, and the same with a cache as without")
  func frozen() throws {
    try withTemporaryFolder { folder in
      try TinyBert.writeFiles(folder)
      let scene = try RecipeScene(folder, [])
      let first = try #require(
        try scene.fit(TinyBert.recipe(TinyBert.branch([("tokenizer", folder.json)]))).model)
      try first.write(to: "\(folder)/model")
      let branch = try TinyBert.branch([("weights", "\(folder)/model".json)])
      #expect(branch.frozen == "all")
      #expect(branch.notes.contains { $0.contains("\"none\" trains all of it") })
      let kept = try #require(try scene.fit(TinyBert.recipe(branch)).model)
      let without = try RecipeScene(folder, [], cache: nil)
      let anew = try #require(try without.fit(TinyBert.recipe(branch)).model)
      for parameter in kept.classifier.store.parameters {
        let key = parameter.key
        if key.hasPrefix("text.") {
          #expect(
            parameter.value.values == first.classifier.store.parameter(key)?.value.values, "\(key)")
        }
        let other = try #require(anew.classifier.store.parameter(key)).value.values
        #expect(zip(parameter.value.values, other).allSatisfy { abs($0 - $1) < 1e-5 }, "\(key)")
      }
    }
  }

  @Test("Frozen up to a layer, the layers behind it learn and those before do not")
  func stages() throws {
    try withTemporaryFolder { folder in
      try TinyBert.writeFiles(folder)
      let scene = try RecipeScene(folder, [])
      let first = try #require(
        try scene.fit(TinyBert.recipe(TinyBert.branch([("tokenizer", folder.json)]))).model)
      try first.write(to: "\(folder)/model")
      let branch = try TinyBert.branch([
        ("weights", "\(folder)/model".json), ("freeze", "layer1"),
      ])
      let model = try #require(try scene.fit(TinyBert.recipe(branch)).model)
      for parameter in model.classifier.store.parameters where parameter.key.hasPrefix("text.") {
        let isSame =
          parameter.value.values
          == first.classifier.store.parameter(parameter.key)?.value.values
        #expect(isSame != parameter.key.contains("layer.1"), "\(parameter.key)")
      }
    }
  }

  @Test("A tokenizer's file that is missing is told by the digests of its model")
  func missing() throws {
    try withTemporaryFolder { folder in
      try TinyBert.writeFiles(folder)
      let scene = try RecipeScene(folder, [])
      let model = try #require(
        try scene.fit(TinyBert.recipe(TinyBert.branch([("tokenizer", folder.json)]))).model)
      let path = "\(folder)/model"
      let names = try model.write(to: path)
      try FileDigests(of: names, in: path, inputs: [:]).write(to: path)
      try ModelIntegrity.check(path)
      // Without it the sizes would be those of BERT-base, or capitals would be read otherwise.
      try FileManager.default.removeItem(atPath: "\(path)/tokenizer/config.json")
      do {
        try ModelIntegrity.check(path)
        Issue.record("accepted")
      } catch let error as ZooError {
        #expect("\(error)".contains("tokenizer/config.json"), "\(error)")
      }
    }
  }

  @Test("Pieces are joined to words; what is cut is counted in pieces")
  func reading() throws {
    let tokenizer = try WordPieceTokenizer(
      vocabulary: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "no", "pneumo", "##thorax", "or", "."],
      rules: BertTextRules(lowercases: true))
    let reading = TextReading("No pneumothorax or xyz.", tokenizer, maximumPieces: 6)
    #expect(reading.tokens.map(\.text) == ["No", "pneumothorax", "or", "xyz", "."])
    #expect(reading.indices == [2, 4, 5, 6, 7, 3])
    #expect(reading.words == [nil, 0, 1, 1, 2, nil])
    #expect(reading.readCount == 3 && reading.unitCount == 6 && reading.cutCount == 2)
    #expect(!reading.knows(3) && reading.knows(1))
    #expect(reading.byWord([100, 1, 2, 3, 4, 100]) == [1, 5, 4, 0, 0])
    #expect(reading.indices(without: [1]) == [2, 4, 7, 3])
    #expect(reading.notes.contains { $0.contains("the first 4 of the text's 6 pieces") })
  }

  @Test("What an encoder has no use for is refused")
  func refused() throws {
    try withTemporaryFolder { folder in
      try TinyBert.writeFiles(folder)
      for (members, said) in [
        ([("vectors", folder.json)], "vectors"), ([], "tokenizer"),
        ([("weights", folder.json)], "holds no weights"),
        ([("tokenizer", "\(folder)/none".json)], "no folder"),
        ([("tokenizer", folder.json), ("freeze", "layer9")], "layer9"),
        ([("tokenizer", folder.json), ("freeze", "all"), ("members", 2)], "members"),
      ] as [([(key: String, value: JSONValue)], String)] {
        do {
          _ = try TinyBert.branch(members)
          Issue.record("accepted \(said)")
        } catch let error as ZooError {
          #expect("\(error)".contains(said), "\(error)")
        }
      }
      let words: JSONValue = ["encoder": "word2vec", "weights": "x"]
      #expect(throws: ZooError.self) {
        _ = try TextBranch(
          words, registry: RecipeScene.registry(), defaults: TrainingSettings())
      }
    }
  }
}
