import Basics
import Datasets
import EncoderKit
import Evaluation
import Fusion
import Images
import Training

extension CellRunner {
  /// The paper's way: encoders trained on the same fold, joined by a head that is trained over frozen
  /// encoders; then everything at a low rate.
  func multimodal(
    _ combination: Combination, _ split: Split, _ random: RandomStream, parts folders: [String]
  ) throws -> Outcome {
    let parts = try folders.map { try TrainedModel.read(from: $0, registry: registry) }
    let model = try joined(parts, combination.head, split, random)
    let title = "\(split.name) \(combination.name)"
    let source = try source(of: model, combination, split, title: title)
    let features = try features(of: model, source, combination, split, title: title)
    model.classifier.fusion?.standIns?.begin(split.training.compactMap { features[$0].first })
    // What options or frozen stages keep as it is stays so while all else is fine-tuned.
    let kept = model.classifier.store.parameters.filter { !$0.isTrainable }
    let head = trainer(
      model, combination.head.training, BatchSource(features: features), "\(title): head")
    var scores = try train(
      head, of: model, keepsStart: combination.head.startsFromParts, split, random)
    model.classifier.store.setTrainable(true)
    for parameter in kept { parameter.isTrainable = false }
    let tuning = trainer(model, combination.head.fineTuning, source, "\(title): fine-tuning")
    if combination.head.fineTuning.epochs > 0 {
      scores += try tuning.train(
        on: split.training, validation: split.validation, random: random.derived("fine-tuning"),
        firstEpoch: (scores.map(\.epoch).max() ?? 0) + 1, keepsStart: true)
    }
    return try outcome(model, tuning, combination, split, scores)
  }

  /// A multimodal model of two models of one encoder each, as its training begins.
  private func joined(
    _ parts: [TrainedModel], _ head: HeadBranch, _ split: Split, _ random: RandomStream
  ) throws -> TrainedModel {
    var saved: [String: Tensor] = [:]
    for part in parts {
      for parameter in part.classifier.store.parameters where !parameter.key.hasPrefix("head.") {
        saved[parameter.key] = parameter.value
      }
    }
    let preparation = parts.compactMap(\.vocabulary).first.map { vocabulary in
      TextPreparation(
        vocabulary: vocabulary, dimension: TrainedModel.wordDimension(in: saved) ?? 1,
        vectors: nil)
    }
    let fusion = try head.fusion(of: parts[0].decoder, parts[1].decoder, registry: registry)
    var model = try TrainedModel(
      image: parts[0].image, text: parts[1].text, preparation: preparation,
      decoder: fusion.decoder, fusion: fusion.settings, labels: cases.set.labels,
      registry: registry,
      store: ParameterStore(random: random.derived("parameters"), given: saved))
    model.tokenizer = study.tokenizer
    let targets = CaseTargets(cases.targets)
    func logOdds(_ settings: TrainingSettings?) -> [Float] {
      targets.logOdds(split.training, settings ?? TrainingSettings())
    }
    let own = logOdds(head.training)
    if head.startsFromParts {
      model.classifier.begin(
        from: parts[0].classifier.store, parts[1].classifier.store,
        StartLogOdds(
          image: logOdds(parts[0].image?.training), text: logOdds(parts[1].text?.training),
          own: own))
    } else {
      model.classifier.startOutputs(at: own)
    }
    return model
  }

  /// Trains the head over frozen encoders.
  ///
  /// One that learns on validation learns its own parameters there and nothing else; its stand-ins, if
  /// sides are dropped, on the training part before.
  private func train(
    _ trainer: Trainer, of model: TrainedModel, keepsStart: Bool, _ split: Split,
    _ random: RandomStream
  ) throws -> [Trainer.EpochScore] {
    let store = model.classifier.store
    store.setTrainable(false)
    guard model.classifier.fusion?.description.learnsOn == .validation else {
      store.setTrainable(true, prefix: "head.")
      return try trainer.train(
        on: split.training, validation: split.validation, random: random.derived("head"),
        keepsStart: keepsStart)
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

  /// What the trained encoders give of the cases of a split, computed once for all heads that read the
  /// same of them.
  private func features(
    of model: TrainedModel, _ source: BatchSource, _ combination: Combination, _ split: Split,
    title: String
  ) throws -> [[CaseFeatures]] {
    let pair = [combination.image?.name, combination.text?.name].compactMap { $0 }
      .joined(separator: " + ")
    let reads = (model.classifier.fusion?.description.reads ?? []).subtracting([.logits])
    let views = combination.head.views
    let key =
      "\(split.name)\n\(pair)\n\(views)\n"
      + reads.map(\.rawValue).sorted().joined(separator: ",")
    if let kept = encoded.features, encoded.key == key { return kept }
    // Not two sets of them at once.
    encoded.features = nil
    let random = RandomStream(seed: study.seed).derived(split.name).derived(pair)
    let made = try features(
      of: model, source, split, parts: [split.training, split.validation], views: views,
      random.derived("views"), title: "\(title): features")
    (encoded.key, encoded.features) = (key, made)
    return made
  }

  /// The same anew: of every case once as it is, and of the training part again with augmentation for
  /// each further view.
  private func features(
    of model: TrainedModel, _ source: BatchSource, _ split: Split, parts: [[Int]], views: Int,
    _ random: RandomStream, title: String
  ) throws -> [[CaseFeatures]] {
    var features = [[CaseFeatures]](repeating: [], count: cases.count)
    let used = parts.flatMap { $0 }
    let augments = model.image.map { !$0.augmentation.isOff } ?? false
    let rounds = augments ? views : 1
    progress.begin(title, total: used.count + split.training.count * (rounds - 1))
    defer { progress.end() }
    for view in 0..<rounds {
      try forEachBatch(
        view == 0 ? used : split.training, source, random: view == 0 ? nil : random.derived(view)
      ) { batch, forward in
        let made = CaseFeatures.cases(of: model.encoded(batch, &forward))
        for (item, index) in zip(made, batch.indices) {
          var item = item
          // Texts are not augmented: all views share one copy.
          if let first = features[index].first {
            (item.text, item.words) = (first.text, first.words)
          }
          features[index].append(item)
        }
      }
    }
    return features
  }

  /// The scores on the test part where every case has its image alone, and where it has its text alone.
  func oneSided(_ trainer: Trainer, _ combination: Combination, _ split: Split) throws
    -> [ResultRow]
  {
    try OneSidedPart.allCases.flatMap { part -> [ResultRow] in
      let lacks = part == .image ? cases.lacksImage : cases.lacksText
      let indices = split.test.filter { lacks?[$0] != true }
      guard !indices.isEmpty else { return [] }
      return try BinaryEvaluation(
        labels: cases.labels(indices),
        logits: try trainer.evaluate(indices, hiding: part == .image ? .text : .image)
      ).rows(combination: combination.name, split: split.name, part: part.rawValue)
    }
  }
}

/// What the encoders of one pair gave on one split, and what that depends on.
final class EncodedCases {
  var key = ""
  var features: [[CaseFeatures]]?
}
