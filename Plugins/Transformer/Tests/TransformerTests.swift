import EncoderKit
import Foundation
import TestSupport
import Testing

@testable import TransformerPlugin

/// Files of a network of two layers, eight wide, over twelve pieces.
func smallFiles(_ kind: String, _ changes: [String: String] = [:]) -> EncoderFiles {
  let config = """
    {"model_type": "\(kind)", "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
     "intermediate_size": 16, "vocab_size": 12, "hidden_act": "gelu",
     "max_position_embeddings": \(kind == "bert" ? 10 : 12), "type_vocab_size": \(kind == "bert" ? 2 : 1),
     "layer_norm_eps": \(kind == "bert" ? "1e-12" : "1e-5")}
    """
  let special =
    kind == "bert" ? ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] : ["<s>", "<pad>", "</s>", "<unk>"]
  let words = ["the", "lungs", "are", "clear", "effus", "##ion", "large", "left"]
  let vocabulary = (special + words).joined(separator: "\n")
  return EncoderFiles(
    texts: ["config.json": config, "vocab.txt": vocabulary].merging(changes) { _, new in new })
}

private func options(_ value: JSONValue = [:]) throws -> JSONObject { try value.object() }

private func entry(_ name: String) throws -> TransformerEntry {
  try #require(TransformerEntry.all.first { $0.description.name == name })
}

/// An encoder whose parameters follow a formula that the Python side shares.
func smallEncoder(_ kind: String, _ given: JSONValue = [:]) throws -> any TextEncoder {
  let entry = try entry(kind)
  let preparation = try entry.preparation(files: smallFiles(kind), options: options(given))
  let blank = ParameterStore.blank()
  _ = try entry.make(options: options(given), preparation: preparation, scope: Scope(blank))
  let keys = blank.parameters.map { ($0.key, $0.value.shape) }.sorted { $0.0 < $1.0 }
  let values = keys.enumerated().map { number, item in
    let offset = item.0.hasSuffix("LayerNorm.weight") ? 1.0 : 0
    let values = (0..<item.1.reduce(1, *)).map { (place: Int) -> Float in
      let angle: Double = 0.37 * Double(place) + Double(number)
      return Float(0.2 * sin(angle) + offset)
    }
    return (item.0, Tensor(values, shape: item.1))
  }
  let store = ParameterStore(
    saved: Dictionary(uniqueKeysWithValues: values), origin: nil)
  return try entry.make(options: options(given), preparation: preparation, scope: Scope(store))
}

private func features(_ kind: String, _ given: JSONValue = [:]) throws -> [Float] {
  var pass = Forward(
    .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
  return try smallEncoder(kind, given).features([[2, 5, 6, 7, 8, 3], [2, 9, 3]], &pass).values
}

private func near(_ found: some Sequence<Float>, _ expected: [Float]) -> Bool {
  let found = Array(found)
  return found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 4e-6 }
}

