import Evaluation

extension EpochRow {
  /// The rows of a training: the log loss, and the accuracy or, of many labels, the mean AUROC.
  package static func rows(
    of scores: [Trainer.EpochScore], _ kind: TaskKind, combination: String,
    split: String
  ) -> [EpochRow] {
    scores.flatMap { score in
      let first: (ScoreMetric, Double?) =
        kind == .multiLabel ? (.macroAUROC, score.meanAUROC) : (.accuracy, score.accuracy)
      return [first, (.logLoss, score.logLoss)].compactMap { metric, value in
        value.map {
          EpochRow(
            combination: combination, split: split, epoch: score.epoch,
            subset: ResultSubset(score.subset), metric: .score(metric), value: $0)
        }
      }
    }
  }
}
