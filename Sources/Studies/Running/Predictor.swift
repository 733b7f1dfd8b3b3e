import Basics
import Datasets
import EncoderKit
import Evaluation
import Foundation
import Images
import Registry
import Training

/// A trained model that answers for single cases.
package struct Predictor {
  private let model: TrainedModel
  private let progress: ProgressReporter?
  private let kernels: any Kernels
  private let folder: String

  /// Loads a model; `bits` are those of pictures of 16-bit samples, in place of the model's, and
  /// `progress` notes what a person should hear of a picture.
  ///
  /// - Throws: `ZooError` that names the file and what is wrong with it.
  package init(
    folder: String, registry: EncoderRegistry, kernels: any Kernels, bits: Int? = nil,
    progress: ProgressReporter? = nil
  ) throws {
    self.init(
      try TrainedModel.read(from: folder, registry: registry, bits: bits), folder: folder,
      kernels: kernels, progress: progress)
  }

  /// A model in memory; `folder` is what errors call it.
  package init(
    _ model: TrainedModel, folder: String, kernels: any Kernels, progress: ProgressReporter? = nil
  ) {
    self.model = model
    self.progress = progress
    self.kernels = kernels
    self.folder = folder
  }

  /// The prediction for one case of one picture.
  ///
  /// - Throws: as for several.
  package func predict(image path: String?, text: String?) throws -> CasePrediction {
    try predict(images: path.map { [CaseImage(path: $0)] } ?? [], text: text)
  }

  /// The prediction for one case.
  ///
  /// A model that has missing-modality embeddings needs one of its two sides only.
  ///
  /// - Throws: `ZooError` when what the model reads is missing or unreadable.
  package func predict(images: [CaseImage], text: String?) throws -> CasePrediction {
    var batch = RawBatch(indices: [0])
    let mayLack = model.acceptsMissingModality && (!images.isEmpty || text != nil)
    if let branch = model.image {
      if !images.isEmpty {
        try fill(&batch, branch, try branch.placed(images, at: folder))
      } else {
        guard mayLack else { throw model.missing("an image", "--image FILE", at: folder) }
        batch.imageRows = [nil]
      }
    }
    let pictures = images.compactMap { image in
      model.image.flatMap { CroppedPictures.note(on: image.path, $0) }
    }
    let reading = text.flatMap { model.reading($0) }
    if model.text != nil {
      if let reading {
        batch.texts = [reading.indices]
      } else {
        guard mayLack else { throw model.missingText(at: folder) }
        batch.textRows = [nil]
      }
    }
    if model.image == nil, !images.isEmpty {
      throw model.superfluous("images", "--image", at: folder)
    }
    if model.text == nil, text != nil { throw model.superfluousText(at: folder) }
    var forward = Forward(.evaluation, random: RandomStream(seed: 0), tape: nil, kernels: kernels)
    let logits = model.logits(batch, &forward).values.map(Double.init)
    guard logits.allSatisfy(\.isFinite) else {
      throw ZooError(.notFinite, "the model's output is not finite", at: Place(path: folder))
    }
    return CasePrediction(
      model, logits: logits,
      notes: pictures + (reading?.notes ?? []))
  }

  /// Reads the pictures of the case.
  private func fill(_ batch: inout RawBatch, _ branch: ImageBranch, _ images: [CaseImage]) throws {
    var pixels: [Float] = []
    for image in images {
      let picture = try branch.read(image.path)
      for note in picture.notes(image.path) { progress?.note(note) }
      pixels += branch.pixels.normalized(picture.seen.floats())
    }
    batch.images = pixels
    batch.presentImages = images.count
    guard let views = branch.views else { return }
    batch.pictures = [views.slots?.picked(from: images) ?? images.indices.map { $0 }]
  }
}
