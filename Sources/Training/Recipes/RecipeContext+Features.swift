import Basics
import Datasets
import EncoderKit
import Fusion
import Images

extension RecipeContext {
  /// One encoder as it is before training, frozen whole, with its batches.
  ///
  /// - Throws: `ZooError` where its weights or files are not at hand or do not fit.
  func untouched(_ encoder: UnimodalRecipe.Encoder, _ split: Split, title: String) throws -> (
    model: TrainedModel, source: BatchSource
  ) {
    var (image, text): (ImageBranch?, TextBranch?) = (nil, nil)
    var preparation: TextPreparation?
    let name: String
    switch encoder {
    case .image(let branch):
      var frozen = try fitted(branch, split)
      frozen.augmentation = Augmentation()
      frozen.members = 1
      // What adapters have not learnt yet adds nothing.
      frozen.lora = nil
      try frozen.freeze(upTo: "all", registry: registry)
      (image, name) = (frozen, branch.name)
    case .text(let branch):
      var frozen = branch
      frozen.members = 1
      frozen.lora = nil
      if branch.features == nil { frozen.frozen = "all" }
      preparation = try ownPreparation(of: branch) ?? .withoutWords
      (text, name) = (frozen, branch.name)
    }
    var model = try self.model(
      image: image, text: text, preparation: preparation,
      decoder: .init(hidden: 0, dropout: 0, featureDropout: 0),
      store: store(
        image, text, preparation, split, random(split, name).derived("parameters")))
    model.tokenizer = Tokenizer()  // words are not read
    return (model, try source(of: model, views: 1, title: title))
  }

  /// The features of all cases, in their order.
  func features(of model: TrainedModel, _ source: BatchSource) throws -> [[Float]] {
    var features: [[Float]] = []
    try forEachFeatures(of: model, source, Array(0..<cases.count)) { features += $0 }
    return features
  }

  private func forEachFeatures(
    of model: TrainedModel, _ source: BatchSource, _ indices: [Int],
    take: ([[Float]]) throws -> Void
  ) throws {
    try inTurn(indices) { indices, give in
      try source.forEachBatch(indices, session.kernels) { batch, forward in
        try give(model.features(batch, &forward).rowValues)
      }
    } take: { _, rows in
      try take(rows)
    }
  }

  /// Hands on the features that an encoder gives before training of the cases that have what it reads: which cases these
  /// are, and a function that gives their features a few at a time, in their order.
  ///
  /// - Throws: `ZooError` where its weights or files are not at hand or do not fit.
  package func withFeatures<Result>(
    of encoder: UnimodalRecipe.Encoder, _ split: Split, title: String,
    _ body: (_ indices: [Int], _ features: (([[Float]]) throws -> Void) throws -> Void) throws ->
      Result
  ) throws -> Result {
    let (model, source) = try untouched(encoder, split, title: title)
    let lacks = model.image == nil ? source.lacksText : source.lacksImage
    let indices = (0..<cases.count).filter { lacks?[$0] != true }
    return try body(indices) { try forEachFeatures(of: model, source, indices, take: $0) }
  }
}
