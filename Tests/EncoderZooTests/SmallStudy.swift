import EncoderKit
import EncoderZoo
import Foundation

/// A study over a phantom sample that takes a second or two.
func smallStudy(_ folder: String) throws -> Study {
  try PhantomSample(count: 60, size: 64, seed: 3).write(to: "\(folder)/sample")
  var study = Study(name: "Small", data: .phantomSample(at: "\(folder)/sample"))
  study.folds = .kFold(2, validation: 0.2)
  study.images = [
    .init(
      "densenet121", name: "net", size: 32,
      options: ["growthRate": 4, "blocks": [1, 2], "initialFeatures": 8, "stemKernel": 3],
      training: .init(epochs: 1, batchSize: 8))
  ]
  study.texts = [
    .init(
      "word2vec", name: "words", options: ["dimension": 16, "epochs": 2, "filters": 8],
      training: .init(epochs: 2, batchSize: 8))
  ]
  var head = Study.FusionHead("concat", training: .init(epochs: 1), fineTuning: .init(epochs: 0))
  head["hidden"] = 0
  head["views"] = 1
  study.fusionHeads = [head]
  return study
}
