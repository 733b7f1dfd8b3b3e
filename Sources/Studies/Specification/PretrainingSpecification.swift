import Basics
import Datasets
import Evaluation
import Registry
import Training

/// A pre-training: an image encoder on many findings at once, which others then start from.
///
/// Its data and folds are those of a study, read the same way; of the folds the first split is trained on.
/// Labels that are too rare to be learnt or scored are said, not refused: they do no harm here.
package struct PretrainingSpecification: Sendable {
  package let name: String
  package let seed: UInt64
  package let image: ImageBranch
  package let data: DataSpecification
  package let folds: FoldPlan
  /// Rate of dropout on the features.
  package let featureDropout: Float
  /// The file as it was read.
  package let source: JSONValue
  /// A line for each key that the file calls by a former name.
  let formerNames: [String]

  /// Reads a specification file; with `dataFolder`, its data paths are relative to that folder.
  ///
  /// - Throws: `ZooError` with file, line and key.
  package init(path: String, registry: EncoderRegistry, dataFolder: String? = nil) throws {
    var (source, root, folder, notes) = try StudySpecification.opened(path, dataFolder: dataFolder)
    self.source = source
    name = try root.string("name")
    seed = UInt64(try root.integer("seed", in: 0...Int.max, default: 1))
    let former = try FormerPretraining(&root)
    formerNames = notes + former.notes
    data = try DataSpecification(former.data, folder: folder, task: .multiLabel)
    guard data.labels.task == .multiLabel else {
      throw ZooError(
        .badValue, "pre-training asks for labels that a case may have together, not for classes",
        at: former.data.place,
        advice: "leave \"task\" out; to train on classes, use \"zoo train\"")
    }
    var folds = try StudySpecification.folds(former.folds, seed: seed, folder: folder)
    if case .groupOut = folds.kind {
      throw ZooError(
        .badValue, "\"group-out\" is for studies; a pre-training has one split", at: source.place,
        advice: "take \"k-fold\", \"splits\" or \"lists\"")
    }
    folds.needsEveryLabel = false
    self.folds = folds
    let branch = try root.required("image")
    image = try ImageBranch(branch, registry: registry, defaults: TrainingSettings())
    guard image.features == nil else {
      throw ZooError(
        .badValue, "\"features\" were computed elsewhere: there is no encoder to train",
        at: branch.place, advice: "name an encoder")
    }
    guard image.members == 1 else {
      throw ZooError(.badValue, "pre-training has one member", at: branch.place)
    }
    guard image.views == nil, !data.haveSeveralPictures else {
      throw ZooError(
        .unsupported,
        "not built: pre-training on several pictures a case (\"view\", \"images\", \"views\")",
        at: image.views?.place ?? branch.place,
        advice: "let each picture be a case: name its own \"id\", and no \"view\"")
    }
    try image.training.loss.check(.multiLabel)
    featureDropout = Float(try root.number("featureDropout", in: 0...0.95, default: 0))
    try root.finish()
  }

  /// The cases, checked.
  ///
  /// - Throws: `ZooError` that counts the cases that can't be used by kind, with examples.
  package func load(skipsBad: Bool) throws -> CaseSet {
    try data.load(
      needsImages: true, needsTexts: false, skipsBad: skipsBad, needsEveryAnswer: false)
  }

  /// The split to train on: that of the lists, or the first of the folds; `byImage` keeps equal
  /// pictures together, as far as lists do not part them.
  ///
  /// - Throws: `ZooError` when the lists or folds do not fit the cases.
  package func split(of set: CaseSet, byImage: Bool = true) throws -> Split {
    guard let split = try (byImage ? folds : folds.withoutPictures).splits(of: set).first else {
      throw ZooError(.badValue, "the folds make no split", at: data.place)
    }
    return split
  }
}
