import Basics
import EncoderKit
import Fusion
import Registry

extension TrainedModel {
  /// One model of several that were trained apart: their encoders side by side, its logit the mean of
  /// theirs.
  ///
  /// - Precondition: at least one model; they are alike but for their weights.
  /// - Throws: `ZooError` for options that do not fit.
  package init(
    joining models: [TrainedModel], image: ImageBranch?, text: TextBranch?,
    registry: EncoderRegistry
  ) throws {
    let first = models[0]
    var saved: [String: Tensor] = [:]
    for (index, model) in models.enumerated() {
      for parameter in model.classifier.store.parameters {
        let parts = parameter.key.split(separator: ".", maxSplits: 1)
        saved["\(parts[0]).member\(index + 1).\(parts[1])"] = parameter.value
      }
    }
    var decoder = first.decoder
    decoder.hidden *= models.count
    try self.init(
      image: image, text: text, preparation: first.preparation, decoder: decoder,
      labels: first.labels,
      task: first.task, registry: registry,
      store: ParameterStore(random: RandomStream(seed: 0), given: saved))
    // All but the decoder was given, and the decoder is set as a whole.
    classifier.store.startDecoder(
      asSumOf: models.map(\.classifier.store), factor: 1 / Float(models.count))
    tokenizer = first.tokenizer
    memberBiases = models.map {
      $0.classifier.store.parameter("head.output.bias")?.value.values ?? []
    }
  }

  /// The length of the word vectors among tensors, by the key of the embedding.
  package static func wordDimension(in tensors: [String: Tensor]) -> Int? {
    let key = tensors.keys.filter { $0.hasPrefix("text.") && $0.hasSuffix("embedding.weight") }
      .min()
    return key.flatMap { tensors[$0]?.channels }
  }
}
