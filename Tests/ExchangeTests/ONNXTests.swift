import Basics
import Datasets
import Downloads
import EncoderKit
import Evaluation
import Foundation
import Fusion
import TestSupport
import Testing
import Training

@testable import Exchange

@Suite("ONNX files")
struct ONNXTests {
  private func file(_ model: TrainedModel) throws -> ONNXFile {
    try ONNXFile(bytes(model))
  }

  private func bytes(_ model: TrainedModel, _ kernels: any Kernels = ReferenceKernels()) throws
    -> Data
  {
    var result = Data()
    try withTemporaryFolder { folder in
      let export = try ONNXExport(model, version: "1", kernels: kernels)
      try export.write(to: "\(folder)/model.onnx")
      result = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/model.onnx"))
    }
    return result
  }

  @Test(
    "A plain interpreter gives the model's logits for one case and for several",
    arguments: SmallModel.all + SmallModel.heads + SmallModel.today)
  func logits(_ small: SmallModel) throws {
    let model = try small.make()
    let interpreter = ONNXInterpreter(file: try file(model))
    for count in [1, 3] {
      var batch = RawBatch(indices: Array(0..<count))
      batch.images = SmallModel.images(model, count: count)
      batch.texts = SmallModel.texts(model, count: count)
      var pass = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
      let expected = model.logits(batch, &pass)
      var inputs: [String: NumberArray] = [:]
      if let branch = model.image, let pixels = batch.images {
        let images = Tensor(
          pixels,
          shape: [
            count, branch.preprocessing.size, branch.preprocessing.size,
            branch.preprocessing.channels,
          ])
        inputs["image"] = NumberArray(
          [
            count, branch.preprocessing.channels, branch.preprocessing.size,
            branch.preprocessing.size,
          ],
          images.inFileOrder.values.map(Double.init))
      }
      if let texts = batch.texts {
        let length = texts.map(\.count).max() ?? 0
        let padding = Double(model.ownTokenizer?.padding ?? 0)
        inputs["words"] = NumberArray(
          [count, length],
          texts.flatMap {
            $0.map { Double($0) } + [Double](repeating: padding, count: length - $0.count)
          })
      }
      let found = try #require(interpreter.run(inputs))
      #expect(found.shape == expected.shape)
      let size = try #require(expected.values.map { abs($0) }.max())
      #expect(size > 1e-3, "logits near zero would show nothing")
      for (a, b) in zip(found.values, expected.values) {
        #expect(abs(a - Double(b)) < 2e-5 * Double(max(1, size)), "\(a) \(b)")
      }
    }
  }

  @Test(
    "ONNX Runtime gives the logits of every head and every encoder of today",
    .enabled(if: Peer.python != nil, "no Python with onnxruntime: set ENCODERZOO_PYTHON"),
    arguments: SmallModel.heads + SmallModel.today)
  func runtime(_ small: SmallModel) throws {
    let model = try small.make()
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.onnx"
      try ONNXExport(model, version: "1", kernels: ReferenceKernels()).write(to: path)
      var batch = RawBatch(indices: [0, 1, 2])
      batch.images = SmallModel.images(model, count: 3)
      batch.texts = SmallModel.texts(model, count: 3)
      var pass = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
      let expected = model.logits(batch, &pass)
      let images = model.image.flatMap { branch in
        batch.images.map {
          Tensor(
            $0,
            shape: [
              3, branch.preprocessing.size, branch.preprocessing.size,
              branch.preprocessing.channels,
            ])
        }
      }
      let found = try Peer.logits(
        of: path, image: images?.inFileOrder, words: batch.texts,
        padding: model.ownTokenizer?.padding ?? 0, in: folder)
      #expect(found.count == expected.count)
      for (a, b) in zip(found, expected.values) { #expect(abs(a - Double(b)) < 1e-4, "\(a) \(b)") }
    }
  }

