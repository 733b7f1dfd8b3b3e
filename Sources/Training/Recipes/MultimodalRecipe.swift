import Basics
import Datasets
import EncoderKit
import Fusion
import Images

/// The paper's way: encoders trained on the same split, joined by a head that is trained over
/// frozen encoders; then everything at a low rate.
package struct MultimodalRecipe: Recipe {
  package let name: String
  /// The names of the recipes that its encoders come from.
  package let image: String
  package let text: String
  package let head: HeadBranch

  package init(name: String, image: String, text: String, head: HeadBranch) {
    self.name = name
    self.image = image
    self.text = text
    self.head = head
  }

  package var reads: Set<BatchSource.Side> { [.image, .text] }
  package var parts: [String] { [image, text] }

  package func fit(
    _ split: Split, _ context: RecipeContext, part: (String) throws -> TrainedModel
  ) throws -> Fit {
    let random = context.random(split, name)
    let model = try joined(try part(image), try part(text), split, context, random)
    let title = title(split)
    let source = try context.source(of: model, views: head.views, title: title)
    let features = try features(of: model, source, split, context)
    model.classifier.fusion?.missingModalityEmbeddings?.begin(
      split.training.compactMap { features[$0].first })
    // What options or frozen stages keep as it is stays so while all else is fine-tuned.
    let kept = model.classifier.store.parameters.filter { !$0.isTrainable }
    let trainer = context.trainer(
      model, head.training, BatchSource(features: features), "\(title): head")
    var scores = try train(trainer, of: model, split, random)
    model.classifier.store.setTrainable(true)
    for parameter in kept { parameter.isTrainable = false }
    let tuning = context.trainer(model, head.fineTuning, source, "\(title): fine-tuning")
    if head.fineTuning.epochs > 0 {
      scores += try tuning.train(
        on: split.training, validation: split.validation, random: random.derived("fine-tuning"),
        firstEpoch: (scores.map(\.epoch).max() ?? 0) + 1, keepsStart: true)
    }
    return Fit(model, tuning, scores)
  }

  /// A model of two models of one encoder each, as its training begins.
  private func joined(
    _ image: TrainedModel, _ text: TrainedModel, _ split: Split, _ context: RecipeContext,
    _ random: RandomStream
  ) throws -> TrainedModel {
    var saved: [String: Tensor] = [:]
    for part in [image, text] {
      for parameter in part.classifier.store.parameters where !parameter.key.hasPrefix("head.") {
        saved[parameter.key] = parameter.value
      }
    }
    let fusion = try head.fusion(of: image.decoder, text.decoder, registry: context.registry)
    let model = try context.model(
      image: image.image, text: text.text, preparation: text.preparation, decoder: fusion.decoder,
      fusion: fusion.settings,
      store: ParameterStore(random: random.derived("parameters"), given: saved))
    func logOdds(_ settings: TrainingSettings?) -> [Float] {
      context.cases.task.startLogits(split.training, settings ?? TrainingSettings())
    }
    let own = logOdds(head.training)
    if head.startsFromParts {
      model.classifier.begin(
        from: image.classifier.store, text.classifier.store,
        StartLogOdds(
          image: logOdds(image.image?.training), text: logOdds(text.text?.training), own: own))
    } else {
      model.classifier.startOutputs(at: own)
    }
    return model
  }

  /// Trains the head over frozen encoders.
  ///
  /// One that learns on validation learns its own parameters there and nothing else; its
  /// missing-modality embeddings, if sides are dropped, on the training subset before.
  private func train(
    _ trainer: Trainer, of model: TrainedModel, _ split: Split, _ random: RandomStream
  ) throws -> [Trainer.EpochScore] {
    let store = model.classifier.store
    store.setTrainable(false)
    guard model.classifier.fusion?.description.learnsOn == .validation else {
      store.setTrainable(true, prefix: "head.")
      return try trainer.train(
        on: split.training, validation: split.validation, random: random.derived("head"),
        keepsStart: head.startsFromParts)
    }
    if let fusion = model.fusion, fusion.modalityDropout > 0 {
      store.setTrainable(true, prefix: "head.missing.")
      _ = try trainer.train(
        on: split.training, validation: split.validation, random: random.derived("stand-ins"))
      store.setTrainable(false)
    }
    store.setTrainable(true, prefix: "head.fusion.")
    return try trainer.train(
      on: split.validation, validation: split.validation, random: random.derived("head"),
      keepsStart: true)
  }

  /// What the trained encoders give of the cases of a split, computed once for all heads that read
  /// the same of them.
  private func features(
    of model: TrainedModel, _ source: BatchSource, _ split: Split, _ context: RecipeContext
  ) throws -> [[CaseFeatures]] {
    let key = FeatureCache.EncodedKey(
      split: split.name, variant: context.variant, image: image, text: text, views: head.views,
      reads: (model.classifier.fusion?.description.reads ?? []).subtracting([.logits]))
    func make() throws -> [[CaseFeatures]] {
      try context.encode(
        model, source, split, views: head.views,
        context.random(split, "\(image) + \(text)").derived("views"),
        title: "\(title(split)): features")
    }
    return try context.cache?.encoded(key, make: make) ?? make()
  }
}

extension RecipeContext {
  /// What encoders give of every case of training and validation once as it is, and of the training
  /// subset again with augmentation for each further view.
  fileprivate func encode(
    _ model: TrainedModel, _ source: BatchSource, _ split: Split, views: Int,
    _ random: RandomStream, title: String
  ) throws -> [[CaseFeatures]] {
    var features = [[CaseFeatures]](repeating: [], count: cases.count)
    let used = split.training + split.validation
    let augments = model.image.map { !$0.augmentation.isOff } ?? false
    let rounds = augments ? views : 1
    progress.begin(
      title,
      total: ownShare(of: used.count) + ownShare(of: split.training.count) * (rounds - 1))
    defer { progress.end() }
    for view in 0..<rounds {
      let indices = view == 0 ? used : split.training
      func encoded(_ indices: [Int]) throws -> [CaseFeatures] {
        var items: [CaseFeatures] = []
        try source.forEachBatch(
          indices, augmentedBy: view == 0 ? nil : random.derived(view), session.kernels
        ) { batch, forward in
          items += CaseFeatures.cases(of: model.encoded(batch, &forward))
          progress.advance(by: batch.indices.count)
        }
        return items
      }
      // Rows of floats are for sending alone: those of regions and words are large.
      let items =
        session.ranks == nil
        ? try encoded(indices)
        : try shared(indices) { try encoded($0).map(\.floats) }.map(CaseFeatures.init(floats:))
      for (item, index) in zip(items, indices) {
        var item = item
        // Texts are not augmented: all views share one copy.
        if let first = features[index].first {
          (item.text, item.words) = (first.text, first.words)
        }
        features[index].append(item)
      }
    }
    return features
  }
}
