import Basics
import EncoderKit
import Foundation
import Fusion
import Registry
import TestSupport
import Testing

@testable import Training

private let heads = ["concat", "sum", "gated", "bilinear", "film", "attention", "late"]

/// A small head of a name.
func smallHead(_ head: String, _ more: [(key: String, value: JSONValue)] = [])
  -> JSONValue
{
  var options: JSONValue = [:]
  if ["sum", "gated", "bilinear", "film"].contains(head) { options = ["width": 6] }
  if head == "attention" { options = ["width": 4, "heads": 2] }
  return JSONValue(
    .object(
      [("head", head.json), ("options", options), ("hidden", 8)] + more))
}

@Suite("Models under fusion heads")
struct FusionModelTests {
  @Test(
    "Training begins at the sum of both sides' logits",
    arguments: heads, [0, 6])
  func start(head: String, hidden: Int) throws {
    let pair = try SmallPair()
    let parts = try [
      pair.part(image: true, seed: 1, hidden: hidden),
      pair.part(image: false, seed: 2, hidden: hidden),
    ]
    let model = try pair.joined(parts, pair.branch(smallHead(head)))
    let batch = pair.batch()
    var pass = SmallPair.makePass()
    let sums = zip(parts[0].logits(batch, &pass).values, parts[1].logits(batch, &pass).values).map(
      +)
    let found = model.logits(batch, &pass).values
    for (a, b) in zip(found, sums) { #expect(abs(a - b) <= 1e-4 * max(1, abs(b))) }
    #expect(abs(sums[0] - sums[1]) > 1e-3)
    // From nothing, a head has to find its logits itself.
    guard head != "late" else { return }
    let fresh = try pair.joined(parts, pair.branch(smallHead(head, [("start", "nothing")])))
    #expect(!fresh.classifier.store.parameters.contains { $0.key.hasPrefix("head.image.") })
    #expect(abs(fresh.logits(batch, &pass).values[0] - sums[0]) > 1e-3)
  }

  @Test(
    "A saved model reads back and answers the same to the bit, with a side missing too",
    arguments: heads)
  func saved(head: String) throws {
    let pair = try SmallPair(flipAveraging: true)
    let model = try pair.stirred(smallHead(head, [("modalityDropout", 0.3)]))
    try withTemporaryFolder { folder in
      try model.write(to: "\(folder)/model")
      let read = try TrainedModel.read(from: "\(folder)/model", registry: pair.registry)
      #expect(read.fusion?.json == model.fusion?.json)
      for hidden in [nil, BatchSource.Side.image, .text] {
        let batch = lacking(hidden, pair.batch())
        var pass = SmallPair.makePass()
        #expect(read.logits(batch, &pass).values == model.logits(batch, &pass).values)
      }
    }
  }

  @Test("A model that was saved before there were other heads loads as features side by side")
  func old() throws {
    let pair = try SmallPair()
    let model = try pair.stirred(smallHead("concat"))
    try withTemporaryFolder { folder in
      try model.write(to: "\(folder)/model")
      let path = "\(folder)/model/model.json"
      let whole = try JSONValue.parse(contentsOf: path)
      guard case .object(let members) = whole.content else {
        Issue.record("no object")
        return
      }
      let older = JSONValue(.object(members.filter { $0.key != "fusion" }))
      try older.text().write(toFile: path, atomically: true, encoding: .utf8)
      let read = try TrainedModel.read(from: "\(folder)/model", registry: pair.registry)
      #expect(
        model.classifier.store.parameters.map(\.key).filter { $0.hasPrefix("head.") }
          == [
            "norm1.weight", "norm1.bias", "norm1.running_mean", "norm1.running_var",
            "hidden.weight", "hidden.bias", "norm2.weight", "norm2.bias", "norm2.running_mean",
            "norm2.running_var", "output.weight", "output.bias",
          ].map { "head.\($0)" })
      var pass = SmallPair.makePass()
      let batch = pair.batch()
      #expect(read.logits(batch, &pass).values == model.logits(batch, &pass).values)
    }
  }

