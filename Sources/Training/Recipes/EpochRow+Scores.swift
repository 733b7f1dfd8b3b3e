import Evaluation

extension EpochRow {
  /// The rows of a training: the log loss, and the accuracy or, over several questions, the mean area.
  package static func rows(
    of scores: [Trainer.EpochScore], _ kind: ClassificationTask.Kind, combination: String,
    split: String
  ) -> [EpochRow] {
    scores.flatMap { score in
      let first: (String, Double?) =
        kind == .multiLabel ? ("area", score.meanArea) : ("accuracy", score.accuracy)
      return [first, ("log-loss", score.logLoss)].compactMap { metric, value in
        value.map {
          EpochRow(
            combination: combination, split: split, epoch: score.epoch, part: score.part,
            metric: metric, value: $0)
        }
      }
    }
  }
}
