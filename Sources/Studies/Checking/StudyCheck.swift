import Basics
import DICOM
import DataCheck
import Datasets
import EncoderKit
import Images
import NearDuplicates
import Registry
import Training
import WordVectors

/// The data check of a study: what its cases, pictures and texts are like before anything is trained.
package struct StudyCheck {
  private let study: StudySpecification
  private let registry: EncoderRegistry
  private let progress: ProgressReporter

  package init(
    _ study: StudySpecification, registry: EncoderRegistry, progress: ProgressReporter
  ) {
    (self.study, self.registry, self.progress) = (study, registry, progress)
  }

  /// Reads everything and looks at it.
  ///
  /// Cases that can't be used are left out and listed; folds that can't be made, and labels that can't be learnt, are
  /// findings.
  ///
  /// - Throws: `ZooError` for a table that can't be read at all; `Interrupted`.
  package func run() throws -> DataCheck {
    var errors: [ZooError] = []
    var set = try study.data.load(
      needsImages: study.readsImages, needsTexts: study.readsTexts, skipsBad: true,
      needsEveryAnswer: false)
    for note in set.notes { progress.note(note) }
    var sketches: [PictureSketch?] = []
    if !study.images.isEmpty {
      sketches = try pictures(of: &set)
    }
    var near: NearPictures?
    if !sketches.isEmpty {
      near = try NearPictures(sketches.map { $0?.signature })
    }
    if let near, study.folds.groupsByNearImage { set = NearPictureGroups.keyed(set, near) }
    var splits: [Split] = []
    do { splits = try study.folds.splits(of: set) } catch let error as ZooError {
      errors.append(error)
    }
    var input = DataCheck.Input(set)
    (input.splits, input.errors, input.sketches) = (splits, errors, sketches)
    input.nearPictures = near
    input.attributes = attributes
    input.language = study.data.language
    input.sideNeeded = study.images.map(\.preprocessing.size).max()
    if !study.texts.isEmpty {
      input.words = set.cases.map { study.tokenizer.words($0.text ?? "") }
      input.nearTexts = try NearTexts(input.words)
      let words = Set(input.words.joined())
      for branch in study.texts {
        var reader = TextReview.Reader(
          name: branch.name, maximumWords: try branch.maximumWords(registry))
        do {
          reader.known = try known(to: branch, among: words)
        } catch let error as ZooError {
          input.errors.append(error)
        }
        input.readers.append(reader)
      }
    }
    return DataCheck(input)
  }

  /// What a comparison looks at in seconds: everything but pictures that are like others and the words of vectors.
  ///
  /// - Returns: what a person must know before anything is trained, a sentence each.
  static func warnings(_ study: StudySpecification, _ cases: StudyCases, _ splits: [Split])
    -> [String]
  {
    var input = DataCheck.Input(cases.set)
    (input.splits, input.language) = (splits, study.data.language)
    input.attributes = study.data.attributes
    if !study.texts.isEmpty { input.words = cases.words }
    return DataCheck(input).findings
      .filter { $0.severity != .note && isNews($0.kind) }
      .map { "\($0.message)." }
  }

  /// Whether a comparison does not tell it in its own words.
  private static func isNews(_ kind: DataFinding.Kind) -> Bool {
    [.labelWord, .language, .attribute, .duplicatePicture].contains(kind)
  }

  /// The attributes that a study names, or those that its layout has.
  private var attributes: [String] {
    var seen: Set<String> = []
    return
      (study.data.attributes + (study.data.format == .chestXray14 ? ChestXray14.attributes : []))
      .filter { seen.insert($0).inserted }
  }

  /// Which of some words the vectors of a branch know; nil where it learns its own.
  ///
  /// - Throws: `ZooError` where the vectors are not at hand.
  private func known(to branch: TextBranch, among words: Set<String>) throws
    -> (@Sendable (String) -> Bool)?
  {
    guard let path = try branch.vectorsPath(registry, progress: progress) else { return nil }
    let found = Set(try WordVectors.read(path: path, keeping: words).words)
    return { found.contains($0) }
  }

  /// Sketches the pictures on all cores, and takes the cases out whose pictures can't be read.
  private func pictures(of set: inout CaseSet) throws -> [PictureSketch?] {
    let (paths, layout) = (set.picturePaths, set.pictureLayout)
    // As the first branch reads them.
    let dicom = study.images.first?.preprocessing.dicom ?? DICOMReading()
    let read = try progress.mapped(paths, stage: "reading \(paths.count) pictures") { path in
      try path.map { try StudyCheck.sketch($0, dicom) }
    }
    var bad: [LeftOut] = []
    var kept: [Int] = []
    for (index, item) in set.cases.enumerated() {
      let fault = layout[index].lazy.compactMap { place -> ZooError? in
        if case .failure(let error)? = read[place] { error } else { nil }
      }.first
      guard let fault else {
        kept.append(index)
        continue
      }
      bad.append(
        LeftOut(
          id: item.id, reason: .unreadableImage,
          message: "\(fault.place?.path ?? ""): \(fault.message)", place: item.source))
    }
    let notes = set.notes
    set = set.with(cases: kept.map { set.cases[$0] }, leftOut: set.leftOut + bad)
    set.notes = notes
    let sketches = try kept.flatMap { layout[$0].map { $0 } }.map { try read[$0]?.get() }
    set = try PictureDigests.added(to: set, fingerprints: sketches.map { $0?.small.hashValue })
    return sketches
  }

  /// The sketch of a picture, or why it can't be read.
  private static func sketch(_ path: String, _ dicom: DICOMReading) throws
    -> Result<PictureSketch, ZooError>
  {
    do {
      let (image, facts) = try PixelImage.read(path: path, dicom: dicom)
      let white = SampleBits.white(SampleBits.holding(facts.largest))
      return .success(PictureSketch(image.scaled(white: white)))
    } catch let error as ZooError { return .failure(error) }
  }
}
