import Basics
import Datasets
import Training
import Tuning

/// The encoders of a multimodal trial over inner folds: trained anew on each with what their own cells chose, since
/// those of the cells have seen the cases that the trial is scored on.
final class InnerParts {
  private let tuner: CellTuner
  private let split: Split
  /// Where their trainings are kept while they go on.
  private let folder: String
  private var models: [String: TrainedModel] = [:]

  init(_ tuner: CellTuner, _ split: Split, keptIn folder: String) {
    (self.tuner, self.split, self.folder) = (tuner, split, folder)
  }

  /// The model of a part on an inner split; it is made once for all trials.
  ///
  /// - Throws: `ZooError`, or `Interrupted`.
  func model(_ name: String, _ inner: Split, _ context: RecipeContext) throws -> TrainedModel {
    let key = "\(inner.name)\n\(name)"
    if let made = models[key] { return made }
    guard let part = tuner.study.combinations.first(where: { $0.name == name }) else {
      preconditionFailure("\(name) is a part and no combination")
    }
    let settings = try tuner.finished.file(part, split, tells: false)?.tuning
    let recipe = try TunedSide(combination: part).combination(
      with: settings?.settings ?? [:], registry: context.session.registry
    ).recipe
    // Its epochs are no rungs of the trial.
    var own = context
    own.watch = nil
    // Nor are its trainings the trial's: after a stop they are made again in whatever trial comes then.
    own.checkpoints = TrainingCheckpoints(
      folder: "\(folder)/\(try FolderName.ofCombination("\(inner.name) \(name)"))",
      partOf: context.checkpoints)
    guard
      let model = try recipe.fit(inner, own, part: { _ in preconditionFailure("it has none") })
        .model
    else { preconditionFailure("a part is a network") }
    models[key] = model
    return model
  }
}