@Suite("BERT's family")
struct TransformerTests {
  @Test("The mean over a text's pieces is transformers' BertModel's; padding counts nothing")
  func bert() throws {
    #expect(
      near(
        try features("bert"),
        [
          0.512412, -0.070855, 0.093543, -0.306005, -0.04718, 0.066243, 0.209769, 0.450368,
          0.736481, 0.309632, 0.471715, -0.023671, -0.008881, -0.149484, -0.179102, -0.035125,
        ]))
  }

  @Test("The first piece is its last row, and the pooler a dense layer and tanh over it")
  func pooling() throws {
    #expect(
      near(
        try features("bert", ["pooling": "first"]).suffix(8),
        [2.1658, 1.36299, 0.770635, -0.33258, -0.757142, -0.93254, -0.692565, -0.248983]))
    #expect(
      near(
        try features("bert", ["pooling": "pooler"]).suffix(8),
        [-0.802935, 0.634279, -0.780684, 0.499875, -0.648513, 0.33981, -0.322385, 0.153332]))
  }

  @Test("RoBERTa counts positions from behind its padding, and knows one kind of text")
  func roberta() throws {
    #expect(
      near(
        try features("roberta").suffix(8),
        [0.70419, 0.305208, 0.499508, 0.014328, 0.0238, -0.143996, -0.196741, -0.072406]))
  }

  @Test("Names of published files are the encoder's, queries, keys and values its pieces")
  func names() throws {
    let entry = try entry("bert")
    #expect(
      entry.published("encoder.layer.3.attention.self.key.bias")
        == .piece(key: "encoder.layer.3.attention.qkv.bias", index: 1, count: 3))
    #expect(
      entry.published("encoder.layer.0.attention.output.dense.weight")
        == .key("encoder.layer.0.attention.proj.weight"))
    #expect(
      entry.published("encoder.layer.0.output.LayerNorm.gamma")
        == .key("encoder.layer.0.output.LayerNorm.weight"))
    #expect(entry.published("embeddings.word_embeddings.weight") == nil)
    guard case .leftOut = entry.published("cls.predictions.bias") else {
      Issue.record("the head of the masked language model is used")
      return
    }
  }

  @Test("In training frozen layers run as in evaluation and get no gradient")
  func frozen() throws {
    let entry = try entry("bert")
    let preparation = try entry.preparation(files: smallFiles("bert"), options: options())
    let store = ParameterStore(random: RandomStream(seed: 1))
    let encoder = try entry.make(
      options: options(["dropout": 0.5]), preparation: preparation, scope: Scope(store))
    #expect(encoder.stages.map(\.name) == ["embeddings", "layer1", "layer2"])
    for stage in encoder.stages.prefix(2) {
      for key in stage.keys { store.setTrainable(false, prefix: key) }
    }
    let tape = Tape()
    var pass = Forward(
      .training, random: RandomStream(seed: 2), tape: tape, kernels: ReferenceKernels())
    let features = encoder.features([[2, 5, 3]], &pass)
    tape.backward(from: features, gradient: Tensor(repeating: 1, shape: features.shape))
    for parameter in store.parameters {
      let hasGradient = parameter.node.take() != nil
      #expect(hasGradient == parameter.key.hasPrefix("encoder.layer.1"), "\(parameter.key)")
    }
    // All of it frozen: dropout plays no part either.
    store.setTrainable(false)
    func run(_ mode: Forward.Mode) -> [Float] {
      var pass = Forward(
        mode, random: RandomStream(seed: 3), tape: nil, kernels: ReferenceKernels())
      return encoder.features([[2, 5, 3]], &pass).values
    }
    #expect(run(.training) == run(.evaluation))
  }

  @Test(
    "A config.json of another model, activation or size is refused by name",
    arguments: [
      ("bert", #"{"model_type": "distilbert"}"#, "distilbert"),
      ("bert", #"{"model_type": "roberta"}"#, "roberta"),
      ("bert", #"{"hidden_act": "relu"}"#, "relu"),
      ("bert", #"{"position_embedding_type": "relative_key"}"#, "relative_key"),
      ("minilm-l6", #"{"model_type": "bert", "hidden_size": 768}"#, "width 768"),
      ("bert", #"{"vocab_size": 5}"#, "12 pieces"),
    ])
  func refused(name: String, config: String, said: String) throws {
    let entry = try entry(name)
    do {
      _ = try entry.preparation(
        files: smallFiles("bert", ["config.json": config]), options: options())
      Issue.record("accepted")
    } catch let error as ZooError {
      #expect("\(error)".contains(said), "\(error)")
    }
  }

  @Test("Options that config.json contradicts are refused; without it they tell the size")
  func sizes() throws {
    let entry = try entry("bert")
    #expect(throws: ZooError.self) {
      _ = try entry.preparation(files: smallFiles("bert"), options: options(["width": 16]))
    }
    let alone = EncoderFiles(texts: ["vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\na"])
    let given: JSONValue = ["width": 16, "heads": 4, "depth": 1, "hidden": 8]
    let encoder = try entry.make(
      options: options(given),
      preparation: entry.preparation(files: alone, options: options(given)),
      scope: Scope(ParameterStore.blank()))
    #expect(encoder.featureWidth == 16)
  }

  @Test("A folder without a tokenizer is refused with the names that are expected")
  func noTokenizer() throws {
    do {
      _ = try entry("bert").preparation(
        files: EncoderFiles(texts: ["config.json": "{}"]), options: options())
      Issue.record("accepted")
    } catch let error as ZooError {
      #expect("\(error)".contains("vocab.txt"))
    }
  }
}
