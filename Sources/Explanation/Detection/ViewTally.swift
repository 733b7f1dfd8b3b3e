import Basics
import Datasets
import Training

/// Which of the pictures that are looked for a model of views reads, and which views were taken for granted.
struct ViewTally {
  private var names: [String] = []
  /// Pictures of other views than the model's, or of none that is told.
  private var passedOver = 0
  /// Pictures whose view nothing tells, taken as the model's only one.
  private var assumed = 0

  /// Counts the pictures of a case that are looked for.
  mutating func add(_ item: Case, readBy model: TrainedModel, _ isLookedAt: (String) -> Bool) {
    guard let branch = model.image, let slots = branch.views?.slots else { return }
    names = slots.names
    let read = branch.reduced(item).images.filter { isLookedAt($0.path) }
    passedOver += item.images.count { isLookedAt($0.path) } - read.count
    assumed += read.count { $0.view == nil }
  }

  /// Why there is nothing to look at, where that is since no picture is of the model's views.
  func fault(at place: Place) -> ZooError? {
    guard passedOver > 0 else { return nil }
    return ZooError(
      .badValue,
      "the model reads pictures of the views \(names.joined(separator: ", ")); none of the \(passedOver) pictures"
        + " with boxes is known to be one", at: place,
      advice: "a table of boxes tells no views: name the study whose table does, with --study")
  }

  /// What a person must know, which is noted.
  func told(to progress: ProgressReporter) -> [String] {
    var sentences: [String] = []
    if passedOver > 0 {
      sentences.append(
        "\(passedOver) pictures are of no view that the model reads (\(names.joined(separator: ", "))), and were passed"
          + " over.")
    }
    if assumed > 0 {
      sentences.append(
        "Nothing tells which view \(assumed) pictures are of: they are taken as \(names.joined(separator: ", "))."
      )
    }
    for sentence in sentences { progress.note(sentence) }
    return sentences
  }
}
