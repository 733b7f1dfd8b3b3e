import Basics
import EncoderKit
import Fusion
import Images
import Registry
import TestSupport
import Testing

@testable import Training

@Suite("Starting weights and ensembles")
struct TransferTests {
  private let registry: EncoderRegistry

  init() throws {
    registry = EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
  }

  private func branch(_ more: [(key: String, value: JSONValue)] = []) throws -> ImageBranch {
    try #require(try branches(more).first)
  }

  private func branches(_ more: [(key: String, value: JSONValue)]) throws -> [ImageBranch] {
    let plain: [(key: String, value: JSONValue)] = [
      ("encoder", "resnet18"), ("name", "net"), ("size", 32), ("channels", 1),
      ("options", ["width": 4, "blocks": [1, 1]]),
    ]
    return try ImageBranch.branches(
      JSONValue(.object(plain.filter { own in !more.contains { $0.key == own.key } } + more)),
      registry: registry, defaults: TrainingSettings())
  }

  @Test("A list of weights makes a branch of each, called by its weights")
  func list() throws {
    let made = try branches([
      ("weights", ["random", "imagenet", ["name": "mine", "from": "random"]]), ("channels", 3),
      ("options", [:]),
    ])
    #expect(made.map(\.name) == ["net random", "net imagenet", "net mine"])
    #expect(made.map(\.weights) == [nil, "resnet18-imagenet", nil])
    #expect(made.map(\.family) == ["net", "net", "net"])
    #expect(errorText { _ = try branches([("weights", [])]) }.contains("an empty list"))
    #expect(
      errorText { _ = try branches([("weights", ["random", "imagnet"])]) }
        .contains("no weight set, bundle or file is called \"imagnet\""))
  }

  @Test("The rate falls from stage to stage towards the image, and the head keeps its own")
  func depth() throws {
    let model = try model(try branch([("layerDecay", 0.5)]), seed: 1)
    // The stages that learn are stem, layer1 and layer2.
    #expect(model.depthFactor("image.conv1.weight") == 0.25)
    #expect(model.depthFactor("image.layer1.0.conv1.weight") == 0.5)
    #expect(model.depthFactor("image.layer2.0.bn1.bias") == 1)
    #expect(model.depthFactor("head.output.weight") == 1)
    #expect(try self.model(try branch(), seed: 1).depthFactor("image.conv1.weight") == 1)
    let members = try self.model(try branch([("layerDecay", 0.5), ("members", 2)]), seed: 1)
    #expect(members.depthFactor("image.member2.conv1.weight") == 0.25)
  }

  @Test(
    "An ensemble's logit is the mean of its members', with and without a hidden layer",
    arguments: [0, 6])
  func ensemble(hidden: Int) throws {
    let parts = try (1...3).map { try model(try branch(), seed: UInt64($0), hidden: hidden) }
    let joined = try TrainedModel(
      joining: parts, image: try branch([("members", 3)]), text: nil, registry: registry)
    var random = RandomStream(seed: 4)
    var batch = RawBatch(indices: [0, 1])
    batch.images = (0..<2 * 32 * 32).map { _ in Float(random.normal()) }
    var pass = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
    let logits = parts.map { $0.logits(batch, &pass).values }
    let found = joined.logits(batch, &pass).values
    for index in 0..<2 {
      let mean = logits.reduce(0) { $0 + $1[index] } / 3
      #expect(abs(found[index] - mean) < 1e-5)
      #expect(abs(found[index] - logits[0][index]) > 1e-4)
    }
  }

  @Test("A saved ensemble reads back and answers the same to the bit")
  func saved() throws {
    try withTemporaryFolder { folder in
      let parts = try (1...2).map { try model(try branch(), seed: UInt64($0)) }
      let joined = try TrainedModel(
        joining: parts, image: try branch([("members", 2), ("batchNormalization", "frozen")]),
        text: nil, registry: registry)
      try joined.write(to: "\(folder)/model")
      let read = try TrainedModel.read(from: "\(folder)/model", registry: registry)
      #expect(read.image?.members == 2)
      #expect(read.image?.freezesStatistics == true)
      var batch = RawBatch(indices: [0])
      batch.images = (0..<32 * 32).map { Float($0 % 7) }
      var pass = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: ReferenceKernels())
      #expect(read.logits(batch, &pass).values == joined.logits(batch, &pass).values)
    }
  }

  @Test("Images are brought to resize, and the middle of it is what the encoder sees")
  func resize() throws {
    // A white frame, 8 pixels of 64 wide, around black.
    let image = PixelImage(
      width: 64, height: 64, channels: 1,
      pixels: (0..<64 * 64).map { index in
        [index / 64, index % 64].allSatisfy { (8..<56).contains($0) } ? 0 : 255
      })
    let cropped = try branch([("resize", 64)]).preprocessing.fitted(image)
    #expect(cropped.width == 32 && cropped.height == 32)
    #expect(cropped.pixels.allSatisfy { $0 == 0 })
    let whole = try branch().preprocessing.fitted(image)
    #expect(whole.width == 32 && whole.pixels[0] > 200 && whole.pixels[16 * 32 + 16] == 0)
    // At 40 pixels the frame is 5 wide, and 4 of them are cut away.
    let most = try branch([("resize", 40)]).preprocessing.fitted(image).pixels
    #expect(most[16 * 32] > 100 && most[16 * 32 + 3] < 30)
    #expect(errorText { _ = try branch([("resize", 16)]) }.contains("32 to 4096"))
  }

  @Test("Members of frozen weights are refused")
  func frozenMembers() {
    #expect(
      errorText { _ = try branch([("members", 2), ("freeze", "all")]) }
        .contains("\"freeze\" and \"members\""))
  }

  @Test("Answers that are not known have no part in weights, and balance is each question's own")
  func targets() {
    let targets = CaseTargets([1, 0, 0, .nan, 0, 1, 0, .nan], outputs: 2)
    #expect(targets.rows([2, 0]) == [0, 1, 1, 0])
    let balance = targets.balance([0, 1, 2, 3])
    // One of four is positive; of the two known one is.
    #expect(balance[0] == (negative: 4 / 2 / 3, positive: 2))
    #expect(balance[1] == (negative: 1, positive: 1))
    #expect(targets.balance([1, 3])[0] == (negative: 1, positive: 1))
  }

  private func model(_ branch: ImageBranch, seed: UInt64, hidden: Int = 0) throws -> TrainedModel {
    try TrainedModel(
      image: branch, text: nil, preparation: nil,
      decoder: .init(hidden: hidden, dropout: 0, featureDropout: 0), labels: ["no", "yes"],
      registry: registry, store: ParameterStore(random: RandomStream(seed: seed)))
  }
}
