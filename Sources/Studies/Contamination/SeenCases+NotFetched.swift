import Basics
import Datasets
import Foundation
import Registry
import Training

extension SeenCases {
  /// Runs what needs the files of a study's weights; where one is missing, what is known of the weights is looked at
  /// before that is said: nobody fetches a set to be refused with it afterwards.
  ///
  /// - Parameters:
  ///   - study: whose weights and cases.
  ///   - skipsBad: whether cases that can't be used are left out.
  ///   - isBegun: whether the run was begun, which is not refused.
  ///   - registry: knows the weights.
  ///   - body: what needs the files.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws; in place of a missing file that weights have seen cases, unless that is allowed.
  static func lookedAtFirst<Result>(
    _ study: StudySpecification, skipsBad: Bool, isBegun: Bool, _ registry: EncoderRegistry,
    _ body: () throws -> Result
  ) throws -> Result {
    try lookedAtFirst(isBegun: isBegun, body) {
      let set = try study.data.load(
        needsImages: study.readsImages, needsTexts: study.readsTexts, skipsBad: skipsBad)
      let own = try SeenCases(
        images: study.images, texts: study.texts, of: set, study.data.origin,
        splits: study.folds.splits(of: set), registry)
      let labels = ClassificationTask(study.data.labels.task, of: set).labels
      let others = (study.probes ? [] : study.external).compactMap { item in
        let found = try? ExternalSets.read(
          item, of: study, labels: labels, skipsBad: skipsBad, registry)
        return found.map { ($0.seen, item.data.origin) }
      }
      return [(own, study.data.origin)] + others
    }
  }

  /// The same for any training: `look` reads its data and looks at what its weights have seen of them.
  static func lookedAtFirst<Result>(
    isBegun: Bool, _ body: () throws -> Result,
    look: () throws -> [(seen: SeenCases, origin: DataOrigin)]
  ) throws -> Result {
    do { return try body() } catch let missing as ZooError where missing.code == .notFound {
      // Data that can't be read are told once the files are there.
      for (seen, origin) in (try? look()) ?? [] {
        _ = try seen.warnings(origin, isBegun: isBegun)
      }
      throw missing
    }
  }
}
