import Basics
import Datasets
import EncoderKit
import Fusion
import Images

extension RecipeContext {
  /// The batches of a model, with the maps of its frozen stages in place of pictures.
  ///
  /// Augmentation of frozen stages is drawn once for each of the `views`, not anew each epoch.
  /// Without a cache there are pictures.
  func source(of model: TrainedModel, views: Int, title: String) throws -> BatchSource {
    let frozenTexts = try frozenTexts(of: model, title: title)
    var source = model.source(cases, readsTexts: frozenTexts == nil)
    source.textFeatures = frozenTexts
    if let path = model.image?.features {
      let rows = try givenFeatures(path)
      source.maps = FrozenMaps(shape: [rows.first?.count ?? 0], views: [rows])
      return source
    }
    let stages = model.classifier.frozenImageStages
    guard let cache, let branch = model.image, stages > 0 else { return source }
    let views = branch.augmentation.isOff ? 1 : views
    // What is frozen of given weights is the same on every split, where their normalisation is theirs too; the
    // branch's description holds that. What is frozen as it was drawn is told by its digest.
    let key = FeatureCache.MapsKey(
      branch: branch.json.withoutTraining, views: views,
      drawn: branch.weights == nil
        ? try FeatureFile.digest(of: model, model.isInFrozenImageStage) : nil)
    var plain = source
    // Cases without an image have a black one, which no batch asks for.
    plain.lacksImage = nil
    source.maps = try cache.maps(.init(branch: branch.name, stages: stages), key) {
      try maps(of: model, branch, plain, views: views, title: title, cache)
    }
    return source
  }

  /// The maps of all pictures, read from the user's cache or computed; nil where they would not fit.
  private func maps(
    of model: TrainedModel, _ branch: ImageBranch, _ source: BatchSource, views: Int,
    title: String, _ cache: FeatureCache
  ) throws -> FrozenMaps? {
    let isWhole = model.classifier.frozenImageStages == model.classifier.image?.stages.count
    // Pictures that the branch passes over keep maps of zeros.
    let all =
      source.pictures?.all ?? (0..<cases.count).map { PictureReference(case: $0) }
    let pictures = source.pictures.map { choice in choice.used.map { all[$0] } } ?? all
    let slots = source.pictures?.slotOfPlace
    func make() throws -> FrozenMaps? {
      try computedMaps(of: model, branch, source, pictures, all, views: views, title: title, cache)
    }
    guard isWhole else { return try make() }
    return try kept(pictures: all.count, views: views, title: title) {
      try FeatureFile(
        cache.folder, model, branch, cases.images[branch.name], views: views, seed: seed,
        slots: branch.views?.encoders == .each ? slots : nil)
    } make: {
      try make()
    }
  }

  private func computedMaps(
    of model: TrainedModel, _ branch: ImageBranch, _ source: BatchSource,
    _ pictures: [PictureReference], _ all: [PictureReference], views: Int, title: String,
    _ cache: FeatureCache
  ) throws -> FrozenMaps? {
    let isWhole = model.classifier.frozenImageStages == model.classifier.image?.stages.count
    let slots = source.pictures?.slotOfPlace
    let mirrors = branch.averagesFlip
    let rounds = views + (mirrors ? 1 : 0)
    var forward = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: session.kernels)
    let first = model.frozenMaps(
      try source.batch(ofPictures: [pictures.first ?? all[0]], augmentedBy: nil), slots: slots,
      mirrored: false, &forward)
    let (shape, size) = (Array(first.shape.dropFirst()), first.count)
    guard size * all.count * rounds * MemoryLayout<Float>.size <= cache.mapLimit else {
      progress.line(
        "\(title): maps \(shape) of \(all.count) \(slots == nil ? "cases" : "pictures") in \(rounds) views are too large to keep;"
          + " frozen stages run in every epoch")
      return nil
    }
    progress.begin("\(title): frozen stages", total: ownShare(of: pictures.count) * rounds)
    defer { progress.end() }
    var made = try (0..<rounds).map { round in
      let random =
        round == 0 || round == views
        ? nil : RandomStream(seed: seed).derived("views").derived(round)
      var maps = [[Float]](repeating: [], count: all.count)
      if pictures.count < all.count {
        let blank = [Float](repeating: 0, count: size)
        for index in maps.indices { maps[index] = blank }
      }
      let rows = try shared(pictures) { pictures in
        var rows: [[Float]] = []
        try source.forEachBatch(
          ofPictures: pictures, augmentedBy: random, session.kernels
        ) { batch, forward in
          rows +=
            model.frozenMaps(batch, slots: slots, mirrored: round == views, &forward).rowValues
          progress.advance(by: batch.indices.count)
        }
        return rows
      }
      for (picture, row) in zip(pictures, rows) { maps[picture.index] = row }
      return maps
    }
    var mirrored = mirrors ? made.removeLast() : []
    if isWhole, mirrors {
      // No stage is left to run: the mean over the mirror images can be taken at once.
      made[0] = zip(made[0], mirrored).map { zip($0, $1).map { ($0 + $1) * 0.5 } }
      mirrored = []
    }
    return FrozenMaps(shape: shape, views: made, mirrored: mirrored)
  }
}
