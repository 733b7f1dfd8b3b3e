import Basics
import Datasets
import EncoderKit
import Fusion
import Registry

/// One encoder and a decoder, trained together.
package struct UnimodalRecipe: Recipe {
  /// The one side it reads.
  package enum Encoder: Sendable {
    case image(ImageBranch)
    case text(TextBranch)
  }

  package let name: String
  package let encoder: Encoder
  package let decoder: DenseDecoder.Configuration
  /// In how many views, each with other augmentation, frozen stages see the images.
  package let views: Int

  package init(
    name: String, encoder: Encoder, decoder: DenseDecoder.Configuration, views: Int
  ) {
    self.name = name
    self.encoder = encoder
    self.decoder = decoder
    self.views = views
  }

  package var reads: Set<BatchSource.Side> { text == nil ? [.image] : [.text] }

  var image: ImageBranch? {
    if case .image(let branch) = encoder { return branch }
    return nil
  }

  var text: TextBranch? {
    if case .text(let branch) = encoder { return branch }
    return nil
  }

  package func fit(
    _ split: Split, _ context: RecipeContext, part: (String) throws -> TrainedModel
  ) throws -> Fit {
    try fit(split, context, context.random(split, name), title: title(split))
  }

  /// The same with random numbers and a title of the caller's; with a checkpoint the training is
  /// kept after every epoch, and goes on from what was kept.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  package func fit(
    _ split: Split, _ context: RecipeContext, _ random: RandomStream, title: String,
    checkpoint: TrainingCheckpoint? = nil
  ) throws -> Fit {
    let image = try self.image.map { try context.fitted($0, split) }
    let preparation = try text.map {
      try context.preparation(of: $0, split, random.derived("preparation"), name: name)
    }
    let model = try context.model(
      image: image, text: text, preparation: preparation, decoder: decoder,
      store: context.store(image, text, preparation, split, random.derived("parameters")))
    let settings = image?.training ?? text?.training ?? TrainingSettings()
    model.classifier.startOutputs(
      at: context.cases.task.startLogits(split.training, settings))
    let source = try context.source(of: model, views: views, title: title)
    let trainer = context.trainer(model, settings, source, title)
    let scores = try trainer.train(
      on: split.training, validation: split.validation, random: random.derived("training"),
      checkpoint: checkpoint)
    return Fit(model, trainer, scores)
  }
}

extension RecipeContext {
  /// The vocabulary and the word vectors of a text encoder, from the training subset of a split.
  fileprivate func preparation(
    of branch: TextBranch, _ split: Split, _ random: RandomStream, name: String
  ) throws -> TextPreparation {
    if let own = try ownPreparation(of: branch) { return own }
    if branch.features != nil { return .withoutWords }
    func make() throws -> TextPreparation {
      let vectors = try branch.vectorsPath(registry, progress: progress)
      return try progress.stage("\(split.name) \(branch.name): word vectors") { advance in
        try registry.textEncoder(branch.encoder, at: branch.place).prepare(
          corpus: split.training.map { cases.words[$0] }, options: branch.options.object(),
          vectors: vectors, random: random, progress: advance)
      }
    }
    // Its first number stands for the stream: members of an ensemble draw their own.
    var draws = random
    let key = FeatureCache.WordsKey(
      split: split.name, draws: draws.next(), branch: branch.json.withoutTraining)
    let preparation = try cache?.words(key, make: make) ?? make()
    try Interruption.check()
    if let coverage = preparation.coverage {
      progress.line("\(split.name) \(name): \(coverage)")
      if coverage.brokenWords > 0 {
        progress.note(
          "\(branch.name): \(coverage.brokenWords) words of its file of word vectors are no UTF-8 and were"
            + " left out")
      }
    }
    // The other splits' vocabularies lack about as much.
    if let note = preparation.note(of: name, split: split.name) {
      progress.note(note, onceFor: "the vocabulary of \(name)")
    }
    return preparation
  }
}
