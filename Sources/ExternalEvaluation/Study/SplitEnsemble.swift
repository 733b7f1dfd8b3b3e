import Basics
import Evaluation

/// The models of all splits taken as one ensemble, on one question about external cases: the mean of their log-odds, and
/// how far they differ.
struct SplitEnsemble {
  /// Withheld where the mean is nearest the threshold.
  let byDistance: Determined<SelectiveFigures>
  /// Withheld where the models differ most.
  let byAgreement: Determined<SelectiveFigures>

  /// The ensemble of models' answers to the same cases; nil of fewer than two models.
  ///
  /// Its threshold has the mean log-odds of theirs.
  init?(_ answers: [QuestionAnswers], thresholds: [Double]) {
    guard answers.count > 1, let first = answers.first,
      answers.allSatisfy({ $0.ids == first.ids })
    else { return nil }
    let all = first.ids.indices.map { place in answers.map { $0.logits[place] } }
    let joined = QuestionAnswers(
      label: first.label, ids: first.ids, labels: first.labels,
      logits: all.map { mean($0) ?? 0 }, clusters: first.clusters)
    let threshold = sigmoid(mean(thresholds.map(SelectiveFigures.odds)) ?? 0)
    byDistance = SelectiveFigures.byDistance(joined, threshold: threshold)
    byAgreement = SelectiveFigures.byAgreement(
      joined, threshold: threshold, spread: all.map { standardDeviation($0) ?? 0 })
  }

  var json: JSONValue {
    JSONValue(
      .array([determined(byDistance) { $0.json }, determined(byAgreement) { $0.json }]))
  }
}
