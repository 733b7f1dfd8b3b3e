import Basics
import Evaluation

/// `results.json`: what a comparison came to, for programs; docs/results.schema.json describes it.
struct ResultsDocument {
  let data: ReportData
  let seed: UInt64

  /// The document.
  var json: JSONValue {
    let order = RowOrder(
      combinations: data.combinations.map(\.name) + data.baselines.map(\.name),
      splits: data.splits)
    let summaries = ResultSummary.summaries(of: data.results, order: order)
    let rows = Dictionary(grouping: SeedAverage.rows(data.results)) { $0.combination }
    let combinations = data.combinations.map { one -> JSONValue in
      [
        "name": one.name.json, "imageEncoder": one.imageEncoder.json, "weights": one.weights.json,
        "textEncoder": one.textEncoder.json, "fusionHead": one.fusionHead.json,
        "parameters": one.parameterCount.json, "multiplyAdds": one.multiplyAdds.json,
        "seconds": one.seconds.json, "isBaseline": false,
        "scores": scores(one.name, summaries, rows[one.name] ?? []),
      ]
    }
    let baselines = data.baselines.map { one -> JSONValue in
      [
        "name": one.name.json, "isBaseline": true,
        "scores": scores(one.name, summaries, rows[one.name] ?? []),
      ]
    }
    let comparisons = data.comparisons
    return [
      "schema": 1, "study": data.title.json, "program": programVersion.json, "seed": "\(seed)".json,
      "task": data.task.rawValue.json, "labels": data.labels.json, "splits": data.splits.json,
      "seeds": data.seeds.json,
      "metric": comparisons.metric.rawValue.json,
      "higherIsBetter": comparisons.metric.higherIsBetter.json,
      "testToTrainingRatio": comparisons.testToTrainingRatio.json,
      "combinations": (combinations + baselines).json,
      "comparisons": (comparisons.pairs + comparisons.againstReferences).map(pair).json,
      "warnings": data.warnings.json, "notes": data.notes.json,
    ]
  }

  /// A score of each subset and metric.
  private func scores(_ name: String, _ summaries: [ResultSummary], _ rows: [ResultRow])
    -> JSONValue
  {
    summaries.filter { $0.combination == name }.map { summary -> JSONValue in
      let own = rows.filter { $0.subset == summary.subset && $0.metric == summary.metric }
      return [
        "subset": summary.subset.rawValue.json, "metric": summary.metric.rawValue.json,
        "mean": summary.mean.json, "standardDeviation": summary.standardDeviation.json,
        "values": JSONValue(.object(own.map { ($0.split, $0.value.json) })),
      ]
    }.json
  }

  private func pair(_ pair: PairComparison) -> JSONValue {
    [
      "first": pair.first.json, "second": pair.second.json,
      "difference": pair.test.meanDifference.json,
      "interval": [pair.interval.lower.json, pair.interval.upper.json],
      "standardError": pair.test.standardError.json, "t": pair.test.t.json, "p": pair.test.p.json,
      "holmP": pair.holmP.json, "better": pair.better.json,
      "bayesian": [
        "region": pair.bayesian.region.json, "firstGreater": pair.bayesian.firstGreater.json,
        "equivalent": pair.bayesian.equivalent.json,
        "secondGreater": pair.bayesian.secondGreater.json,
      ],
    ]
  }
}
