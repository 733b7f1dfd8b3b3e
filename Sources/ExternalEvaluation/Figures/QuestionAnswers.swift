import Evaluation

/// What a model answered to one question about cases whose answer is known: whether a case is of a class, or has a
/// finding.
package struct QuestionAnswers: Sendable, Equatable {
  /// The positive class, the class or the finding.
  package let label: String
  package let ids: [String]
  package let labels: [Bool]
  /// Log-odds; of one of several classes z − log Σ exp of the others, so that their sigmoid is the softmax.
  package let logits: [Double]
  /// One number a case; equal ones are of one patient.
  package let clusters: [Int]
  package let probabilities: [Double]
  /// The standard deviation of the log-odds of an ensemble's members; empty for other models.
  package let spreads: [Double]

  /// Answers of equal counts.
  ///
  /// - Precondition: as many ids, labels, logits and clusters; and spreads, if any.
  package init(
    label: String, ids: [String], labels: [Bool], logits: [Double], clusters: [Int],
    spreads: [Double] = []
  ) {
    precondition(
      ids.count == labels.count && ids.count == logits.count && ids.count == clusters.count,
      "\(ids.count) ids, \(labels.count) labels, \(logits.count) logits, \(clusters.count) clusters"
    )
    self.label = label
    self.ids = ids
    self.labels = labels
    self.logits = logits
    self.clusters = clusters
    probabilities = logits.map(sigmoid)
    precondition(spreads.isEmpty || spreads.count == ids.count, "\(spreads.count) spreads")
    self.spreads = spreads
  }

  package var count: Int { labels.count }
  package var positives: Int { labels.count { $0 } }
  /// What the bootstrap draws.
  package var patients: CaseClusters { CaseClusters(clusters) }

  /// Those of some cases, by their places.
  func keeping(_ places: [Int]) -> QuestionAnswers {
    QuestionAnswers(
      label: label, ids: places.map { ids[$0] }, labels: places.map { labels[$0] },
      logits: places.map { logits[$0] }, clusters: places.map { clusters[$0] },
      spreads: spreads.isEmpty ? [] : places.map { spreads[$0] })
  }
}
