import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Images
import Registry
import Studies
import Tensors
import Training

/// A trained model that explains what it says of single cases.
package struct Explainer {
  package let model: TrainedModel
  package let settings: ExplanationSettings
  let kernels: any Kernels
  let folder: String
  /// What of the model's answers is explained.
  let asked: Asked

  /// Loads a model; of one of many findings or classes, `finding` is what is explained, as such or in contrast
  /// to `other`.
  ///
  /// Where none is named, `followsAnswer` says that it is what the model answers.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it, or the findings there are.
  package init(
    folder: String, finding: String? = nil, against other: String? = nil,
    followsAnswer: Bool = false, registry: EncoderRegistry, kernels: any Kernels,
    settings: ExplanationSettings
  ) throws {
    try self.init(
      try TrainedModel.read(from: folder, registry: registry, bits: settings.bits), folder: folder,
      finding: finding, against: other, followsAnswer: followsAnswer, kernels: kernels,
      settings: settings)
  }

  /// A model in memory; `folder` is what errors and files call it.
  ///
  /// - Throws: `ZooError` of code `.usage` where `finding` or `other` is missing, unknown or superfluous.
  package init(
    _ model: TrainedModel, folder: String, finding: String? = nil, against other: String? = nil,
    followsAnswer: Bool = false, kernels: any Kernels, settings: ExplanationSettings
  ) throws {
    self.model = model
    self.folder = folder
    self.kernels = settings.usesDoublePrecision ? DoublePrecisionKernels(kernels) : kernels
    self.settings = settings
    asked = try Asked(
      model, finding, against: other, followsAnswer: followsAnswer, at: folder)
  }

  /// What is explained; nil where each case's answer decides.
  package var positive: String? {
    if case .question(let question) = asked { question.labels[1] } else { nil }
  }

  /// What is known of the model beside its weights, and of one of its findings or classes; nil for the one that
  /// is asked about, or all where each case's answer decides.
  ///
  /// - Throws: `Interrupted`.
  package func record(of finding: String? = nil) throws -> ModelRecord {
    try ModelRecord(
      of: model, folder: folder, finding: model.task == .binary ? nil : finding ?? positive)
  }

  /// Explains a case of one picture, or none.
  ///
  /// - Throws: as of several.
  package func explain(
    image path: String?, text: String?, record: ModelRecord? = nil,
    progress: ProgressReporter? = nil
  ) throws -> CaseExplanation {
    try explain(
      images: path.map { [CaseImage(path: $0)] } ?? [], text: text, record: record,
      progress: progress)
  }

  /// Explains one case; `progress` hears of what is under way, and `record` stands on its page.
  ///
  /// - Throws: `ZooError` when what the model reads is missing, superfluous or unreadable, no word of
  ///   the text is known, or numbers are not finite; `Interrupted`.
  package func explain(
    images: [CaseImage], text: String?, record: ModelRecord? = nil,
    progress: ProgressReporter? = nil
  ) throws -> CaseExplanation {
    let pictures = try pictures(
      images, isNeeded: text == nil || !model.acceptsMissingModality)
    let report = try report(text, isNeeded: images.isEmpty || !model.acceptsMissingModality)
    if let report { try checkWords(report) }
    return try placingErrors {
      let (question, answer) = try question(pictures, report)
      var seen: [ViewExplanation] = []
      var imageScore: ModelScore?
      if let pictures {
        (seen, imageScore) = try self.views(pictures, report, question, progress: progress)
      }
      var words: TextExplanation?
      var textScore: ModelScore?
      if let report {
        progress?.advance(note: "words")
        let function = try score(.text, pictures, report, question)
        textScore = function
        words = try TextExplanation(function, report, integration: settings.integration)
      }
      var joint: JointExplanation?
      if let pictures, let report, let branch = model.image {
        progress?.advance(note: "image and words together")
        let baseline = settings.usedBaselines(for: branch)[0]
        joint = try JointExplanation(
          score(.both, pictures, report, question),
          imageBaseline: try pictures.all.flatMap {
            try baseline.pixels(for: $0.normalized, branch: branch)
          }, report.reading,
          integration: settings.integration)
      }
      guard let function = imageScore ?? textScore else {
        preconditionFailure("a model without an encoder")
      }
      var explanation = CaseExplanation(
        model: folder, labels: question.labels, logit: try logit(of: function),
        picture: seen.first?.picture, images: seen.first?.images ?? [], text: report?.text,
        words: words, joint: joint, settings: settings,
        textNotes: report?.reading.notes ?? [], threshold: threshold(question),
        answer: answer, isContrast: question.isContrast, about: about(question), record: record,
        isTrainedOn: pictures == nil ? nil : try isTrainedOn(images))
      if model.image?.views != nil { explanation.views = seen }
      return explanation
    }
  }

  /// From which probability on the page says the label that is explained; nil where the most probable class is
  /// said.
  private func threshold(_ question: Question) -> Double? {
    switch model.task {
    case .binary: model.threshold
    case .multiClass: nil
    case .multiLabel: model.threshold(of: question.labels[1])
    }
  }

  /// Whether an image is one of the model's training and validation images; nil where nothing tells.
  private func isTrainedOn(_ images: [CaseImage]) throws -> Bool? {
    guard let first = images.first else { return nil }
    var item = Case(id: first.path, source: Place(path: first.path))
    item.images = images
    return try TrainedImages.seen(by: folder, of: [item]).map { $0 > 0 }
  }

  /// The maps of one case's pictures alone, of each with the others as they are, and their shares.
  ///
  /// - Precondition: the model reads images.
  /// - Throws: as `explain`; a text without a known word is no error here.
  package func imageMaps(images: [CaseImage], text: String?) throws -> [ViewExplanation] {
    guard let pictures = try pictures(images, isNeeded: true) else {
      preconditionFailure("the model reads no images")
    }
    let report = try report(text, isNeeded: !model.acceptsMissingModality)
    return try placingErrors {
      try views(pictures, report, question(pictures, report).question, progress: nil).views
    }
  }

  /// The words of one case, and the logit as a function of them; nil where the model knows none.
  ///
  /// - Throws: as `explain`.
  func words(images: [CaseImage], text: String) throws -> SeenWords? {
    let pictures = try pictures(images, isNeeded: !model.acceptsMissingModality)
    guard let report = try report(text, isNeeded: true), report.reading.knownCount > 0
    else {
      return nil
    }
    return try placingErrors {
      let function = try score(.text, pictures, report, question(pictures, report).question)
      let explanation = try TextExplanation(
        function, report, integration: settings.integration)
      return SeenWords(explanation: explanation, score: function, reading: report.reading)
    }
  }

  /// What is known of a report alone.
  struct SeenWords {
    let explanation: TextExplanation
    let score: ModelScore
    let reading: TextReading
  }

  func maps(
    of function: ModelScore, branch: ImageBranch, picture: Picture, progress: ProgressReporter?
  ) throws -> [ImageExplanation] {
    let hasContrast = picture.shown.seen.hasContrast
    return try settings.imageMethods(for: branch).map { method in
      progress?.advance(note: method.title)
      let image = try method.attribute(function, branch: branch)
      guard image.map.values.allSatisfy(\.isFinite) else {
        throw ZooError(.notFinite, "\(image.title) gave values that are not finite")
      }
      return hasContrast ? image : image.ofBlankPicture
    }
  }

  private func logit(of function: ModelScore) throws -> Double {
    let logit = function.scores(function.input)[0]
    guard logit.isFinite else { throw ZooError(.notFinite, "the model's output is not finite") }
    return logit
  }

  /// Runs `body`; its errors without a place get the model's.
  func placingErrors<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as ZooError where error.place == nil {
      throw ZooError(error.code, error.message, at: Place(path: folder), advice: error.advice)
    }
  }
}
