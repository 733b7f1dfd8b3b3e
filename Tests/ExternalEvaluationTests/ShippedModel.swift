import Basics
import Datasets
import EncoderKit
import Registry
import Studies
import TestSupport
import Training

@testable import ExternalEvaluation

/// The small models that come with the program.
enum ShippedModel {
  static func registry() throws -> EncoderRegistry {
    EncoderRegistry(try Catalogue(path: packageFile("registry.json")))
  }

  /// One of the bundles in `weights/`.
  static func predictor(_ name: String) throws -> BatchPredictor {
    let folder = packageFile("weights/\(name)")
    return BatchPredictor(
      try TrainedModel.read(from: folder, registry: registry()), folder: folder,
      kernels: ReferenceKernels())
  }

  static let words = [
    "The heart is normal in size.", "Large pleural effusion.", "Lungs are clear.",
    "Opacity in the left lung.", "No effusion or pneumothorax.",
  ]

  /// A table of as many reports, each with a number in it.
  static func table(_ count: Int, to path: String) throws {
    var writer = CSVWriter(columns: ["id", "text", "label"])
    for index in 0..<count {
      writer.append([
        "c\(index)", words[index % words.count], index % 2 == 0 ? "normal" : "abnormal",
      ])
    }
    try writer.write(to: path)
  }
}
