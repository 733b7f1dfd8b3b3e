import Basics
import EncoderKit
import Fusion
import Registry

extension TrainedModel {
  /// The same model with random weights as before training, and statistics as they are then.
  ///
  /// - Throws: `ZooError` for options that do not fit.
  package func fresh(registry: EncoderRegistry, random: RandomStream) throws -> TrainedModel {
    try TrainedModel(
      image: image, text: text, preparation: preparation, decoder: decoder, labels: labels,
      task: task, registry: registry, store: ParameterStore(random: random))
  }
}