  @Test("Operator set, inputs, output and metadata stand in the file; same model, same bytes")
  func content() throws {
    let small = try #require(SmallModel.all.last)
    let model = try small.make()
    let file = try file(model)
    #expect(file.operatorSet == 17 && file.formatVersion == 8)
    #expect(file.inputs == ["image": ["batch", "1", "24", "24"], "words": ["batch", "length"]])
    #expect(file.outputs == ["logits": ["batch", "1"]])
    #expect(file.metadata["encoderzoo.task"] == "binary")
    #expect(file.metadata["encoderzoo.labels"] == #"["normal","abnormal"]"#)
    #expect(file.metadata["encoderzoo.positive"] == "abnormal")
    func object(_ key: String) throws -> JSONObject {
      try JSONValue.parse(Data(try #require(file.metadata["encoderzoo.\(key)"]).utf8)).object()
    }
    var image = try object("image")
    #expect(try image.integer("size", in: 0...99, default: 0) == 24)
    #expect(try image.string("colour", default: "") == "grey")
    #expect(abs(try image.required("mean").array()[0].number() - 0.4) < 1e-6)
    var text = try object("text")
    #expect(try text.integer("maximumWords", in: 0...99, default: 0) == 12)
    let words = try JSONValue.parse(Data(try #require(file.metadata["encoderzoo.vocabulary"]).utf8))
    #expect(try words.array().map { try $0.string() } == model.vocabulary?.words)
    // Weights have the published names, without a second copy.
    #expect(file.constants["image.features.conv0.weight"]?.shape == [8, 1, 3, 3])
    #expect(file.constants["text.convolutions.1.weight"]?.shape == [4, 6, 3])
    #expect(try bytes(model) == bytes(small.make()))
  }

  @Test("The file tells what makes probabilities of several logits, and from which on each is said")
  func activation() throws {
    func notes(_ task: TaskKind, _ thresholds: [Double]? = nil) throws -> [String: String] {
      var model = try SmallModel(
        name: "several", text: SmallModel.cnn, labels: ["none", "mass", "edema"], task: task
      ).make()
      if let thresholds { model.thresholds = thresholds }
      let file = try file(model)
      #expect(file.outputs == ["logits": ["batch", "3"]])
      return file.metadata
    }
    let classes = try notes(.multiClass)
    #expect(classes["encoderzoo.task"] == "multi-class")
    #expect(classes["encoderzoo.activation"] == "softmax")
    #expect(classes["encoderzoo.labels"] == #"["none","mass","edema"]"#)
    #expect(classes["encoderzoo.threshold"] == nil && classes["encoderzoo.thresholds"] == nil)
    let findings = try notes(.multiLabel, [0.5, 0.25, 0.75])
    #expect(findings["encoderzoo.activation"] == "sigmoid")
    #expect(findings["encoderzoo.thresholds"] == "[0.5,0.25,0.75]")
    #expect(try notes(.multiLabel)["encoderzoo.threshold"] == "0.5")
  }

  @Test("Whatever kernels run the model, the file is the same")
  func kernels() throws {
    guard let native = NativeKernels(over: ReferenceKernels()) else { return }
    for small in SmallModel.images + [SmallModel.pairsOfToday[0]] {
      let model = try small.make()
      #expect(try bytes(model) == bytes(model, native), "\(small.name)")
    }
  }

  @Test("A tokenizer of the encoder's own stands beside the file, and its hashes within")
  func ownTokenizer() throws {
    let model = try SmallModel(name: "RoBERTa", transformer: .init(encoder: "roberta")).make()
    try withTemporaryFolder { folder in
      let export = try ONNXExport(model, version: "1", kernels: ReferenceKernels())
      #expect(export.tokenizerFolder(beside: "\(folder)/a.b.onnx") == "\(folder)/a.b.tokenizer")
      try export.write(to: "\(folder)/a.b.onnx")
      let file = ONNXFile(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.b.onnx")))
      #expect(file.inputs == ["words": ["batch", "length"]])
      #expect(file.metadata["encoderzoo.vocabulary"] == nil)
      let note = try #require(file.metadata["encoderzoo.text"])
      var text = try JSONValue.parse(Data(note.utf8)).object()
      #expect(try text.integer("padding", in: 0...9, default: 0) == 2)
      #expect(try text.required("emptyText").array().map { try $0.integer(in: 0...9) } == [0, 3])
      #expect(try text.integer("maximumWords", in: 0...99, default: 0) == 20)
      var tokenizer = try text.required("tokenizer").object()
      let files = try tokenizer.required("files").object().members
      #expect(files.map(\.key) == ["config.json", "vocab.txt"])
      for (name, hash) in files {
        let written = "\(folder)/a.b.tokenizer/\(name)"
        #expect(try sha256(ofFile: written) == hash.string())
        #expect(try readFile(written) == model.tokenizerFiles?.bytes(name))
      }
      // Weights have the model's names; positions are a table of 20 behind RoBERTa's first two.
      let table = file.constants["text.embeddings.position_embeddings.weight"]
      #expect(table?.shape == [22, 8])
    }
  }

  @Test("A text encoder that reads long texts in windows is refused, before a training, too")
  func windows() throws {
    var windows = SmallTransformer(options: #"{"longTexts": "windows"}"#)
    // More than the first recording has, so that only a longer one can tell.
    windows.capacity = 310
    let model = try SmallModel(name: "windows", transformer: windows).make()
    let message = errorText {
      _ = try ONNXExport(model, version: "1", kernels: ReferenceKernels())
    }
    #expect(message.contains("of texts of 5001 words or pieces the model uses"), "\(message)")
    #expect(message.contains("\"gatherRows\" over rows of words"))
    let registry = try SmallModel.registry()
    var exportability = Exportability(registry: registry, kernels: ReferenceKernels())
    try withTemporaryFolder { folder in
      try windows.writeFiles(folder, words: SmallModel.words)
      let text = try TextBranch(
        ["encoder": "bert", "tokenizer": folder.json, "options": ["longTexts": "windows"]],
        registry: registry, defaults: TrainingSettings())
      let note = exportability.note(
        "bert", image: nil, text: text, head: try HeadBranch(["head": "concat"], registry: registry)
      )
      #expect(note?.contains("can't be written as ONNX") ?? false, "\(note ?? "")")
    }
  }

  @Test("Of today's encoders, too, nothing is told before a training")
  func exportableToday() throws {
    let registry = try SmallModel.registry()
    var exportability = Exportability(registry: registry, kernels: ReferenceKernels())
    let head = try HeadBranch(["head": "attention"], registry: registry)
    try withTemporaryFolder { folder in
      try SmallTransformer().writeFiles(folder, words: SmallModel.words)
      let text = try TextBranch(
        ["encoder": "bert", "tokenizer": folder.json], registry: registry,
        defaults: TrainingSettings())
      let image = try ImageBranch(
        JSONValue.parse(Data(try #require(SmallModel.images[0].image).utf8)), registry: registry,
        defaults: TrainingSettings())
      #expect(exportability.note("bert", image: nil, text: text, head: head) == nil)
      #expect(exportability.note("both", image: image, text: text, head: head) == nil)
    }
    #expect(
      exportability.tried == [["attention", "vit_tiny_patch16_224"], ["attention", "bert"]])
  }

  @Test("Before a training nothing is told of encoders and heads that can be written")
  func exportable() throws {
    let registry = try SmallModel.registry()
    func value(_ json: String) throws -> JSONValue {
      try JSONValue.parse(Data(json.utf8), path: "study.json")
    }
    let image = try ImageBranch(
      value(SmallModel.densenet), registry: registry, defaults: TrainingSettings())
    let text = try TextBranch(
      value("{\"encoder\": \"word2vec\", \"options\": \(SmallModel.cnn)}"), registry: registry,
      defaults: TrainingSettings())
    var exportability = Exportability(registry: registry, kernels: ReferenceKernels())
    for head in ["concat", "sum", "gated", "bilinear", "film", "attention", "late"] {
      let branch = try HeadBranch(
        value("{\"head\": \"\(head)\", \"missing\": \"learned\"}"), registry: registry)
      for name in ["net", "other"] {
        var image = image
        image.name = name
        #expect(exportability.note(head, image: image, text: text, head: branch) == nil)
        #expect(exportability.note(name, image: image, text: nil, head: branch) == nil)
      }
    }
    // Of heads over features one pair is enough; one that reads regions and words is tried with each.
    let alone = ["concat", "sum", "gated", "bilinear", "film", "late"].map { [$0] }
    let reading = ["net", "other", text.name].map { ["attention", $0] }
    #expect(exportability.tried == Set(alone + reading))
  }

  @Test("What can't be written is refused by its name")
  func refusals() throws {
    func refusal(_ image: some ImageEncoder) throws -> String {
      let classifier = try MultimodalClassifier(
        image: image, text: nil, outputs: 1,
        decoder: .init(hidden: 0, dropout: 0, featureDropout: 0),
        store: ParameterStore(random: RandomStream(seed: 1)))
      func passes() throws -> TracedPasses {
        try TracedPasses(
          classifier, images: (size: 4, channels: 1), words: nil, length: 1,
          kernels: ReferenceKernels())
      }
      let text = errorText {
        var writer = GraphWriter(try passes())
        try writer.run()
      }
      // A try that keeps no numbers is refused for the same.
      let tried = Exportability.refusal(passes)
      #expect(text.isEmpty ? tried == nil : text.hasPrefix(tried ?? "-"), "\(tried ?? "")")
      return text
    }
    #expect(try refusal(Sums()).contains("a tensor made outside of the recorded operations"))
    #expect(try refusal(Outer()).contains("the operation \"outerProduct\""))
    #expect(try refusal(Moody()).contains("other things with two cases than with one"))
    #expect(try refusal(Loudness()).contains("a factor that depends on the input"))
    #expect(try refusal(Crossed()).contains("a broadcast that is not of the same"))
    #expect(try refusal(Paired()).contains("\"gatherRows\" that depends on the batch"))
    #expect(try refusal(Beside()).isEmpty)
    #expect(try refusal(Plain()).isEmpty)
  }
}

/// Sums of pixels, computed past the recorded operations.
private struct Sums: ImageEncoder {
  let featureWidth = 1
  let stages = [EncoderStage("sums")]
  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    let size = x.count / x.shape[0]
    let values = x.values
    return Tensor(
      (0..<x.shape[0]).map { values[$0 * size..<($0 + 1) * size].reduce(0, +) },
      shape: [x.shape[0], 1])
  }
}

/// An operation that the writer does not know.
private struct Outer: ImageEncoder {
  let featureWidth = 1
  let stages = [EncoderStage("outer")]
  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    let mean = pass.globalAveragePool(x)
    return pass.outerProduct(mean, mean)
  }
}

/// The mean repeated as often as there are cases, whatever comes of it.
private struct Crossed: ImageEncoder {
  let featureWidth = 1
  let stages = [EncoderStage("crossed")]
  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    let all = pass.broadcast(pass.globalAveragePool(x), count: x.shape[0])
    return pass.slice(pass.reshape(all, to: [x.shape[0], x.shape[0]]), 0..<1)
  }
}

/// The first case's features for all.
private struct Paired: ImageEncoder {
  let featureWidth = 1
  let stages = [EncoderStage("paired")]
  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    pass.gatherRows(pass.globalAveragePool(x), [Int32](repeating: 0, count: x.shape[0]))
  }
}

/// Another way for another batch.
private struct Moody: ImageEncoder {
  let featureWidth = 1
  let stages = [EncoderStage("moods")]
  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    let means = pass.globalAveragePool(x)
    return x.shape[0] == 1 ? means : pass.relu(means)
  }
}

/// Images over their first pixel.
private struct Loudness: ImageEncoder {
  let featureWidth = 1
  let stages = [EncoderStage("loudness")]
  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    pass.globalAveragePool(pass.multiply(x, x.values[0]))
  }
}

/// A constant beside the features of every case.
private struct Beside: ImageEncoder {
  let featureWidth = 2
  let stages = [EncoderStage("beside")]
  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    pass.concatenate([pass.globalAveragePool(x), Tensor(repeating: 1, shape: [x.shape[0], 1])])
  }
}

/// A table added to every image, a ReLU and a reshape: all that can be written.
private struct Plain: ImageEncoder {
  let featureWidth = 16
  let stages = [EncoderStage("plain")]
  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    let table = (0..<16).map { Float($0) / 16 }
    let tables = Tensor((0..<x.shape[0]).flatMap { _ in table }, shape: x.shape)
    return pass.reshape(pass.relu(pass.add(x, tables)), to: [x.shape[0], 16])
  }
}
