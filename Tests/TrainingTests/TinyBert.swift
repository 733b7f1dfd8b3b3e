import Basics
import Datasets
import EncoderKit
import Foundation
import Fusion
import Images
import Registry
import TestSupport

@testable import Training

/// A BERT of two layers of width 8 over the phantom sample's words.
enum TinyBert {
  /// Writes a folder as a BERT is published, without its weights.
  static func writeFiles(_ folder: String) throws {
    let words = Set(
      PhantomSample(count: 24, size: 64).cases().flatMap { Tokenizer().words($0.text) })
    let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "."] + words.sorted().dropFirst(3)
    try vocabulary.joined(separator: "\n").write(
      toFile: "\(folder)/vocab.txt", atomically: true, encoding: .utf8)
    try """
    {"model_type": "bert", "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
     "intermediate_size": 8, "max_position_embeddings": 24}
    """.write(toFile: "\(folder)/config.json", atomically: true, encoding: .utf8)
  }

  /// The branch with further members of its JSON.
  static func branch(
    _ members: [(key: String, value: JSONValue)], _ registry: EncoderRegistry? = nil
  ) throws -> TextBranch {
    try TextBranch(
      JSONValue(
        .object(
          [
            ("name", "bert"), ("encoder", "bert"),
            ("training", ["epochs": 1, "batchSize": 7, "learningRate": 0.01]),
          ] + members)), registry: registry ?? RecipeScene.registry(), defaults: TrainingSettings())
  }

  /// One encoder and the plainest decoder.
  static func recipe(_ branch: TextBranch) -> UnimodalRecipe {
    UnimodalRecipe(
      name: "bert", encoder: .text(branch), decoder: RecipeScene.decoder, views: 1)
  }
}
