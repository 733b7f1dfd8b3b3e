import Basics
import Datasets
import Evaluation
import Training

extension EvaluationResults {
  /// `evaluation.json`, schema 1; docs/evaluate.md tells its keys.
  package var json: JSONValue {
    [
      "schema": 1, "zoo": programVersion.json, "seed": Int(clamping: settings.seed).json,
      "resamples": settings.resamples.json, "level": 0.95, "thresholdRule": settings.rule.name.json,
      "conformalMiss": settings.miss.json, "bins": settings.bins.json,
      "models": models.map(\.json).json, "data": zip(data, overlaps).map { $0.json($1) }.json,
      "results": results.map(\.json).json, "comparisons": pairs.map(\.json).json,
      "warnings": warnings.json, "notes": (notes + overlaps.flatMap(\.notes)).json,
    ]
  }
}

extension EvaluatedModel {
  fileprivate var json: JSONValue {
    [
      "name": name.json, "folder": folder.json, "task": model.task.rawValue.json,
      "labels": model.labels.json, "threshold": thresholdSentence.json,
      "members": model.memberCount.json, "learntFromValidation": headFittedOnValidation.json,
      "calibration": model.calibration?.json ?? nil,
      "validationCases": (validation.values.map(\.count).max() ?? 0).json,
      "testCases": (test.values.map(\.count).max() ?? 0).json,
    ]
  }
}

extension ExternalData {
  fileprivate func json(_ overlap: EvaluationResults.Overlap) -> JSONValue {
    [
      "name": name.json, "path": path.json, "description": description.json,
      "cases": cases.count.json, "patients": patientCount.json, "leftOut": leftOut.count.json,
      "synthetic": isSynthetic.json, "groups": groups.map(\.attribute).json,
      "warnings": overlap.warnings.json, "notes": (notes + overlap.notes).json,
    ]
  }
}

extension ModelOnData {
  fileprivate var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("data", data.json), ("model", model.json), ("leftOut", leftOut.count.json),
      ("questions", questions.map(\.json).json),
    ]
    if let macro {
      members.append(
        (
          "macro",
          object(
            macro.means.map {
              (
                $0.metric.rawValue,
                estimate($0.value, $0.interval, [("questions", $0.defined.json)])
              )
            })
        ))
    }
    members.append(("warnings", warnings.json))
    return JSONValue(.object(members))
  }
}

extension QuestionFigures {
  /// All figures of one question.
  package var json: JSONValue {
    [
      "label": label.json, "cases": count.json, "positives": positives.json,
      "patients": patients.json, "unknown": unknown.json, "prevalence": number(prevalence),
      "metrics": object(
        EvaluationMetric.ofProbabilities.compactMap { metric in
          estimates[metric].map { (metric.rawValue, $0.json) }
        }),
      "aurocBelowHalf": isReversed.json,
      "atFixedThreshold": fixed.json, "atThresholdSetAnew": determined(anew) { $0.json },
      "internal": determined(inside) { $0.json },
      "drop": object(
        EvaluationMetric.ofDrops.compactMap { metric in
          drops[metric].map { (metric.rawValue, bootstrap($0)) }
        }),
      "calibration": object(calibration.map { ($0.kind.rawValue, $0.json) }),
      "decisionCurve": determined(decisionCurve) { curve in
        JSONValue(
          .array(
            curve.points.map {
              [
                "threshold": $0.threshold.json, "model": $0.model.json, "all": $0.all.json,
              ]
            }))
      },
      "conformal": determined(conformal) { JSONValue(.array($0.map(\.json))) },
      "selective": determined(selective) { $0.json },
      "selectiveByMembers": selectiveByMembers.map { determined($0) { $0.json } } ?? nil,
      "groups": object(groups.map { ($0.attribute, $0.analysis.json) }),
      "histogram": [
        "bins": ProbabilityHistogram.binCount.json, "positives": histogram.positives.json,
        "negatives": histogram.negatives.json,
      ],
    ]
  }
}

extension QuestionFigures.Inside {
  fileprivate var json: JSONValue {
    [
      "cases": count.json, "positives": positives.json, "patients": patients.json,
      "metrics": object(
        EvaluationMetric.allCases.compactMap { metric in
          estimates[metric].map { (metric.rawValue, $0.json) }
        }),
    ]
  }
}

extension OperatingPoint {
  fileprivate var json: JSONValue {
    [
      "threshold": threshold.value.json, "source": threshold.source.rawValue.json,
      "fittedOn": threshold.cases.json, "truePositives": counts.truePositives.json,
      "falsePositives": counts.falsePositives.json, "trueNegatives": counts.trueNegatives.json,
      "falseNegatives": counts.falseNegatives.json,
      "metrics": object(
        EvaluationMetric.ofDecisions.compactMap { metric in
          estimates[metric].map { (metric.rawValue, $0.json) }
        }),
    ]
  }
}

extension Estimate {
  fileprivate var json: JSONValue {
    estimate(value, interval, [("method", method.rawValue.json)])
  }
}

extension ModelPair {
  fileprivate var json: JSONValue {
    [
      "data": data.json, "label": label.json, "first": first.json, "second": second.json,
      "cases": count.json,
      "deLong": determined(deLong) {
        [
          "difference": $0.difference.json, "interval": $0.interval.json, "z": $0.z.json,
          "p": $0.p.json, "adjustedP": deLongAdjustedP.json,
        ]
      },
      "mcNemar": [
        "onlyFirstRight": mcNemar.onlyFirst.json, "onlySecondRight": mcNemar.onlySecond.json,
        "exact": mcNemar.isExact.json, "p": mcNemar.p.json, "adjustedP": mcNemarAdjustedP.json,
      ],
      "differences": object(
        differences.map { difference in
          (
            difference.metric.rawValue,
            determined(difference.bootstrap) {
              [
                "value": $0.estimate.json, "interval": $0.interval.json, "p": $0.twoSidedP.json,
                "adjustedP": difference.adjustedP.json,
              ]
            }
          )
        }),
    ]
  }
}
