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
    guard let branch = model.image, branch.frozenStages > 0 else { return source }
    let views = branch.augmentation.isOff ? 1 : combination.head.views
    // Weights that are given are the same on every split, and so is all that is frozen of them,
    // where their normalisation is theirs too; the branch's description holds that.
    let drawn = branch.weights == nil ? "\(split.name) \(branch.name)" : ""
    let key = "\(branch.json.text()) \(views) \(drawn)"
    if let kept = frozen.maps[branch.name], kept.key == key {
      source.maps = kept.maps
    } else {
      source.maps = try maps(of: model, branch, source, views: views, title: title)
      if let maps = source.maps { frozen.maps[branch.name] = (key, maps) }
    }
    return source
  }

  /// The maps of all cases, read from the user's cache or computed; nil where they would not fit.
  private func maps(
    of model: TrainedModel, _ branch: ImageBranch, _ source: BatchSource, views: Int,
    title: String
  ) throws -> FrozenMaps? {
    let isWhole = branch.frozenStages == model.classifier.image?.stages.count
    let file =
      isWhole && branch.weights != nil
      ? try FeatureFile(
        model, branch, cases.images[branch.name], views: views, seed: study.seed, kernels: kernels)
      : nil
    if let kept = file?.read(cases: cases.count, views: views) { return kept }
    // The mean over mirror images can be taken at once where no stage is left to run.
    let mirrors = branch.averagesMirror
    let rounds = views + (mirrors ? 1 : 0)
    progress.begin("\(title): frozen stages", total: cases.count * rounds)
    defer { progress.end() }
    var shape: [Int] = []
    var all: [[[Float]]] = []
    for round in 0..<rounds {
      let random =
        round == 0 || round == views
        ? nil : RandomStream(seed: study.seed).derived("views").derived(round)
      var maps = [[Float]](repeating: [], count: cases.count)
      var fits = true
      try forEachBatch(Array(0..<cases.count), source, random: random) { batch, forward in
        guard fits else { return }
        let result = model.frozenMaps(batch, mirrored: round == views, &forward)
        shape = Array(result.shape.dropFirst())
        let (values, size) = (result.values, shape.reduce(1, *))
        fits = size * cases.count * rounds * MemoryLayout<Float>.size <= Self.mapLimit
        for (row, index) in batch.indices.enumerated() {
          maps[index] = Array(values[row * size..<(row + 1) * size])
        }
      }
      guard fits else {
        progress.line(
          "\(title): maps \(shape) of \(cases.count) cases in \(rounds) views are too large to keep;"
            + " frozen stages run in every epoch")
        return nil
      }
      all.append(maps)
    }
    let mirrored = mirrors ? all.removeLast() : []
    guard isWhole, mirrors else {
      return try kept(FrozenMaps(shape: shape, views: all, mirrored: mirrored), file)
    }
    all[0] = zip(all[0], mirrored).map { zip($0, $1).map { ($0 + $1) * 0.5 } }
    return try kept(FrozenMaps(shape: shape, views: all), file)
  }

  private func kept(_ maps: FrozenMaps, _ file: FeatureFile?) throws -> FrozenMaps {
    file?.write(maps)
    return maps
  }
}

/// Maps of frozen stages by the branch's name, with what they depend on.
final class FrozenMapCache {
  var maps: [String: (key: String, maps: FrozenMaps)] = [:]
}