  @Test("Features that were kept give the logits of the cases themselves", arguments: heads)
  func kept(head: String) throws {
    let pair = try SmallPair()
    let model = try pair.stirred(smallHead(head, [("missing", "learned")]))
    for side in [nil, BatchSource.Side.image, .text] {
      let batch = lacking(side, pair.batch(), only: 1)
      var pass = SmallPair.makePass()
      let wanted = model.logits(batch, &pass).values
      let cases = CaseFeatures.cases(of: model.encoded(batch, &pass))
      #expect((cases[1].image == nil) == (side == .image))
      #expect((cases[1].text == nil) == (side == .text))
      var kept = RawBatch(indices: [0, 1, 2])
      kept.features = cases
      let found = model.logits(kept, &pass).values
      for (a, b) in zip(found, wanted) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
    }
  }

  @Test(
    "A missing side is its missing-modality embedding: what was there does not matter, and it is not zeros",
    arguments: heads)
  func missing(head: String) throws {
    let pair = try SmallPair()
    let model = try pair.stirred(smallHead(head, [("missing", "learned")]))
    for side in [BatchSource.Side.image, .text] {
      var pass = SmallPair.makePass()
      let found = model.logits(lacking(side, pair.batch()), &pass).values
      var other = pair.batch(seed: 99)
      if side == .text {
        other.images = pair.batch().images
        other.texts = [[2], [2], [2]]
      }
      #expect(model.logits(lacking(side, other), &pass).values == found)
      #expect(model.logits(pair.batch(), &pass).values != found)
      let name = side == .image ? "image" : "text"
      for parameter in model.classifier.store.parameters
      where parameter.key.hasPrefix("head.missing.\(name)")
        || parameter.key
          == "head.missing.\(side == .image ? "regions" : "words")"
      {
        let values = parameter.value.values
        parameter.update { $0.update(repeating: 0, count: values.count) }
        let blank = model.logits(lacking(side, pair.batch()), &pass).values
        #expect(blank != found, "\(parameter.key) is not read")
        parameter.update { $0.update(from: values, count: values.count) }
      }
    }
  }

  @Test(
    "Dropped sides come from the pass's random numbers and teach the missing-modality embeddings",
    arguments: heads)
  func dropout(head: String) throws {
    let pair = try SmallPair()
    let model = try pair.stirred(smallHead(head, [("modalityDropout", 0.6)]))
    func logits(_ mode: Forward.Mode, seed: UInt64) -> [Float] {
      // Dropout apart, a training pass differs from evaluation by what is left out.
      var pass = Forward(
        mode, random: RandomStream(seed: seed), tape: nil, kernels: ReferenceKernels())
      let encoded = model.encoded(pair.batch(), &pass)
      return model.classifier.logits(encoded, &pass).values
    }
    #expect(logits(.training, seed: 1) == logits(.training, seed: 1))
    #expect(logits(.training, seed: 1) != logits(.training, seed: 2))
    #expect(logits(.evaluation, seed: 1) == logits(.evaluation, seed: 2))
    let store = model.classifier.store
    var seen: Set<String> = []
    for seed in 1...6 {
      let tape = Tape()
      var pass = Forward(
        .training, random: RandomStream(seed: UInt64(seed)), tape: tape, kernels: ReferenceKernels()
      )
      let output = model.logits(pair.batch(), &pass)
      tape.backward(from: output, gradient: Tensor(repeating: 1, shape: output.shape))
      for parameter in store.parameters {
        let gradient = parameter.node.take()
        #expect(gradient?.isFinite ?? true, "\(parameter.key)")
        if gradient?.values.contains(where: { $0 != 0 }) == true { seen.insert(parameter.key) }
      }
    }
    for parameter in store.parameters where parameter.key.hasPrefix("head.missing.") {
      #expect(seen.contains(parameter.key), "\(parameter.key) learns nothing")
    }
  }

