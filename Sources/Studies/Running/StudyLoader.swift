import Basics
import Datasets
import Images
import Training

/// Brings a study's cases into memory and checks all of them before anything is trained.
package enum StudyLoader {
  /// Loads tables, texts and pictures.
  ///
  /// - Throws: `ZooError` that lists up to ten unusable cases; with `skipsBad` those are left out
  ///   and listed in the case set.
  package static func load(
    _ study: StudySpecification, skipsBad: Bool, progress: ProgressReporter
  ) throws -> StudyCases {
    var set = try study.data.load(
      needsImages: !study.images.isEmpty, needsTexts: !study.texts.isEmpty, skipsBad: skipsBad)
    guard set.labels.count == 2 else {
      throw ZooError(
        .badValue,
        "found \(set.labels.count) labels (\(set.labels.joined(separator: ", "))); expected two",
        at: study.data.place, advice: "name the negative and the positive class in \"labels\"")
    }
    // Folds that can't be made are told before thousands of pictures are read.
    _ = try study.folds.splits(of: set)
    let stores = try images(of: &set, study.images, skipsBad: skipsBad, progress: progress)
    let words = set.cases.map { study.texts.isEmpty ? [] : study.tokenizer.words($0.text ?? "") }
    let targets = set.labelIndices.map { Float($0 ?? 0) }
    return StudyCases(
      set: set, words: words, targets: targets, images: stores,
      allowsIncomplete: study.data.keepsIncomplete && !study.images.isEmpty && !study.texts.isEmpty)
  }

  /// Reads the pictures of a set as each branch wants them, and notes what of them a person should
  /// hear; stores are by the branches' names.
  ///
  /// The set is told what was found out about its pictures.
  ///
  /// - Throws: `ZooError` that lists up to ten pictures that can't be used; with `skipsBad` their cases
  ///   leave the set and are listed in it.
  static func images(
    of set: inout CaseSet, _ branches: [ImageBranch], skipsBad: Bool, progress: ProgressReporter
  ) throws -> [String: ImageStore] {
    let paths = set.cases.map(\.imagePath)
    var stores: [String: ImageStore] = [:]
    var bad: [Int: ZooError] = [:]
    for branch in branches {
      let (store, failures) = ImageStore.load(paths, branch, progress: progress)
      stores[branch.name] = store
      for failure in failures { bad[failure.index] = failure.error }
      if let note = CroppedPictures.note(on: paths, branch) { progress.note(note) }
      try Interruption.check()
    }
    if !bad.isEmpty {
      guard skipsBad else { throw refusal(bad, set) }
      stores = leaveOut(bad, of: &set, stores)
    }
    for branch in branches {
      for note in stores[branch.name]?.notes(of: branch) ?? [] { progress.note(note) }
    }
    if let first = branches.first.flatMap({ stores[$0.name] }) {
      set = try PictureDigests.added(to: set, fingerprints: first.fingerprints)
    }
    return stores
  }

  /// Takes the cases of bad pictures out of the set and the stores.
  private static func leaveOut(
    _ bad: [Int: ZooError], of set: inout CaseSet, _ stores: [String: ImageStore]
  ) -> [String: ImageStore] {
    let kept = set.cases.indices.filter { bad[$0] == nil }
    let leftOut = bad.sorted { $0.key < $1.key }.map { index, error in
      LeftOut(
        id: set.cases[index].id, reason: .unreadable, message: error.message,
        place: set.cases[index].source)
    }
    set = CaseSet(
      name: set.name, description: set.description, terms: set.terms,
      cases: kept.map { set.cases[$0] }, labels: set.labels, leftOut: set.leftOut + leftOut)
    return stores.mapValues { $0.keeping(kept) }
  }

  private static func refusal(_ bad: [Int: ZooError], _ set: CaseSet) -> ZooError {
    let lines = bad.sorted { $0.key < $1.key }.prefix(10).map { index, error in
      "\(set.cases[index].source): \(error.place?.path ?? ""): \(error.message)"
    }
    let more = bad.count > 10 ? "\n  and \(bad.count - 10) more" : ""
    return ZooError(
      .badFormat,
      "\(bad.count) image\(bad.count == 1 ? "" : "s") can't be used\n  "
        + lines.joined(separator: "\n  ") + more,
      advice: "repair them, or leave those cases out with --skip-bad")
  }
}
