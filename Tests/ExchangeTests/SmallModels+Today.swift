import Basics
import EncoderKit
import Evaluation
import Foundation
import Fusion
import Registry
import TestSupport
import Training

/// A small text encoder with a tokenizer of its own.
struct SmallTransformer: Sendable {
  var encoder = "bert"
  var options = "{}"
  /// More members of the branch's JSON.
  var more = ""
  /// Pieces that are read at once.
  var capacity = 20
  /// The piece that fills up comes second here, and third of all in RoBERTa's vocabulary.
  static let bert = ["[CLS]", "[PAD]", "[UNK]", "[SEP]"]
  static let roberta = ["<s>", "<unk>", "<pad>", "</s>"]

  /// Writes a folder as such an encoder is published, without its weights.
  func writeFiles(_ folder: String, words: String) throws {
    let special =
      encoder == "bert" ? SmallTransformer.bert : SmallTransformer.roberta
    let pieces = special + words.split(separator: " ").map(String.init)
    try pieces.joined(separator: "\n").write(
      toFile: "\(folder)/vocab.txt", atomically: true, encoding: .utf8)
    let positions = encoder == "bert" ? capacity : capacity + 2
    try """
    {"model_type": "\(encoder)", "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
     "intermediate_size": 12, "max_position_embeddings": \(positions),
     "type_vocab_size": \(encoder == "bert" ? 2 : 1)}
    """.write(toFile: "\(folder)/config.json", atomically: true, encoding: .utf8)
  }
}

/// Encoders of today.
extension SmallModel {
  private static func vit(_ name: String, _ options: String, channels: Int = 1) -> String {
    """
    {"encoder": "\(name)", "size": 32, "channels": \(channels), "options":
     {"patch": 8, "width": 12, "depth": 2, "heads": 3\(options)}}
    """
  }

  private static func mobile(_ name: String, width: Double, size: Int = 32) -> String {
    """
    {"encoder": "\(name)", "size": \(size), "channels": 1, "options": {"width": \(width)}}
    """
  }

  private static func convnext(_ name: String) -> String {
    """
    {"encoder": "\(name)", "size": 32, "channels": 3, "options":
     {"blocks": [1, 1, 2], "widths": [4, 6, 8]}}
    """
  }

  static let images = [
    SmallModel(name: "ViT", image: vit("vit_tiny_patch16_224", "")),
    SmallModel(
      name: "ViT, registers, layer scale, gated, mean",
      image: vit(
        "vit_small_patch14_reg4_dinov2", #", "gated": true, "pooling": "mean""#, channels: 3)),
    SmallModel(
      name: "ViT, two members, mirror average, some frozen, several classes",
      image: vit("vit_tiny_patch16_224", "").replacing(
        "\"channels\": 1,", with: "\"channels\": 1, \"members\": 2, \"flipAveraging\": true,"),
      labels: ["none", "mass", "edema"], task: .multiClass),
    SmallModel(
      name: "ViT, adapters",
      image: vit("vit_tiny_patch16_224", "").replacing(
        "\"channels\": 1,", with: "\"channels\": 1, \"lora\": {\"rank\": 2},")),
    SmallModel(name: "ConvNeXt", image: convnext("convnext_tiny")),
    SmallModel(name: "ConvNeXt V2", image: convnext("convnextv2_tiny")),
    SmallModel(
      name: "EfficientNet", image: mobile("efficientnet_b0", width: 0.2)),
    SmallModel(
      name: "EfficientNet, padded as TensorFlow, an odd side",
      image: mobile("tf_efficientnet_b0", width: 0.2, size: 37)),
    SmallModel(
      name: "EfficientNet-Lite", image: mobile("tf_efficientnet_lite0", width: 0.2, size: 34)),
    SmallModel(name: "MobileNetV2", image: mobile("mobilenetv2_100", width: 0.2)),
    SmallModel(name: "MobileNetV3", image: mobile("mobilenetv3_small_100", width: 0.3)),
    SmallModel(
      name: "Swin, windows that are filled up",
      image: """
        {"encoder": "swin_tiny_patch4_window7_224", "size": 36, "channels": 1, "options":
         {"width": 6, "blocks": [2, 2], "heads": [2, 3], "window": 4}}
        """),
    SmallModel(
      name: "Swin, one window at last, some layers frozen",
      image: """
        {"encoder": "swin_tiny_patch4_window7_224", "size": 32, "channels": 3, "freeze": "layer1",
         "options": {"width": 8, "blocks": [2, 1], "heads": [2, 4], "window": 4}}
        """),
  ]

  static let transformers = [
    SmallModel(name: "BERT, mean", transformer: SmallTransformer()),
    SmallModel(
      name: "BERT, first piece", transformer: SmallTransformer(options: #"{"pooling": "first"}"#)),
    SmallModel(
      name: "BERT, pooler, adapters",
      transformer: SmallTransformer(
        options: #"{"pooling": "pooler"}"#, more: #", "lora": {"rank": 2}"#)),
    SmallModel(
      name: "RoBERTa, two members, several findings",
      textMembers: 2, labels: ["mass", "nodule", "effusion"], task: .multiLabel,
      transformer: SmallTransformer(encoder: "roberta")),
  ]

  static let pairsOfToday = [
    SmallModel(
      name: "ViT and BERT, attention", image: vit("vit_tiny_patch16_224", ""),
      fusion: .init(head: "attention", options: ["width": 6, "heads": 2]),
      transformer: SmallTransformer()),
    SmallModel(
      name: "ConvNeXt and RoBERTa, film, missing-modality embeddings",
      image: convnext("convnextv2_tiny"),
      fusion: .init(
        head: "film", options: ["width": 5, "condition": "text"], learnsMissingModality: true,
        modalityDropout: 0.3),
      transformer: SmallTransformer(encoder: "roberta")),
    SmallModel(
      name: "MobileNetV2 and words, attention", image: mobile("mobilenetv2_100", width: 0.2),
      text: cnn, fusion: .init(head: "attention", options: ["width": 6, "heads": 2])),
    SmallModel(
      name: "DenseNet and BERT", image: densenet, transformer: SmallTransformer()),
  ]

  /// All of them.
  static let today = images + transformers + pairsOfToday

  /// The branch of a text encoder with a tokenizer of its own, and its files as they are read.
  static func branch(
    _ transformer: SmallTransformer, members: Int, _ registry: EncoderRegistry
  ) throws -> (TextBranch, TextPreparation) {
    try withTemporaryFolder { folder in
      try transformer.writeFiles(folder, words: words)
      let value = try JSONValue.parse(
        Data(
          """
          {"encoder": "\(transformer.encoder)", "tokenizer": "\(folder)", "members": \(members),
           "options": \(transformer.options)\(transformer.more)}
          """.utf8), path: "model.json")
      let branch = try TextBranch(value, registry: registry, defaults: TrainingSettings())
      guard let preparation = try branch.ownPreparation(registry) else {
        preconditionFailure("\(transformer.encoder) has no tokenizer of its own")
      }
      return (branch, preparation)
    }
  }
}
