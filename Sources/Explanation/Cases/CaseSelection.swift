import Basics
import Datasets
import Foundation
import Images
import Registry
import Studies
import Training

/// The cases that a model is asked about; of a comparison's run, each split's test subset and the model
/// that has not seen it.
package struct CaseSelection: Sendable {
  /// Cases with the model they are for.
  package struct Group: Sendable {
    /// The model's folder.
    package let model: String
    /// The split of a run; nil for a model of its own.
    package let split: String?
    package let cases: [Case]
  }

  /// Which of a study's cases a model of its own is asked about.
  package enum Part: String, Sendable, CaseIterable {
    case all
    /// The test subset of the study's first split, which `zoo train` keeps apart.
    case test
  }

  package let groups: [Group]
  /// One sentence on the cases.
  package let description: String
  package let isSynthetic: Bool
  /// What a reader must know before any figure, in sentences.
  package let warnings: [String]
  /// What was changed in reading the cases, in sentences.
  package let notes: [String]

  /// The number of all cases.
  package var count: Int { groups.reduce(0) { $0 + $1.cases.count } }

  /// Cases that belong to no study; those of a phantom sample's folder are known to be synthetic.
  package init(
    model: String, cases: [Case], description: String, isSynthetic: Bool = false
  ) throws {
    groups = [Group(model: model, split: nil, cases: cases)]
    self.description = description
    let images = cases.flatMap { $0.images.map(\.path) }
    self.isSynthetic =
      isSynthetic || !images.isEmpty && images.allSatisfy { PhantomSample.holds($0) }
    notes = []
    warnings = try CaseSelection.warnings(groups)
  }

  /// The cases of a study, for a model or for the models of a run of it.
  ///
  /// A folder with `folds.csv` and no model is a run: each split of its first repeat asks `combination`'s model, the
  /// only one where nil.
  ///
  /// - Throws: `ZooError` for cases that can't be used, a run of other cases, or a combination that it
  ///   does not have.
  package init(
    model: String, combination: String?, study: StudySpecification, part: Part,
    skipsBad: Bool
  ) throws {
    var set = try study.data.load(
      needsImages: !study.images.isEmpty, needsTexts: !study.texts.isEmpty, skipsBad: skipsBad)
    description = set.description
    notes = set.notes
    isSynthetic = study.data.isSynthetic
    let above = try DataDigest.above(model: model)
    let known = above?.digest
    if let above {
      set = try PictureDigests.hashed(set, knownBy: above.digest, in: above.folder)
    }
    var deviations = study.formerNames + study.data.notes
    let folds = "\(model)/folds.csv"
    // What pre-training leaves has both, and is a model.
    let isModel = FileManager.default.fileExists(atPath: "\(model)/model.json")
    if !isModel, FileManager.default.fileExists(atPath: folds) {
      let name = try CaseSelection.combination(combination, of: study, run: model)
      if let known { deviations += try known.deviations(of: set, ofCommonCases: true) }
      let splits = try FoldsFile.read(
        path: folds, cases: set, groups: study.folds.withoutPictures.groups(of: set))
      if splits.contains(where: { $0.seed > 1 }) {
        deviations.append("of each split the model of the first seed is asked")
      }
      groups = try splits.filter { $0.repeatIndex == splits[0].repeatIndex }.map { split in
        let folder = try "\(FolderName.cell(name, split: split.name, in: model))/model"
        guard FileManager.default.fileExists(atPath: "\(folder)/model.json") else {
          throw ZooError(
            .notFound, "the run has no model there", at: Place(path: folder),
            advice: "is the run complete? Go on with it by zoo compare --resume")
        }
        try FileDigests.check(folder: parentFolder(of: folder))
        return Group(model: folder, split: split.name, cases: split.test.map { set.cases[$0] })
      }
    } else {
      if combination != nil {
        throw ZooError(
          .usage, "--combination goes with the folder of a run", at: Place(path: model),
          advice: "leave it out, or give the folder that zoo compare wrote")
      }
      if part == .test, let known {
        deviations += try known.deviations(of: set, ofCommonCases: false)
        // The cases that the training divided, though a table holds more by now, or some that it left
        // out.
        set = known.restored(set)
      }
      let chosen =
        part == .all ? Array(set.cases.indices) : try study.folds.splits(of: set)[0].test
      groups = [Group(model: model, split: nil, cases: chosen.map { set.cases[$0] })]
    }
    warnings = deviations + (try CaseSelection.warnings(groups))
  }

  private static func combination(
    _ name: String?, of study: StudySpecification, run: String
  ) throws -> String {
    let names = study.combinations.map(\.name)
    // A long name's folder is called by a part of it.
    let folders = try Dictionary(
      names.map { (try FolderName.ofCombination($0), $0) }, uniquingKeysWith: { first, _ in first })
    let finished = (ComparisonFolder(run)?.combinations ?? []).map { folders[$0] ?? $0 }
    let own =
      finished.isEmpty
      ? names : names.filter(finished.contains) + finished.filter { !names.contains($0) }
    guard let name = name ?? (names.count == 1 ? names[0] : nil) else {
      throw ZooError(
        .usage, "a run of \(names.count) combinations; one of them is asked",
        at: Place(path: run),
        advice: "add --combination, one of: \(own.joined(separator: ", "))")
    }
    guard own.contains(name) else {
      throw ZooError(
        .usage,
        names.contains(name)
          ? "the run has no model of the combination \"\(name)\"; its own are "
            + own.joined(separator: ", ")
          : "unknown combination \"\(name)\"; " + suggestion(for: name, among: own),
        at: Place(path: run),
        advice: names.contains(name)
          ? "is the run complete? Go on with it by zoo compare --resume" : nil)
    }
    return name
  }

  /// A sentence for each model that was trained on some of its cases' images.
  private static func warnings(_ groups: [Group]) throws -> [String] {
    try groups.compactMap { group in
      guard let seen = try TrainedImages.seen(by: group.model, of: group.cases), seen > 0
      else { return nil }
      return "\(group.model) was trained on \(seen) of the \(group.cases.count) images that it is "
        + "asked about: what is found there is not what would be found on new images."
    }
  }
}
