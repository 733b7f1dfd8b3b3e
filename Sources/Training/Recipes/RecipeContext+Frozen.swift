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
      source.maps = FrozenMaps(shape: [rows.width], views: [rows])
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
    let mirrors = branch.averagesFlip
    func shape() throws -> [Int] {
      var forward = Forward(
        .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: session.kernels)
      let first = model.frozenMaps(
        try source.batch(ofPictures: [pictures.first ?? all[0]], augmentedBy: nil), slots: slots,
        mirrored: false, &forward)
      return Array(first.shape.dropFirst())
    }
    func plan(_ shape: [Int], views count: Int? = nil) -> FeatureSheet.Plan {
      FeatureSheet.Plan(
        views: count ?? views, rows: all.count, width: shape.reduce(1, *),
        steps: (count ?? views) * Self.steps(of: pictures.count))
    }
    func tooLarge(_ shape: [Int], rounds: Int) -> FrozenMaps? {
      progress.line(
        "\(title): maps \(shape) of \(all.count) \(slots == nil ? "cases" : "pictures") in \(rounds) views are too large to keep;"
          + " frozen stages run in every epoch")
      return nil
    }
    func filled(_ sheet: FeatureSheet, mirrored: FeatureSheet? = nil) throws {
      try fill(
        sheet, mirrored: mirrored, of: model, source, pictures, slots: slots, views: views,
        mirrors: mirrors, title: title)
    }
    if isWhole {
      return try kept(
        pictures: all.count, views: views, limit: cache.mapLimit, title: title
      ) {
        try FeatureFile(
          cache.folder, model, branch, cases.images[branch.name], views: views, seed: seed,
          slots: branch.views?.encoders == .each ? slots : nil)
      } make: { begin in
        let shape = try shape()
        guard let sheet = begin(plan(shape)) else { return tooLarge(shape, rounds: views) }
        try filled(sheet)
        return FrozenMaps(shape: shape, views: try sheet.finished())
      }
    }
    let shape = try shape()
    let mirror = plan(shape, views: 1)
    guard plan(shape).bytes + (mirrors ? mirror.bytes : 0) <= cache.mapLimit else {
      return tooLarge(shape, rounds: views + (mirrors ? 1 : 0))
    }
    let sheet = FeatureSheet(plan(shape))
    let mirrored = mirrors ? FeatureSheet(mirror) : nil
    try filled(sheet, mirrored: mirrored)
    return FrozenMaps(
      shape: shape, views: try sheet.finished(), mirrored: try mirrored?.finished()[0])
  }

  /// The batches of some pictures.
  private static func steps(of pictures: Int) -> Int {
    (pictures + BatchSource.groupSize - 1) / BatchSource.groupSize
  }

  /// Fills in the maps of pictures in each view; a step is a batch of pictures in one view.
  ///
  /// Where the mirror images of a whole encoder count, too, the maps are means over both, since no stage is left to run.
  private func fill(
    _ sheet: FeatureSheet, mirrored: FeatureSheet?, of model: TrainedModel, _ source: BatchSource,
    _ pictures: [PictureReference], slots: [Int]?, views: Int, mirrors: Bool, title: String
  ) throws {
    let size = BatchSource.groupSize
    let steps = Self.steps(of: pictures.count)
    progress.begin(
      "\(title): frozen stages",
      total: (0..<views).reduce(0) { total, view in
        total + pictures.count - min(pictures.count, max(0, sheet.done - view * steps) * size)
      })
    defer { progress.end() }
    for view in 0..<views {
      let random =
        view == 0 ? nil : RandomStream(seed: seed).derived("views").derived(view)
      let rest = Array(pictures.dropFirst(max(0, sheet.done - view * steps) * size))
      try inTurn(rest, groupsOf: size) { pictures, give in
        try source.forEachBatch(
          ofPictures: pictures, augmentedBy: random, session.kernels
        ) { batch, forward in
          var rows = model.frozenMaps(batch, slots: slots, mirrored: false, &forward).rowValues
          if mirrors, view == 0 {
            let others =
              model.frozenMaps(batch, slots: slots, mirrored: true, &forward).rowValues
            rows = zip(rows, others).map { row, other in
              mirrored == nil ? zip(row, other).map { ($0 + $1) * 0.5 } : row + other
            }
          }
          try give(rows)
        }
      } take: { pictures, rows in
        for (picture, row) in zip(pictures, rows) {
          try sheet.put(row.prefix(sheet.width), view: view, row: picture.index)
          if row.count > sheet.width {
            try mirrored?.put(row.dropFirst(sheet.width), view: 0, row: picture.index)
          }
        }
        try sheet.advance(by: Self.steps(of: pictures.count))
        if view == 0 { try mirrored?.advance(by: Self.steps(of: pictures.count)) }
        progress.advance(by: pictures.count)
      }
    }
  }
}
