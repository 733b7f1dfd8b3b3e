import Basics
import Bundles
import EncoderKit
import Evaluation
import Fusion
import Registry
import Training

extension TrainedModel {
  /// The encoders and the head, as a manifest tells them.
  var architecture: BundleArchitecture {
    BundleArchitecture(
      image: image.map { .init(name: $0.encoder, options: $0.options, members: $0.members) },
      text: text.map { .init(name: $0.encoder, options: $0.options, members: $0.members) },
      fusion: .init(
        head: fusion?.head ?? "concat", hidden: decoder.hidden,
        acceptsMissingModality: acceptsMissingModality))
  }

  /// What becomes of images and texts, as a manifest tells it.
  var preprocessing: BundlePreprocessing {
    BundlePreprocessing(
      image: image.map { branch in
        let fitted = branch.pixels.normalization
        return .init(
          channels: branch.preprocessing.channels, size: branch.preprocessing.size,
          resize: branch.preprocessing.resize,
          fit: branch.preprocessing.fit.rawValue, mean: fitted?.mean.map(Double.init) ?? [0],
          deviation: fitted?.deviation.map(Double.init) ?? [1], bits: branch.pixels.bits,
          dicom: Dictionary(
            branch.preprocessing.dicomMembers.map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first }))
      },
      text: text.map { _ in
        if let ownTokenizer, let tokenizerFiles {
          return .init(
            tokenizer: ["files": tokenizerFiles.names.json], words: ownTokenizer.vocabulary.count)
        }
        return .init(tokenizer: tokenizer.json, words: vocabulary?.words.count ?? 0)
      })
  }

  /// The thresholds of findings where they are not 0.5 each, as a manifest tells them.
  var chosenThresholds: [Double]? {
    task == .multiLabel && thresholds.contains { $0 != 0.5 } ? thresholds : nil
  }

  /// The plugins it needs, each once.
  func plugins(_ catalogue: Catalogue) -> [BundleManifest.Plugin] {
    let names = [image?.encoder, text?.encoder].compactMap { encoder in
      catalogue.encoders.first { $0.name == encoder }?.plugin
    }
    let heads = catalogue.fusionHeads.filter { $0.name == fusion?.head }.map(\.plugin)
    return Set(names + heads).sorted().map { .init(id: $0, kit: encoderKitVersion) }
  }
}
