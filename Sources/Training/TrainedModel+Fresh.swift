import Basics
import EncoderKit
import Fusion
import Registry

extension TrainedModel {
  /// The same model with random weights as before training, and statistics as they are then.
  ///
  /// - Throws: `ZooError` for options that do not fit.
  package func fresh(registry: EncoderRegistry, random: RandomStream) throws -> TrainedModel {
    let tensors = Dictionary(
      uniqueKeysWithValues: classifier.store.parameters.map { ($0.key, $0.value) })
    let preparation = vocabulary.map {
      TextPreparation(
        vocabulary: $0, dimension: TrainedModel.wordDimension(in: tensors) ?? 1, vectors: nil)
    }
    return try TrainedModel(
      image: image, text: text, preparation: preparation, decoder: decoder, labels: labels,
      task: task, registry: registry, store: ParameterStore(random: random))
  }
}
