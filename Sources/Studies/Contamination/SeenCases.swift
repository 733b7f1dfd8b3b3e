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
  /// `whose` are the cases, in sentences. A list of images beside weights is looked up where there is one: it counts
  /// where it holds images that are tested. Collections are compared as the catalogue, bundles and runs name them.
  ///
  /// - Throws: `ZooError` for an unknown collection, and where a list or an image can't be read.
  init(
    images: [ImageBranch], texts: [TextBranch] = [], of set: CaseSet, _ origin: DataOrigin,
    splits: [Split], _ registry: EncoderRegistry, whose: String = "this study"
  ) throws {
    let catalogue = registry.catalogue
    let recognised = try origin.recognised(set.cases, known: catalogue.collections)
    collections = recognised.map(\.collection)
    var listed: [String: Int] = [:]
    for branch in images {
      listed[branch.name] = try TrainedImages.tested(branch, set, splits, registry)
    }
    let starts =
      images.map { Start(branch: $0.name, weights: $0.weights, place: $0.place, what: "weights") }
      + texts.map {
        Start(
          branch: $0.name, weights: $0.vectors ?? $0.weights, place: $0.place,
          what: $0.weights == nil ? "vectors" : "weights")
      }
    var (findings, notes) = SeenCases.look(
      at: starts, recognised, listed: Set(listed.keys), catalogue: catalogue,
      of: "\(set.cases.count) cases of \(whose)")
    notes = [origin.note(on: set.cases)].compactMap { $0 } + notes
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

  /// Looks at word vectors to go on from, whose training is to read the texts of a study.
  ///
  /// - Throws: `ZooError` for an unknown collection.
  init(
    vectors: String, of set: CaseSet, _ origin: DataOrigin, _ registry: EncoderRegistry
  ) throws {
    let recognised = try origin.recognised(set.cases, known: registry.catalogue.collections)
    collections = recognised.map(\.collection)
    (findings, notes) = SeenCases.look(
      at: [Start(branch: "--from", weights: vectors, place: Place(), what: "vectors")], recognised,
      listed: [], catalogue: registry.catalogue, of: "\(set.cases.count) cases of this study")
  }

  /// What a branch starts from.
  private struct Start {
    let branch: String
    /// Its name or path; nil for random numbers.
    let weights: String?
    let place: Place
    /// `weights` or `vectors`.
    let what: String
  }

  /// Follows the histories of weights; `listed` are the branches whose weights list their images.
  private static func look(
    at starts: [Start], _ recognised: [DataOrigin.Recognised], listed: Set<String>,
    catalogue: Catalogue, of cases: String
  ) -> (findings: [Finding], notes: [String]) {
    var (findings, notes): ([Finding], [String]) = ([], [])
    for start in starts {
      guard let name = start.weights else { continue }
      let history = WeightHistory(name, catalogue)
      let shown = name.split(separator: "/").last.map(String.init) ?? name
      if !history.unknown.isEmpty, !recognised.isEmpty {
        notes.append(
          "\(start.branch): what \(history.unknown.joined(separator: ", ")) was trained on is not known:"
            + " whether it has seen cases of \(recognised.map(\.collection).joined(separator: ", "))"
            + " can't be told")
      }
      // A list tells which of its own images a model saw; of what it started from it tells nothing.
      let steps = history.steps.filter { !listed.contains(start.branch) || $0.weights != shown }
      for own in recognised {
        for step in steps where ImageCollection.overlap(step.collection, own.collection) {
          let link =
            step.weights == shown ? "" : ", from which the \(start.what) \"\(shown)\" started,"
          findings.append(
            Finding(
              branch: start.branch,
              sentence:
                "\(start.branch): \"\(step.weights)\"\(link) was trained on \(step.sentence), and"
                + " \(own.count) of the \(cases) are of \(own.collection)"
                + " (\(own.reason))"
                + (step.collection == own.collection
                  ? "" : ", which has images in common with it"),
              place: start.place))
        }
      }
    }
    return (findings, notes)
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