  @Test("Stand-ins begin at the mean of what the cases have")
  func means() throws {
    let pair = try SmallPair()
    let model = try pair.stirred(
      smallHead("attention", [("missing", "learned")]))
    var (a, b) = (CaseFeatures(), CaseFeatures())
    let width = model.classifier.image?.featureWidth ?? 0
    a.image = [Float](repeating: 1, count: width)
    b.image = [Float](repeating: 4, count: width)
    a.text = [Float](repeating: 2, count: 6)
    let regionWidth = try #require(model.classifier.regionPlace?.width)
    (a.regionWidth, b.regionWidth) = (regionWidth, regionWidth)
    a.regions =
      [Float](repeating: 1, count: regionWidth) + [Float](repeating: 2, count: regionWidth)
    b.regions = [Float](repeating: 3, count: 2 * regionWidth)
    a.words = [Float](repeating: 6, count: 5)
    a.wordCount = 1
    model.classifier.fusion?.missingModalityEmbeddings?.begin([a, b])
    func value(_ key: String) -> Float? {
      model.classifier.store.parameter("head.missing.\(key)")?.value.values.last
    }
    #expect(value("image") == 2.5)
    #expect(value("text") == 2)
    #expect(value("regions") == 2.25)
    #expect(value("words") == 6)
  }

  @Test("What can't be is refused when the specification is read")
  func refusals() throws {
    let pair = try SmallPair()
    func problem(_ json: JSONValue) -> String { errorText { _ = try pair.branch(json) } }
    #expect(problem(["head": "gatde"]).contains("did you mean \"gated\"?"))
    #expect(
      problem(["modalityDropout": 0.2, "missing": "refused"])
        .contains("modalityDropout without missing-modality embeddings"))
    #expect(
      problem(["head": "late", "start": "nothing"]).contains("reads the logits of both sides"))
    #expect(
      problem(["head": "late", "fineTuning": ["epochs": 2]]).contains(
        "learns on the validation subset"))
    #expect(
      try HeadBranch.branches(["head": ["sum", "late"]], registry: pair.registry).map(\.name)
        == ["sum", "late"])
    #expect(
      errorText { _ = try HeadBranch.branches(["head": []], registry: pair.registry) }
        .contains("an empty list"))
    let bad = try pair.branch(["head": "gated", "options": ["widht": 3]])
    #expect(
      errorText { try bad.check(pair.image, pair.text, registry: pair.registry) }
        .contains("did you mean \"width\"?"))
  }

  @Test("Attention is refused by an encoder that gives no regions")
  func noRegions() throws {
    let pair = try SmallPair(members: 2)
    let head = try pair.branch(smallHead("attention"))
    let text = errorText { try head.check(pair.image, pair.text, registry: pair.registry) }
    #expect(
      text.contains("\"attention\" reads regions of the image, and the image encoder gives none"))
    let plain = try SmallPair()
    try head.check(plain.image, plain.text, registry: plain.registry)
  }

  @Test("Where an encoder is frozen whole, attention keeps the stages up to its regions frozen")
  func frozen() throws {
    let pair = try SmallPair(freeze: true)
    let plain = try pair.stirred(smallHead("sum"))
    let model = try pair.stirred(smallHead("attention"))
    let stages = try #require(model.classifier.image?.stages.count)
    #expect(plain.classifier.frozenImageStages == stages)
    #expect(model.classifier.frozenImageStages == stages - 1)
    let tape = Tape()
    var pass = SmallPair.makePass(.training, tape: tape)
    let output = model.logits(pair.batch(), &pass)
    tape.backward(from: output, gradient: Tensor(repeating: 1, shape: output.shape))
    for parameter in model.classifier.store.parameters where parameter.key.hasPrefix("image.") {
      #expect(parameter.node.take() == nil, "\(parameter.key)")
    }
  }

  /// The batch with a side missing, of one case or of all.
  private func lacking(_ side: BatchSource.Side?, _ batch: RawBatch, only: Int? = nil) -> RawBatch {
    var batch = batch
    let lacks = batch.indices.map { only == nil || $0 == only }
    var next = 0
    let rows = lacks.map { lacks -> Int? in
      guard !lacks else { return nil }
      defer { next += 1 }
      return next
    }
    switch side {
    case .image:
      let size = SmallPair.size * SmallPair.size
      batch.images = batch.images.map { images in
        batch.indices.filter { !lacks[$0] }.flatMap { Array(images[$0 * size..<($0 + 1) * size]) }
      }
      (batch.imageRows, batch.presentImages) = (rows, next)
    case .text:
      batch.texts = batch.texts.map { texts in
        batch.indices.filter { !lacks[$0] }.map { texts[$0] }
      }
      batch.textRows = rows
    case nil: break
    }
    return batch
  }
}
