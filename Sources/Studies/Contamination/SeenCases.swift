import Basics
import Datasets
import Registry
import Training

/// What the weights that a study's branches start from have seen of its cases.
package struct SeenCases: Sendable {
  /// Weights that have seen cases.
  package struct Finding: Sendable, Equatable {
    package let branch: String
    /// Branch, weights, collection and count.
    package let sentence: String
    let place: Place
  }

  package let findings: [Finding]
  /// What is not known, or is said otherwise by the study, in sentences.
  let notes: [String]
  /// The collections that the cases themselves are of.
  let collections: [String]

  /// Looks at every branch.
  ///
  /// `whose` are the cases, in sentences. A list of images beside weights is looked up where there is one: it counts where it holds images that are
  /// tested. Collections are compared as the catalogue, bundles and runs name them.
  ///
  /// - Throws: `ZooError` for an unknown collection, and where a list or an image can't be read.
  init(
    images: [ImageBranch], texts: [TextBranch] = [], of set: CaseSet, _ origin: DataOrigin,
    splits: [Split], _ registry: EncoderRegistry, whose: String = "this study"
  ) throws {
    let catalogue = registry.catalogue
    let recognised = try origin.recognised(set.cases, known: catalogue.collections)
    collections = recognised.map(\.collection)
    let total = set.cases.count
    var listed: [String: Int] = [:]
    for branch in images {
      listed[branch.name] = try TrainedImages.tested(branch, set, splits, registry)
    }
    var findings: [Finding] = []
    var notes = [origin.note(on: set.cases)].compactMap { $0 }
    let starts =
      images.map { ($0.name, $0.weights, $0.place, "weights") }
      + texts.map { ($0.name, $0.vectors, $0.place, "vectors") }
    for case (let branch, let name?, let place, let what) in starts {
      let history = WeightHistory(name, catalogue)
      let shown = name.split(separator: "/").last.map(String.init) ?? name
      if !history.unknown.isEmpty, !recognised.isEmpty {
        notes.append(
          "\(branch): what \(history.unknown.joined(separator: ", ")) was trained on is not known:"
            + " whether it has seen cases of \(collections.joined(separator: ", ")) can't be told")
      }
      // A list tells which of its own images a model saw; of what it started from it tells nothing.
      let steps = history.steps.filter { listed[branch] == nil || $0.weights != shown }
      for own in recognised {
        for step in steps where ImageCollection.overlap(step.collection, own.collection) {
          let link =
            step.weights == shown ? "" : ", from which the \(what) \"\(shown)\" started,"
          findings.append(
            Finding(
              branch: branch,
              sentence:
                "\(branch): \"\(step.weights)\"\(link) was trained on \(step.sentence), and"
                + " \(own.count) of the \(total) cases of \(whose) are of \(own.collection)"
                + " (\(own.reason))"
                + (step.collection == own.collection
                  ? "" : ", which has images in common with it"),
              place: place))
        }
      }
    }
    for branch in images {
      guard let count = listed[branch.name], count > 0 else { continue }
      let tested = Set(splits.flatMap(\.test)).count
      findings.append(
        Finding(
          branch: branch.name,
          sentence: "\(branch.name): the list beside its weights \"\(branch.shownWeights)\" names"
            + " \(count) of the \(tested) cases that \(whose) tests", place: branch.place))
    }
    self.findings = findings
    self.notes = notes
  }

  /// The warnings of a study that may go on.
  ///
  /// - Throws: `ZooError` of code `.conflict` where weights have seen cases, unless that is allowed or the run was
  ///   begun before.
  func warnings(_ origin: DataOrigin, isBegun: Bool) throws -> [String] {
    guard !origin.allowsSeen, !isBegun, let first = findings.first else {
      return findings.map {
        "\($0.sentence): its scores are not those on new images, and the comparison favours it."
      }
    }
    throw ZooError(
      .conflict,
      "starting weights have seen cases that are to be tested: "
        + findings.map(\.sentence).joined(separator: "; "), at: first.place,
      advice:
        "start from other weights (zoo list --weights --json says what each was trained on), or set"
        + " \"allowSeen\": true in \"data\", which goes on under a banner; data that are of no published"
        + " collection say \"collection\": \"own\"")
  }
}

extension ImageBranch {
  /// The name of its weights without the folders of this machine.
  fileprivate var shownWeights: String {
    weights?.split(separator: "/").last.map(String.init) ?? "random"
  }
}
