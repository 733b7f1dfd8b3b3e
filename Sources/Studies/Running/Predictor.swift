import Basics
import Datasets
import EncoderKit
import Evaluation
import Images
import Registry
import Training

/// A trained model that answers for single cases.
package struct Predictor {
  private let model: TrainedModel
  private let kernels: any Kernels
  private let folder: String

  /// What a model says of a case.
  package struct Prediction: Sendable, Equatable {
    package let label: String
    package let positive: String
    package let logit: Double
    package let probability: Double

    package var json: JSONValue {
      [
        "label": JSONValue(.string(label)), "positive": JSONValue(.string(positive)),
        "probability": JSONValue(.number(probability)), "logit": JSONValue(.number(logit)),
      ]
    }
  }

  /// Loads a model.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package init(folder: String, registry: EncoderRegistry, kernels: any Kernels) throws {
    model = try TrainedModel.read(from: folder, registry: registry)
    self.kernels = kernels
    self.folder = folder
  }

  /// The prediction for one case.
  ///
  /// - Throws: `ZooError` when what the model reads is missing or unreadable.
  package func predict(image path: String?, text: String?) throws -> Prediction {
    var batch = RawBatch(indices: [0])
    if let branch = model.image {
      guard let path else { throw missing("an image", "--image FILE") }
      let pixels = try branch.prepared(path)
      batch.images = branch.normalized(pixels.floats())
    }
    if model.text != nil, let vocabulary = model.vocabulary {
      guard let text else { throw missing("a text", "--text STRING") }
      batch.texts = [vocabulary.indices(of: model.tokenizer.words(text))]
    }
    if model.image == nil, path != nil { throw superfluous("images", "--image") }
    if model.text == nil, text != nil { throw superfluous("texts", "--text") }
    var forward = Forward(.evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
    let logit = Double(model.logits(batch, &forward).values[0])
    guard logit.isFinite else {
      throw ZooError(.notFinite, "the model's output is not finite", at: Place(path: folder))
    }
    return Prediction(
      label: model.labels[logit > 0 ? 1 : 0], positive: model.labels[1], logit: logit,
      probability: sigmoid(logit))
  }

  private func missing(_ what: String, _ option: String) -> ZooError {
    ZooError(
      .usage, "the model reads \(what); none was given", at: Place(path: folder),
      advice: "add \(option)")
  }

  private func superfluous(_ what: String, _ option: String) -> ZooError {
    ZooError(
      .usage, "the model reads no \(what)", at: Place(path: folder), advice: "leave out \(option)")
  }
}
