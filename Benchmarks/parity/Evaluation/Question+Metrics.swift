import Basics
import Evaluation

extension Question {
  mutating func multiclass() throws -> JSONValue {
    let evaluation = try MulticlassEvaluation(
      labels: integers("labels"), probabilities: numbers("probabilities"),
      classCount: integer("classes"))
    var members: [(key: String, value: JSONValue)] = MulticlassMetric.allCases.map {
      ($0.rawValue, JSONValue(evaluation[$0]))
    }
    members.append(("confusion", JSONValue(evaluation.counts.counts)))
    return JSONValue(.object(members))
  }

  mutating func multilabel() throws -> JSONValue {
    let evaluation = try MultilabelEvaluation(
      answers: booleans("answers"), mask: booleans("mask"),
      probabilities: numbers("probabilities"), thresholds: numbers("thresholds"),
      labelCount: integer("labels"))
    var members: [(key: String, value: JSONValue)] = MultilabelMetric.allCases.map {
      ($0.rawValue, JSONValue(evaluation[$0]))
    }
    let labels = evaluation.labels
    members.append(("aurocs", JSONValue(.array(labels.map { JSONValue($0.auroc) }))))
    members.append(("precisions", JSONValue(.array(labels.map { JSONValue($0.averagePrecision) }))))
    members.append(("prevalences", JSONValue(.array(labels.map { JSONValue($0.prevalence) }))))
    members.append(("f1s", JSONValue(.array(labels.map { JSONValue($0.f1) }))))
    return JSONValue(.object(members))
  }

  mutating func threshold() throws -> JSONValue {
    let (labels, probabilities) = (try booleans("labels"), try numbers("probabilities"))
    return [
      "f1": JSONValue(ThresholdRule.f1.threshold(labels: labels, probabilities: probabilities)),
      "youden": JSONValue(
        ThresholdRule.youden.threshold(labels: labels, probabilities: probabilities)),
    ]
  }

  mutating func decision() throws -> JSONValue {
    let curve = DecisionCurve.of(
      labels: try booleans("labels"), probabilities: try numbers("probabilities"),
      thresholds: try numbers("thresholds")
    ).value
    return [
      "model": JSONValue(curve?.points.map(\.model) ?? []),
      "all": JSONValue(curve?.points.map(\.all) ?? []),
    ]
  }

  mutating func risk() throws -> JSONValue {
    let curve = RiskCoverage.of(
      losses: try numbers("losses"), confidences: try numbers("confidences")
    ).value
    return ["area": JSONValue(curve?.area), "risks": JSONValue(curve?.risks ?? [])]
  }

  mutating func pair() throws -> JSONValue {
    let labels = try booleans("labels")
    let (first, second) = (try numbers("first"), try numbers("second"))
    let deLong = DeLongTest(labels: labels, first: first, second: second)
    let right = [first, second].map { zip(labels, $0).map { $0 == ($1 >= 0.5) } }
    let mcNemar = McNemarTest(firstIsRight: right[0], secondIsRight: right[1])
    return [
      "first": JSONValue(deLong?.firstAUROC), "second": JSONValue(deLong?.secondAUROC),
      "error": JSONValue(deLong?.standardError), "p": JSONValue(deLong?.p),
      "z": JSONValue(deLong?.z), "interval": JSONValue(deLong?.interval),
      "mcnemar": JSONValue(mcNemar.p), "statistic": JSONValue(mcNemar.statistic),
      "discordant": JSONValue([mcNemar.onlyFirst, mcNemar.onlySecond]),
    ]
  }
}
