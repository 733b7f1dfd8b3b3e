import Basics
import Datasets
import EncoderKit
import Fusion

extension RecipeContext {
  /// Pieces of a batch of texts, the padding of shorter ones counted.
  private static let piecesAtATime = 8192
  /// Texts of a batch at most.
  private static let textsAtATime = 64

  /// What a text encoder that is frozen whole makes of every text, read from the user's cache or computed; nil where
  /// it learns, where a head reads words, and without a cache.
  func frozenTexts(
    of model: TrainedModel, title: String
  ) throws -> FeatureRows? {
    if let path = model.text?.features { return try givenFeatures(path) }
    guard let cache, let branch = model.text, model.hasFrozenText,
      let encoder = model.classifier.text,
      model.classifier.fusion?.description.reads.contains(.words) != true
    else { return nil }
    let key = FeatureCache.TextKey(
      branch: branch.json.withoutTraining,
      drawn: branch.weights == nil
        ? try FeatureFile.digest(of: model) { $0.hasPrefix("text.") } : nil)
    return try cache.textFeatures(of: branch.name, key) {
      let texts = model.texts(of: cases) ?? []
      return try kept(pictures: texts.count, views: 1, limit: cache.mapLimit, title: title) {
        try FeatureFile(cache.folder, model, branch, texts)
      } make: { begin in
        let batches = Self.batches(of: texts)
        let plan = FeatureSheet.Plan(
          views: 1, rows: texts.count, width: encoder.featureWidth, steps: batches.count)
        guard let sheet = begin(plan) else {
          progress.line(
            "\(title): features of \(texts.count) texts are too large to keep; the encoder runs in every epoch"
          )
          return nil
        }
        try fill(sheet, texts, batches, by: encoder, title: title)
        return FrozenMaps(shape: [sheet.width], views: try sheet.finished())
      }?.views[0]
    }
  }

  /// Texts of like length together, by their places.
  private static func batches(of texts: [[Int32]]) -> [[Int]] {
    let order = texts.indices.sorted {
      texts[$0].count != texts[$1].count ? texts[$0].count > texts[$1].count : $0 < $1
    }
    var batches: [[Int]] = []
    var next = 0
    while next < order.count {
      let longest = max(1, texts[order[next]].count)
      let count = min(
        textsAtATime, max(1, piecesAtATime / longest), order.count - next)
      batches.append(Array(order[next..<next + count]))
      next += count
    }
    return batches
  }

  /// Fills in the features of texts; a step is a batch of them.
  private func fill(
    _ sheet: FeatureSheet, _ texts: [[Int32]], _ batches: [[Int]], by encoder: any TextEncoder,
    title: String
  ) throws {
    let batches = Array(batches.dropFirst(sheet.done))
    progress.begin(
      "\(title): frozen text encoder", total: batches.reduce(0) { $0 + $1.count })
    defer { progress.end() }
    try inTurn(batches, groupsOf: 1) { batches, give in
      for batch in batches {
        try Interruption.check()
        var forward = Forward(
          .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: session.kernels)
        try give([encoder.features(batch.map { texts[$0] }, &forward).values])
      }
    } take: { batches, joined in
      for (batch, values) in zip(batches, joined) {
        for (place, text) in batch.enumerated() {
          try sheet.put(
            values[place * sheet.width..<(place + 1) * sheet.width], view: 0, row: text)
        }
        try sheet.advance()
        progress.advance(by: batch.count)
      }
    }
  }
}
