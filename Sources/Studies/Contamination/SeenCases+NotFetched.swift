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
  ///   - folder: the run's; one that was begun is not refused.
  ///   - registry: knows the weights.
  ///   - body: what needs the files.
  /// - Returns: what `body` returns.
  /// - Throws: what `body` throws; in place of a missing file that weights have seen cases, unless that is allowed.
  static func lookedAtFirst<Result>(
    _ study: StudySpecification, skipsBad: Bool, in folder: String, _ registry: EncoderRegistry,
    _ body: () throws -> Result
  ) throws -> Result {
    do { return try body() } catch let missing as ZooError where missing.code == .notFound {
      // Data that can't be read are told once the files are there.
      let found = try? study.data.load(
        needsImages: !study.images.isEmpty, needsTexts: !study.texts.isEmpty, skipsBad: skipsBad)
      guard let set = found, let splits = try? study.folds.splits(of: set),
        let seen = try? SeenCases(
          images: study.images, texts: study.texts, of: set, study.data.origin, splits: splits,
          registry)
      else { throw missing }
      let isBegun = FileManager.default.fileExists(atPath: "\(folder)/study.json")
      _ = try seen.warnings(study.data.origin, isBegun: isBegun)
      throw missing
    }
  }
}
