import EncoderKit
import Evaluation
import Fusion

/// What a recipe made: a model, or a rule that is no network, and its answers.
package struct Fit {
  /// Nil for a rule that is no network.
  package let model: TrainedModel?
  package let parameterCount: Int
  /// The scores after every epoch.
  package let scores: [Trainer.EpochScore]
  private let answer: ([Int], BatchSource.Hidden?) throws -> Answers

  init(
    model: TrainedModel?, parameterCount: Int, scores: [Trainer.EpochScore] = [],
    answer: @escaping ([Int], BatchSource.Hidden?) throws -> Answers
  ) {
    self.model = model
    self.parameterCount = parameterCount
    self.scores = scores
    self.answer = answer
  }

  /// A network's, as its trainer evaluates it.
  init(_ model: TrainedModel, _ trainer: Trainer, _ scores: [Trainer.EpochScore]) {
    self.init(
      model: model, parameterCount: model.classifier.store.parameterCount, scores: scores
    ) { .logits(try trainer.evaluate($0, hiding: $1)) }
  }

  /// The answers to cases, as they are or as if they lacked a side, or views.
  ///
  /// - Throws: `ZooError` for an answer that is not finite or an image that has changed;
  ///   `Interrupted`.
  package func answers(_ indices: [Int], hiding hidden: BatchSource.Hidden? = nil) throws -> Answers
  {
    try answer(indices, hidden)
  }
}
