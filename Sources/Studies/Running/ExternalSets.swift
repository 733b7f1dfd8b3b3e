import Basics
import Datasets
import Registry
import Training

/// The data sets that a study's models are evaluated on once they are trained.
///
/// All are read before anything is trained: what is wrong with them, or was seen by the starting weights, is told then.
struct ExternalSets {
  private(set) var sets: [(item: ExternalSpecification, set: CaseSet)] = []
  /// What a reader must know before the scores, in sentences.
  private(set) var warnings: [String] = []
  private(set) var notes: [String] = []
  /// By data set, what its pictures are known by; none where there are no pictures.
  private var pictures: [String: KeptPictures] = [:]

  /// Reads the tables of a study's, whose labels are known by now.
  ///
  /// - Throws: `ZooError` for data that can't be used, and for starting weights that have seen them unless that is
  ///   allowed there.
  init(
    _ study: StudySpecification, labels: [String], skipsBad: Bool, isBegun: Bool,
    _ registry: EncoderRegistry
  ) throws {
    guard !study.probes else {
      if !study.external.isEmpty {
        notes = ["external data are passed over: probes are scored on the study's own cases alone"]
      }
      return
    }
    for item in study.external {
      let (set, seen) = try Self.read(item, of: study, labels: labels, skipsBad: skipsBad, registry)
      warnings += try seen.warnings(item.data.origin, isBegun: isBegun)
      notes += item.data.notes + seen.notes + [item.note(labels)].compactMap { $0 }
      sets.append((item, set))
    }
  }

  /// The cases of one, and what starting weights have seen of them.
  ///
  /// - Throws: `ZooError` for data that can't be used.
  static func read(
    _ item: ExternalSpecification, of study: StudySpecification, labels: [String], skipsBad: Bool,
    _ registry: EncoderRegistry
  ) throws -> (set: CaseSet, seen: SeenCases) {
    let set = try item.load(
      labels: labels, needs: (study.readsImages, study.readsTexts), skipsBad: skipsBad)
    // All of them are tested, by every model.
    let whole = Split(
      name: item.name, index: 0, repeatIndex: 0, training: [], validation: [],
      test: Array(set.cases.indices))
    let seen = try SeenCases(
      images: study.images, texts: study.texts, of: set, item.data.origin, splits: [whole],
      registry, whose: "the external data \"\(item.name)\"")
    return (set, seen)
  }

  /// Sees that every picture can be read, what cases have in common with the study's own, and what the evaluator says.
  ///
  /// `folder` is the run's: pictures that it knows are not read again.
  ///
  /// - Throws: `ZooError` that names pictures that can't be used, unless those are left out; what the evaluator refuses;
  ///   `Interrupted`.
  mutating func check(
    _ branches: [ImageBranch], own: DataDigest, by evaluator: any ExternalEvaluator,
    in folder: String, skipsBad: Bool, progress: ProgressReporter
  ) throws {
    for (index, (item, set)) in sets.enumerated() {
      let found = try ExternalPictures.checked(
        set, branches, called: item.name, in: "\(folder)/\(item.folder())", skipsBad: skipsBad,
        progress: progress)
      if !skipsBad { try Self.checkViews(branches, item, found.set) }
      sets[index].set = found.set
      pictures[item.name] = found.pictures
      notes += try evaluator.check(item, found.set)
      let overlap = try CaseOverlap(of: found.set.cases, with: own)
      warnings += [overlap.warning(item.name, "of this study")].compactMap { $0 }
      notes += [overlap.note(item.name, "of this study")].compactMap { $0 }
    }
  }

  /// Sees that every case has a picture that each branch reads: models are not asked about others.
  ///
  /// - Throws: `ZooError` of code `.badValue` with the branch's views and the number of cases.
  private static func checkViews(
    _ branches: [ImageBranch], _ item: ExternalSpecification, _ set: CaseSet
  ) throws {
    for branch in branches {
      guard let names = branch.views?.slots?.names else { continue }
      let lacking = set.cases.filter { branch.pictures(of: $0).allSatisfy { $0 == nil } }
      guard let first = lacking.first else { continue }
      throw ZooError(
        .badValue,
        "\(lacking.count) of the \(set.cases.count) cases of \(item.name) have no picture that \(branch.name) reads"
          + " (\(names.joined(separator: ", "))), such as \"\(first.id)\"",
        at: first.source,
        advice:
          "leave them out of what its models are asked, and have them counted, with --skip-bad")
    }
  }

  /// Writes what pictures are known by into the run's folder.
  ///
  /// - Throws: `ZooError` of code `.system` that names the path.
  func write(to folder: String) throws {
    for (item, set) in sets {
      guard let known = pictures[item.name] else { continue }
      let place = "\(folder)/\(try item.folder())"
      try AtomicFile.makeFolder(place)
      try DataDigest(set).write(to: place)
      try known.write(to: place)
    }
  }
}
