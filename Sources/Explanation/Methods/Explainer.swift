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
  /// The class that speaks against and the one that is explained.
  package let labels: [String]
  let kernels: any Kernels
  let folder: String
  /// What of the logits is explained.
  let target: ScoreTarget

  /// Loads a model; of one of many findings or classes, `finding` is what is explained, as such or in contrast
  /// to `other`.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it, or the findings there are.
  package init(
    folder: String, finding: String? = nil, against other: String? = nil, registry: EncoderRegistry,
    kernels: any Kernels,
    settings: ExplanationSettings
  ) throws {
    try self.init(
      try TrainedModel.read(from: folder, registry: registry, bits: settings.bits), folder: folder,
      finding: finding, against: other, kernels: kernels, settings: settings)
  }

  /// A model in memory; `folder` is what errors and files call it.
  ///
  /// - Throws: `ZooError` of code `.usage` where `finding` or `other` is missing, unknown or superfluous.
  package init(
    _ model: TrainedModel, folder: String, finding: String? = nil, against other: String? = nil,
    kernels: any Kernels,
    settings: ExplanationSettings
  ) throws {
    self.model = model
    self.folder = folder
    self.kernels = settings.usesDoublePrecision ? DoublePrecisionKernels(kernels) : kernels
    self.settings = settings
    (labels, target) = try Explainer.target(model, finding, against: other, at: folder)
  }

  /// What is explained of a model, and what speaks against it.
  private static func target(
    _ model: TrainedModel, _ finding: String?, against other: String?, at folder: String
  ) throws -> (labels: [String], target: ScoreTarget) {
    guard model.task != .binary else {
      guard finding == nil, other == nil else {
        throw ZooError(
          .usage, "the model answers one question, \(model.labels[0]) or \(model.labels[1])",
          at: Place(path: folder), advice: "leave out \(finding == nil ? "--against" : "--finding")"
        )
      }
      return (model.labels, .logit(0))
    }
    let kind = model.task == .multiClass ? "classes" : "findings"
    guard let finding else {
      throw ZooError(
        .usage, "the model answers \(model.labels.count) \(kind); one is explained",
        at: Place(path: folder),
        advice: "add --finding, one of: \(model.labels.joined(separator: ", "))")
    }
    func index(_ name: String) throws -> Int {
      guard let index = model.labels.firstIndex(of: name) else {
        throw ZooError(
          .usage, "unknown finding \"\(name)\"; " + suggestion(for: name, among: model.labels),
          at: Place(path: folder))
      }
      return index
    }
    let own = try index(finding)
    guard let other else {
      return model.task == .multiClass
        ? (["another class than \(finding)", finding], .oddsAgainstRest(own))
        : (["no \(finding)", finding], .logit(own))
    }
    guard other != finding else {
      throw ZooError(
        .usage, "\"\(finding)\" in contrast to itself", at: Place(path: folder),
        advice: "name another by --against")
    }
    return ([other, finding], .contrast(own, against: try index(other)))
  }

  /// What is known of the model beside its weights.
  ///
  /// - Throws: `Interrupted`.
  package func record() throws -> ModelRecord {
    try ModelRecord(of: model, folder: folder, finding: model.task == .binary ? nil : labels[1])
  }

  /// Explains one case; `progress` hears of what is under way, and `record` stands on its page.
  ///
  /// - Throws: `ZooError` when what the model reads is missing, superfluous or unreadable, no word of
  ///   the text is known, or numbers are not finite; `Interrupted`.
  package func explain(
    image path: String?, text: String?, record: ModelRecord? = nil,
    progress: ProgressReporter? = nil
  ) throws -> CaseExplanation {
    let picture = try picture(path, isNeeded: text == nil || !model.acceptsMissingModality)
    let report = try report(text, isNeeded: path == nil || !model.acceptsMissingModality)
    if let report { try checkWords(report) }
    return try placingErrors {
      var images: [ImageExplanation] = []
      var imageScore: ModelScore?
      if let branch = model.image, let picture {
        let function = try score(.image, picture, report)
        imageScore = function
        images = try maps(of: function, branch: branch, picture: picture, progress: progress)
      }
      var words: TextExplanation?
      var textScore: ModelScore?
      if let report {
        progress?.advance(note: "words")
        let function = try score(.text, picture, report)
        textScore = function
        words = try TextExplanation(
          function, text: report.text, tokens: report.tokens, indices: report.indices,
          integration: settings.integration)
      }
      var joint: JointExplanation?
      if let picture, report != nil, let branch = model.image {
        progress?.advance(note: "image and words together")
        joint = try JointExplanation(
          score(.both, picture, report),
          imageBaseline: settings.usedBaselines(for: branch)[0]
            .pixels(for: picture.normalized, branch: branch),
          integration: settings.integration)
      }
      guard let function = imageScore ?? textScore else {
        preconditionFailure("a model without an encoder")
      }
      return CaseExplanation(
        model: folder, labels: labels, logit: try logit(of: function), picture: picture?.shown,
        images: images, text: report?.text, words: words, joint: joint, settings: settings,
        textNotes: report?.reading.notes ?? [], threshold: threshold, about: about, record: record,
        isTrainedOn: picture == nil ? nil : try isTrainedOn(path))
    }
  }

  /// From which probability on the page says the positive label.
  private var threshold: Double {
    if case .logit(let index) = target, model.task == .multiLabel { return model.thresholds[index] }
    return model.threshold
  }

  /// What the number that is explained is, in a sentence, where it is not the model's only one.
  private var about: String? {
    switch target {
    case .logit: nil
    case .oddsAgainstRest:
      "Explained is the log-odds of “\(labels[1])” against all other classes; its sigmoid is the"
        + " probability of the class."
    case .contrast:
      "Explained is the difference of two logits: why “\(labels[1])” rather than “\(labels[0])”."
        + (model.task == .multiClass
          ? " The probability is that among these two classes alone."
          : " Its sigmoid is no probability of a finding.")
    }
  }

  /// Whether an image is one of the model's training and validation images; nil where nothing tells.
  private func isTrainedOn(_ path: String?) throws -> Bool? {
    guard let path else { return nil }
    let item = Case(id: path, imagePath: path, source: Place(path: path))
    return try TrainedImages.seen(by: folder, of: [item]).map { $0 > 0 }
  }

  /// The maps of one case's image alone, as `settings` ask for them, and the logit.
  ///
  /// - Precondition: the model reads images.
  /// - Throws: as `explain`; a text without a known word is no error here.
  package func imageMaps(image path: String?, text: String?) throws -> ImageMaps {
    guard let branch = model.image, let picture = try picture(path, isNeeded: true) else {
      preconditionFailure("the model reads no images")
    }
    let report = try report(text, isNeeded: !model.acceptsMissingModality)
    return try placingErrors {
      let function = try score(.image, picture, report)
      return ImageMaps(
        picture: picture.shown,
        images: try maps(of: function, branch: branch, picture: picture, progress: nil),
        logit: try logit(of: function))
    }
  }

  /// What is known of an image alone.
  package struct ImageMaps: Sendable {
    package let picture: CaseExplanation.Picture
    /// One for every method and baseline.
    package let images: [ImageExplanation]
    package let logit: Double
  }

  /// The words of one case, and the logit as a function of them; nil where the model knows none.
  ///
  /// - Throws: as `explain`.
  func words(image path: String?, text: String) throws -> SeenWords? {
    let picture = try picture(path, isNeeded: !model.acceptsMissingModality)
    guard let report = try report(text, isNeeded: true), report.reading.knownCount > 0
    else {
      return nil
    }
    return try placingErrors {
      let function = try score(.text, picture, report)
      let explanation = try TextExplanation(
        function, text: report.text, tokens: report.tokens, indices: report.indices,
        integration: settings.integration)
      return SeenWords(
        explanation: explanation, score: function,
        indices: Array(report.indices.prefix(function.wordCount)))
    }
  }

  /// What is known of a report alone.
  struct SeenWords {
    let explanation: TextExplanation
    let score: ModelScore
    /// The indices of the words that the model reads.
    let indices: [Int32]
  }

  private func maps(
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
