import Basics
import Datasets
import EncoderKit
import Foundation
import Images
import Registry
import Tensors
import Training

/// A trained model that explains what it says of single cases.
package struct Explainer {
  package let model: TrainedModel
  package let settings: ExplanationSettings
  private let kernels: any Kernels
  private let folder: String

  /// Loads a model.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package init(
    folder: String, registry: EncoderRegistry, kernels: any Kernels, settings: ExplanationSettings
  ) throws {
    self.init(
      try TrainedModel.read(from: folder, registry: registry), folder: folder, kernels: kernels,
      settings: settings)
  }

  /// A model in memory; `folder` is what errors and files call it.
  package init(
    _ model: TrainedModel, folder: String, kernels: any Kernels, settings: ExplanationSettings
  ) {
    self.model = model
    self.folder = folder
    self.kernels = kernels
    self.settings = settings
  }

  /// Explains one case; `progress` hears of what is under way.
  ///
  /// - Throws: `ZooError` when what the model reads is missing, superfluous or unreadable, no word of
  ///   the text is known, or numbers are not finite; `Interrupted`.
  package func explain(
    image path: String?, text: String?, progress: ProgressReporter? = nil
  ) throws -> CaseExplanation {
    guard !model.isMultiLabel else {
      throw ZooError(
        .unsupported,
        "the model answers \(model.labels.count) findings; one yes-or-no is explained",
        at: Place(path: folder), advice: "train a model of two classes from it, and explain that")
    }
    let picture = try picture(path)
    let report = try report(text)
    func score(_ varied: ModelScore.Varied) throws -> ModelScore {
      try ModelScore(
        model, image: picture?.normalized, words: report?.indices, varying: varied,
        kernels: kernels)
    }
    do {
      progress?.begin("explaining")
      defer { progress?.end() }
      var images: [ImageExplanation] = []
      var imageScore: ModelScore?
      if let branch = model.image {
        let function = try score(.image)
        imageScore = function
        for method in settings.imageMethods(for: branch) {
          progress?.advance(note: method.title)
          images.append(try method.attribute(function, branch: branch))
          if let bad = images.last, !bad.map.values.allSatisfy(\.isFinite) {
            throw ZooError(.notFinite, "\(bad.title) gave values that are not finite")
          }
        }
      }
      var words: TextExplanation?
      var textScore: ModelScore?
      if let report {
        progress?.advance(note: "words")
        let function = try score(.text)
        textScore = function
        words = try TextExplanation(
          function, text: report.text, tokens: report.tokens, indices: report.indices,
          integration: settings.integration)
      }
      var joint: JointExplanation?
      if let picture, report != nil, let branch = model.image {
        progress?.advance(note: "image and words together")
        joint = try JointExplanation(
          score(.both),
          imageBaseline: settings.usedBaselines(for: branch)[0]
            .pixels(for: picture.normalized, branch: branch),
          integration: settings.integration)
      }
      guard let function = imageScore ?? textScore else {
        preconditionFailure("a model without an encoder")
      }
      let logit = function.scores(function.input)[0]
      guard logit.isFinite else {
        throw ZooError(.notFinite, "the model's output is not finite")
      }
      return CaseExplanation(
        model: folder, labels: model.labels, logit: logit,
        picture: picture.map {
          .init(
            path: $0.path, original: $0.original, seen: $0.seen, geometry: $0.geometry)
        },
        images: images, text: report?.text, words: words, joint: joint, settings: settings,
        threshold: model.threshold)
    } catch let error as ZooError where error.place == nil {
      throw ZooError(error.code, error.message, at: Place(path: folder), advice: error.advice)
    }
  }

  private struct Picture {
    let path: String
    let original: PixelImage
    let seen: PixelImage
    let normalized: [Float]
    let geometry: ImageGeometry
  }

  private func picture(_ path: String?) throws -> Picture? {
    guard let branch = model.image else {
      if path != nil { throw model.superfluous("images", "--image", at: folder) }
      return nil
    }
    guard let path else { throw model.missing("an image", "--image FILE", at: folder) }
    let original = try PixelImage.load(path: path, channels: branch.channels)
    let seen = branch.fitted(original)
    return Picture(
      path: path, original: original, seen: seen, normalized: branch.normalized(seen.floats()),
      geometry: ImageGeometry(
        width: original.width, height: original.height, size: branch.size,
        resize: branch.resize, fit: branch.fit))
  }

  private struct Report {
    let text: String
    let tokens: [Token]
    let indices: [Int32]
  }

  private func report(_ text: String?) throws -> Report? {
    guard model.text != nil, let vocabulary = model.vocabulary else {
      if text != nil { throw model.superfluous("texts", "--text", at: folder) }
      return nil
    }
    guard let text else { throw model.missing("a text", "--text STRING|FILE", at: folder) }
    let tokens = model.tokenizer.tokens(text)
    let indices = tokens.map { vocabulary.index(of: $0.text) }
    guard indices.contains(where: { $0 > 1 }) else {
      let found = tokens.isEmpty ? "the text holds no word" : "the model knows no word of the text"
      throw ZooError(
        .badValue, "\(found); there is nothing to explain", at: Place(key: "--text"),
        advice: "give a report in the language the model was trained on")
    }
    return Report(text: text, tokens: tokens, indices: indices)
  }
}
