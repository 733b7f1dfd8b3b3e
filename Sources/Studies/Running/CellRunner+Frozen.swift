import Basics
import Datasets
import EncoderKit
import Fusion
import Images
import Training

extension CellRunner {
  /// Bytes that the maps of frozen stages may take in memory.
  static let mapLimit = 2 << 30

  /// The batches of a model, with the maps of its frozen stages in place of pictures.
  ///
  /// Augmentation of frozen stages is drawn once for each of the head's `views`, not anew each epoch.
  func source(
    of model: TrainedModel, _ combination: Combination, _ split: Split, title: String
  ) throws -> BatchSource {
    var source = model.source(cases)
    let stages = model.classifier.frozenImageStages
    guard let branch = model.image, stages > 0 else { return source }
    let views = branch.augmentation.isOff ? 1 : combination.head.views
    // Weights that are given are the same on every split, and so is all that is frozen of them,
    // where their normalisation is theirs too; the branch's description holds that.
    let drawn = branch.weights == nil ? "\(split.name) \(branch.name)" : ""
    let key = "\(branch.json.text()) \(views) \(drawn)"
    // A head that reads regions has maps where others have features.
    let name = "\(branch.name) \(stages)"
    if let kept = frozen.maps[name], kept.key == key {
      source.maps = kept.maps
    } else {
      var plain = source
      // Cases without an image have a black one, which no batch asks for.
      plain.lacksImage = nil
      source.maps = try maps(of: model, branch, plain, views: views, title: title)
      if let maps = source.maps { frozen.maps[name] = (key, maps) }
    }
    return source
  }

  /// The maps of all cases, read from the user's cache or computed; nil where they would not fit.
  private func maps(
    of model: TrainedModel, _ branch: ImageBranch, _ source: BatchSource, views: Int,
    title: String
  ) throws -> FrozenMaps? {
    let isWhole = model.classifier.frozenImageStages == model.classifier.image?.stages.count
    let file =
      isWhole && branch.weights != nil
      ? try FeatureFile(
        model, branch, cases.images[branch.name], views: views, seed: study.seed, kernels: kernels)
      : nil
    if let kept = file?.read(cases: cases.count, views: views) { return kept }
    let mirrors = branch.averagesMirror
    let rounds = views + (mirrors ? 1 : 0)
    var forward = Forward(
      .evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
    let first = model.frozenMaps(
      try source.batch([0], augmentedBy: nil), mirrored: false, &forward)
    let (shape, size) = (Array(first.shape.dropFirst()), first.count)
    guard size * cases.count * rounds * MemoryLayout<Float>.size <= Self.mapLimit else {
      progress.line(
        "\(title): maps \(shape) of \(cases.count) cases in \(rounds) views are too large to keep;"
          + " frozen stages run in every epoch")
      return nil
    }
    progress.begin("\(title): frozen stages", total: cases.count * rounds)
    defer { progress.end() }
    var all = try (0..<rounds).map { round in
      let random =
        round == 0 || round == views
        ? nil : RandomStream(seed: study.seed).derived("views").derived(round)
      var maps = [[Float]](repeating: [], count: cases.count)
      try forEachBatch(Array(0..<cases.count), source, random: random) { batch, forward in
        let values = model.frozenMaps(batch, mirrored: round == views, &forward).values
        for (row, index) in batch.indices.enumerated() {
          maps[index] = Array(values[row * size..<(row + 1) * size])
        }
      }
      return maps
    }
    var mirrored = mirrors ? all.removeLast() : []
    if isWhole, mirrors {
      // No stage is left to run: the mean over the mirror images can be taken at once.
      all[0] = zip(all[0], mirrored).map { zip($0, $1).map { ($0 + $1) * 0.5 } }
      mirrored = []
    }
    let maps = FrozenMaps(shape: shape, views: all, mirrored: mirrored)
    file?.write(maps)
    return maps
  }
}

/// Maps of frozen stages by the branch's name and their number, with what they depend on.
final class FrozenMapCache {
  var maps: [String: (key: String, maps: FrozenMaps)] = [:]
}
