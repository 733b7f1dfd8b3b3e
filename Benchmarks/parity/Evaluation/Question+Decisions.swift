import Basics
import Evaluation

extension Question {
  mutating func decisions() throws -> JSONValue {
    let (labels, logits) = (try booleans("labels"), try numbers("logits"))
    let threshold = try number("threshold")
    let counts = ConfusionCounts(
      labels: labels, probabilities: logits.map(sigmoid), threshold: threshold)
    let ranked = RankedScores(labels: labels, scores: logits)
    let all = Array(labels.indices)
    return [
      "counts": JSONValue([
        counts.truePositives, counts.falsePositives, counts.trueNegatives, counts.falseNegatives,
      ]),
      "sensitivity": JSONValue(counts.sensitivity), "specificity": JSONValue(counts.specificity),
      "positivePredictiveValue": JSONValue(counts.precision),
      "negativePredictiveValue": JSONValue(counts.negativePredictiveValue),
      "accuracy": JSONValue(counts.accuracy),
      "balancedAccuracy": JSONValue(counts.balancedAccuracy), "f1": JSONValue(counts.f1),
      "auroc": JSONValue(ranked.auroc(of: all)),
      "averagePrecision": JSONValue(ranked.averagePrecision(of: all)),
      "logLoss": JSONValue(
        mean(zip(labels, logits).map { LogLoss.of(logit: $1, isPositive: $0) })),
      "interval": JSONValue(
        counts.proportion(.sensitivity).map { exactProportionInterval($0.successes, of: $0.count) }
      ),
    ]
  }

  mutating func groups() throws -> JSONValue {
    let (labels, logits) = (try booleans("labels"), try numbers("logits"))
    let numbers = try integers("groups")
    let analysis = SubgroupAnalysis(
      labels: labels, logits: logits, names: numbers.map { $0 < 0 ? nil : "\($0)" },
      threshold: try number("threshold"), clusters: Array(labels.indices), resamples: 20,
      stream: RandomStream(seed: 1))
    let gaps = SubgroupMetric.allCases.map { analysis.gaps[$0]?.value?.gap }
    return [
      "names": JSONValue(.array(analysis.groups.map { $0.name.json })),
      "counts": JSONValue(analysis.groups.map(\.count)),
      "prevalence": JSONValue(analysis.groups.map(\.prevalence)),
      "auroc": JSONValue(.array(analysis.groups.map { JSONValue($0.auroc) })),
      "tpr": JSONValue(.array(analysis.groups.map { JSONValue($0.truePositiveRate) })),
      "fpr": JSONValue(.array(analysis.groups.map { JSONValue($0.falsePositiveRate) })),
      "difference": JSONValue(analysis.groups.map(\.meanDifference)),
      "gaps": JSONValue(.array(gaps.map { JSONValue($0) })),
      "v": JSONValue(CramersV.value(numbers.map { "\($0)" }, labels.map { "\($0)" })),
    ]
  }

  mutating func holm() throws -> JSONValue {
    ["p": JSONValue(.array(holmAdjusted(try numbers("p")).map { JSONValue($0) }))]
  }
}
