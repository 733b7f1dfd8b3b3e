import Basics
import Datasets
import Evaluation
import Images
import Ranks
import Training

/// Brings a study's cases into memory and checks all of them before anything is trained.
package enum StudyLoader {
  /// Loads tables, texts and pictures; of several ranks each reads a part of the pictures.
  ///
  /// - Throws: `ZooError` that counts unusable cases by kind; with `skipsBad` those are left out
  ///   and listed in the case set.
  package static func load(
    _ study: StudySpecification, skipsBad: Bool, sharedBy ranks: RankGroup? = nil,
    progress: ProgressReporter
  ) throws -> StudyCases {
    var set = try table(study, skipsBad: skipsBad, progress: progress)
    let stores = try images(
      of: &set, study.images, skipsBad: skipsBad, sharedBy: ranks, progress: progress)
    set = try nearPictures(of: set, study, sharedBy: ranks, progress)
    tellLeftOut(set, progress)
    return try cases(study, set, stores, progress)
  }

  /// The cases of a study as its tables have them, their pictures not read yet.
  private static func table(
    _ study: StudySpecification, skipsBad: Bool, progress: ProgressReporter
  ) throws -> CaseSet {
    let set = try study.data.load(
      needsImages: study.readsImages, needsTexts: study.readsTexts, skipsBad: skipsBad)
    tell(set, progress)
    // Folds that can't be made are told before thousands of pictures are read.
    _ = try study.folds.splits(of: set)
    return set
  }

  /// Loads a study for a run in its folder; of pictures that it knows again those alone are read that
  /// the branches of `needed` read, by their names.
  ///
  /// - Throws: what `load` throws, and what `needed` does.
  static func load(
    _ study: StudySpecification, skipsBad: Bool, progress: ProgressReporter, for place: RunFolder,
    needed: (CaseSet) throws -> Set<String>
  ) throws -> (cases: StudyCases, pictures: KeptPictures) {
    var set = try table(study, skipsBad: skipsBad, progress: progress)
    let all = set.cases
    if place.isBegun, let kept = KeptPictures.read(folder: place.path),
      let digest = try DataDigest.read(folder: place.path), let known = try kept.known(set, digest)
    {
      set = known.set
      let wanted = try needed(set)
      let branches = study.images.filter { wanted.contains($0.name) }
      for note in kept.notes { progress.note(note) }
      if !study.images.isEmpty { progress.line(sentence(known, branches)) }
      var read = set
      let stores = try images(of: &read, branches, skipsBad: skipsBad, progress: progress)
      // A picture that can't be read any more is no longer the run's.
      if read.cases.count != set.cases.count { set = read }
      tellLeftOut(set, progress)
      let pictures = KeptPictures(set, of: all, stamps: known.stamps, notes: kept.notes)
      return (try cases(study, set, stores, progress), pictures)
    }
    var stamps: [String: String] = [:]
    for path in all.flatMap({ $0.images.map(\.path) }) { stamps[path] = FileStamp.of(path) }
    let stores = try images(of: &set, study.images, skipsBad: skipsBad, progress: progress)
    set = try nearPictures(of: set, study, sharedBy: nil, progress)
    tellLeftOut(set, progress)
    let pictures = KeptPictures(set, of: all, stamps: stamps, notes: progress.notes)
    return (try cases(study, set, stores, progress), pictures)
  }

  private static func nearPictures(
    of set: CaseSet, _ study: StudySpecification, sharedBy ranks: RankGroup?,
    _ progress: ProgressReporter
  ) throws -> CaseSet {
    guard study.folds.groupsByNearImage else { return set }
    return try NearPictureGroups.added(
      to: set, study.images, sharedBy: ranks, progress: progress)
  }

  private static func sentence(_ known: KeptPictures.Known, _ branches: [ImageBranch]) -> String {
    let count = Set(known.set.picturePaths.compactMap(\.self)).count
    let read =
      branches.isEmpty
      ? "no cell that is missing reads them"
      : "read again for \(branches.map(\.name).joined(separator: ", "))"
    return "\(count) pictures are known: \(count - known.hashed) by size and times of their files,"
      + " \(known.hashed) by their SHA-256; \(read)"
  }

  private static func cases(
    _ study: StudySpecification, _ set: CaseSet, _ stores: [String: ImageStore],
    _ progress: ProgressReporter
  ) throws -> StudyCases {
    try FeatureBranch.check(
      study.images, study.texts, ids: set.cases.map(\.id), progress: progress)
    let words = set.cases.map { study.texts.isEmpty ? [] : study.tokenizer.words($0.text ?? "") }
    let task = study.data.labels.task
    return StudyCases(
      set: set, words: words,
      task: ClassificationTask(task, of: set),
      images: stores,
      allowsIncomplete: study.data.keepsIncomplete && study.readsImages && study.readsTexts)
  }

  /// Notes what was changed in reading a set.
  static func tell(_ set: CaseSet, _ progress: ProgressReporter) {
    for note in set.notes { progress.note(note) }
  }

  /// Notes how many cases were left out, by kind.
  static func tellLeftOut(_ set: CaseSet, _ progress: ProgressReporter) {
    guard !set.leftOut.isEmpty else { return }
    let count = set.leftOut.count
    progress.note(
      "\(count) \(count == 1 ? "case is" : "cases are") left out: \(BadCases(set.leftOut).counts)")
  }

  /// Reads the pictures of a set as each branch wants them, and notes what of them a person should
  /// hear; stores are by the branches' names.
  ///
  /// The set is told what was found out about its pictures. Of several ranks each reads a part of the files, and all
  /// look whether theirs have the same sizes.
  ///
  /// - Throws: `ZooError` that names pictures that can't be used; with `skipsBad` their cases
  ///   leave the set and are listed in it.
  static func images(
    of set: inout CaseSet, _ branches: [ImageBranch], skipsBad: Bool,
    sharedBy ranks: RankGroup? = nil, progress: ProgressReporter
  ) throws -> [String: ImageStore] {
    let branches = branches.filter { $0.features == nil }
    let (all, layout) = (set.picturePaths, set.pictureLayout)
    let owners = layout.owners
    var stores: [String: ImageStore] = [:]
    var bad: [Int: ZooError] = [:]
    if let ranks, !branches.isEmpty {
      try RankAgreement(ranks).check(files: all.compactMap(\.self))
    }
    for branch in branches {
      var paths = all
      if let choice = PictureChoice(branch, set) {
        // What the branch passes over is not read.
        let used = Set(choice.used)
        for index in paths.indices where !used.contains(index) { paths[index] = nil }
      }
      let (store, failures) = try ImageStore.load(
        paths, branch, sharedBy: ranks, progress: progress)
      // What a stopped decoder left undone is no fault of the files.
      try Interruption.check()
      stores[branch.name] = store
      for failure in failures { bad[owners[failure.index]] = failure.error }
      // Every file is looked into for it: of several ranks by the one that speaks.
      if ranks?.isFirst ?? true, let note = CroppedPictures.note(on: paths, branch) {
        progress.note(note)
      }
      try Interruption.check()
    }
    if !bad.isEmpty, !skipsBad, let ranks, !ranks.isFirst {
      // All have found the same: the first says it, and ends the others.
      _ = ranks.gather("waiting")
    }
    if !bad.isEmpty { stores = try leaveOut(bad, of: &set, stores, skipsBad: skipsBad) }
    for branch in branches {
      for note in stores[branch.name]?.notes(of: branch) ?? [] { progress.note(note) }
    }
    let isKnown = set.pictures.allSatisfy { $0 == nil || $0?.picture != nil }
    if !isKnown, !branches.isEmpty {
      // Of each picture that of the first branch that reads it.
      let all = branches.compactMap { stores[$0.name]?.fingerprints }
      let fingerprints = set.picturePaths.indices.map { place in
        all.lazy.compactMap { $0[place] }.first
      }
      set = try PictureDigests.added(
        to: set, fingerprints: fingerprints, sharedBy: ranks)
    }
    return stores
  }

  /// Takes the cases of bad pictures out of the set and the stores.
  ///
  /// - Throws: `ZooError` that counts them by kind, unless they are to be skipped.
  static func leaveOut(
    _ bad: [Int: ZooError], of set: inout CaseSet, _ stores: [String: ImageStore], skipsBad: Bool
  ) throws -> [String: ImageStore] {
    let leftOut = bad.sorted { $0.key < $1.key }.map { index, error in
      LeftOut(
        id: set.cases[index].id, reason: .unreadableImage, message: error.message,
        place: set.cases[index].source)
    }
    let layout = set.pictureLayout
    let kept = set.cases.indices.filter { bad[$0] == nil }
    guard skipsBad else {
      let named = zip(leftOut, bad.sorted { $0.key < $1.key }).map { item, failure in
        LeftOut(
          id: item.id, reason: item.reason,
          message: "\(failure.value.place?.path ?? ""): \(item.message)", place: item.place)
      }
      throw BadCases(named).error(
        .badFormat, advice: "repair them, or leave those cases out with --skip-bad")
    }
    let notes = set.notes
    set = set.with(cases: kept.map { set.cases[$0] }, leftOut: set.leftOut + leftOut)
    set.notes = notes
    let pictures = kept.flatMap { Array(layout[$0]) }
    return stores.mapValues { $0.keeping(pictures) }
  }
}
