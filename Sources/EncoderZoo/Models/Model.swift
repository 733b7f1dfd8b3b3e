import Basics
import Datasets
import EncoderKit
import Explanation
import ExternalEvaluation
import Fusion
import Studies
import Training

/// A trained model: predicts from an image, a text or both, and explains what a prediction rests
/// on.
///
/// A model is no medical device, and what it says no diagnosis.
public struct Model {
  /// Its folder.
  public let folder: String
  /// Why its publisher has revoked it; nil where nothing speaks against it.
  public let revocation: String?
  private let trained: TrainedModel
  let zoo: Zoo
  let sampleBits: Int?
  let kernels: any Kernels

  init(folder: String, revocation: String? = nil, zoo: Zoo, sampleBits: Int? = nil) throws {
    self.folder = folder
    self.revocation = revocation
    self.zoo = zoo
    self.sampleBits = sampleBits
    kernels = try zoo.makeKernels()
    trained = try TrainedModel.read(from: folder, registry: zoo.registry, bits: sampleBits)
  }

  /// The negative and the positive class; the classes; or each finding.
  public var labels: [String] { trained.labels }
  /// What it is asked about a case.
  public var task: ModelTask { ModelTask(trained.task) }
  /// From this probability of the positive class on a case is called positive, 0…1; 0.5 for a model of several
  /// classes or findings, see ``thresholds``.
  public var threshold: Double { trained.threshold }
  /// From which probability on each answer is yes, 0…1: one for the positive class, or one for each finding in
  /// the order of ``labels``; empty where the most probable of several classes is chosen.
  public var thresholds: [Double] { trained.thresholds }
  /// Whether it reads images.
  public var readsImages: Bool { trained.image != nil }
  /// Whether it reads texts.
  public var readsTexts: Bool { trained.text != nil }
  /// Whether a model that reads both answers for a case that lacks one of them.
  public var acceptsMissingModality: Bool { trained.acceptsMissingModality }
  /// The number of trainable values.
  public var parameterCount: Int { trained.classifier.store.parameterCount }

  /// The prediction for one case.
  ///
  /// ```swift
  /// let prediction = try model.predict(image: "chest.png", text: "The lungs are clear.")
  /// print(prediction.label ?? "", prediction.answers[0].probability)
  /// ```
  ///
  /// - Parameters:
  ///   - image: the path of a PNG, JPEG or DICOM file.
  ///   - text: the report as it is written.
  /// - Returns: the class, probabilities, and what a person must know of them.
  /// - Throws: `ZooError` where an input that the model reads is missing or unreadable, or one is
  ///   given that it does not read.
  public func predict(image: String? = nil, text: String? = nil) throws -> Prediction {
    try predict(images: image.map { [CaseImage(path: $0)] } ?? [], text: text)
  }

  /// The same of several pictures.
  package func predict(images: [CaseImage], text: String?) throws -> Prediction {
    let reporter = prepared()
    let found = try Predictor(trained, folder: folder, kernels: kernels, progress: reporter)
      .predict(images: images, text: text)
    return Prediction(found, notes: reporter.notes + found.notes)
  }

  /// The prediction for one case, and what in its image and its text it rests on.
  ///
  /// ```swift
  /// let explained = try model.explain(image: "chest.png", text: "Left effusion.")
  /// try explained.write(to: "why")  // why/explanation.html needs no network
  /// ```
  ///
  /// - Parameters:
  ///   - image: the path of a PNG, JPEG or DICOM file.
  ///   - text: the report as it is written.
  ///   - options: which maps are made, and how.
  /// - Returns: the prediction with maps, circles and words.
  /// - Throws: `ZooError` as ``predict(image:text:)``, where no word of the text is known, and
  ///   where numbers are not finite; `CancellationError` in a cancelled task.
  public func explain(
    image: String? = nil, text: String? = nil, options: ExplanationOptions = ExplanationOptions()
  ) throws -> ExplainedPrediction {
    let reporter = prepared()
    do {
      return try explain(
        images: image.map { [CaseImage(path: $0)] } ?? [], text: text, finding: options.finding,
        against: options.against,
        settings: options.settings(sampleBits),
        progress: reporter)
    } catch is Interrupted where Task.isCancelled { throw CancellationError() }
  }

  /// The same of several pictures.
  package func explain(images: [CaseImage], text: String?, options: ExplanationOptions) throws
    -> ExplainedPrediction
  {
    try explain(
      images: images, text: text, finding: options.finding, against: options.against,
      settings: options.settings(sampleBits), progress: prepared())
  }

  /// The same with all settings.
  package func explain(
    images: [CaseImage], text: String?, finding: String?, against: String? = nil,
    settings: ExplanationSettings,
    progress: ProgressReporter
  ) throws -> ExplainedPrediction {
    let explainer = try Explainer(
      trained, folder: folder, finding: finding, against: against, followsAnswer: true,
      kernels: kernels, settings: settings)
    var explanation = try explainer.explain(images: images, text: text, progress: progress)
    explanation.record = try explainer.record(of: explanation.labels[1])
    return ExplainedPrediction(explanation)
  }

  /// What asks about many cases at once.
  func predictor() -> BatchPredictor {
    Compute.setThreads(zoo.configuration.threads ?? Compute.processors)
    return BatchPredictor(trained, folder: folder, kernels: kernels)
  }

  /// The number of threads belongs to the thread that calls.
  private func prepared() -> ProgressReporter {
    Compute.setThreads(zoo.configuration.threads ?? Compute.processors)
    return ProgressReporter(mode: .quiet, write: { _ in })
  }
}
