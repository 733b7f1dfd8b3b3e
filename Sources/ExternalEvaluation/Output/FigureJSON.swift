import Basics
import Evaluation

/// An object of members in their order.
func object(_ members: [(String, JSONValue)]) -> JSONValue {
  JSONValue(.object(members.map { (key: $0.0, value: $0.1) }))
}

/// A value as `body` writes it, or why there is none: `{"undefined": "no-positives", "reason": "…"}`.
func determined<Value>(_ value: Determined<Value>, _ body: (Value) -> JSONValue) -> JSONValue {
  switch value {
  case .value(let found): body(found)
  case .undefined(let reason):
    ["undefined": reason.rawValue.json, "reason": reason.sentence.json]
  }
}

/// A number, or why there is none.
func number(_ value: Determined<Double>) -> JSONValue { determined(value) { $0.json } }

/// A value with its interval.
func estimate(
  _ value: Determined<Double>, _ interval: Determined<Interval>, _ more: [(String, JSONValue)] = []
) -> JSONValue {
  determined(value) { value in
    object([("value", value.json), ("interval", determined(interval) { $0.json })] + more)
  }
}

/// A bootstrap's value with its interval.
func bootstrap(_ value: Determined<ClusterBootstrap>) -> JSONValue {
  determined(value) { ["value": $0.estimate.json, "interval": $0.interval.json] }
}

extension Interval {
  /// Both ends.
  var json: JSONValue { [lower.json, upper.json] }
}

extension CalibrationFigures {
  var json: JSONValue {
    determined(measures) { measures in
      object(
        (measures.calibrator.map { [("calibrator", $0.json)] } ?? []) + [
          (
            "slope",
            determined(measures.slope) {
              [
                "slope": $0.slope.json, "slopeInterval": $0.slopeInterval.json,
                "intercept": $0.intercept.json, "interceptInterval": $0.interceptInterval.json,
                "inTheLarge": $0.inTheLarge.json, "inTheLargeInterval": $0.inTheLargeInterval.json,
              ]
            }
          ), ("meanDifference", measures.meanDifference.json),
          (
            "error",
            determined(measures.error) {
              [
                "expected": $0.expected.json, "debiased": number($0.debiased),
                "maximum": $0.maximum.json, "sweep": $0.sweep.json, "sweepBins": $0.sweepBins.json,
              ]
            }
          ),
          (
            "brier",
            determined(measures.brier) {
              [
                "score": $0.score.json, "reliability": $0.reliability.json,
                "resolution": $0.resolution.json, "uncertainty": $0.uncertainty.json,
                "withinBins": $0.withinBins.json, "skill": number($0.skill),
              ]
            }
          ), ("logLoss", number(measures.logLoss)),
          (
            "reliability",
            JSONValue(
              .array(
                zip(measures.bins, measures.band).map { bin, band in
                  [
                    "cases": bin.count.json, "positives": bin.positives.json,
                    "meanProbability": bin.meanProbability.json, "observed": bin.observed.json,
                    "consistencyBand": band?.json ?? nil,
                  ]
                }))
          ),
        ])
    }
  }
}

extension ConformalFigures {
  var json: JSONValue {
    [
      "kind": (sets.isClassConditional ? "class-conditional" : "marginal").json,
      "score": sets.score.rawValue.json, "calibrationCases": sets.calibrationCounts.json,
      "alwaysIncluded": sets.alwaysIncluded.json,
      "internal": determined(inside) { $0.json }, "external": determined(outside) { $0.json },
    ]
  }
}

extension ConformalCoverage {
  fileprivate var json: JSONValue {
    ["all": marginal.json, "byClass": byClass.map(\.json).json, "sizes": sizes.json]
  }
}

extension ConformalCoverage.Share {
  fileprivate var json: JSONValue {
    [
      "covered": covered.json, "cases": count.json, "coverage": number(value),
      "interval": interval?.json ?? nil,
    ]
  }
}

extension SubgroupAnalysis {
  var json: JSONValue {
    [
      "unknown": unknown.json, "groups": groups.map(\.json).json,
      "gaps": object(
        SubgroupMetric.allCases.compactMap { metric in
          gaps[metric].map { gap in
            (
              metric.rawValue,
              determined(gap) {
                [
                  "worst": $0.worst.json, "best": $0.best.json, "gap": $0.gap.json,
                  "interval": $0.interval?.json ?? nil,
                ]
              }
            )
          }
        }),
    ]
  }
}

extension SubgroupFigures {
  fileprivate var json: JSONValue {
    [
      "group": name.json, "cases": count.json, "positives": counts.positives.json,
      "patients": clusters.json, "prevalence": prevalence.json, "tooFew": isTooFew.json,
      "auroc": number(auroc), "aurocInterval": aurocInterval?.json ?? nil,
      "truePositiveRate": number(truePositiveRate), "falsePositiveRate": number(falsePositiveRate),
      "meanDifference": meanDifference.json,
      "calibrationSlope": determined(calibration) { $0.slope.json },
      "calibrationError": number(calibrationError),
    ]
  }
}

extension SelectiveFigures {
  /// The curve at every twentieth of the cases.
  var json: JSONValue {
    let points = (1...20).map { step -> JSONValue in
      let coverage = Double(step) / 20
      return ["coverage": coverage.json, "risk": risk(atCoverage: coverage).json]
    }
    return [
      "confidence": confidence.rawValue.json, "fullRisk": curve.fullRisk.json,
      "area": curve.area.json, "points": points.json,
    ]
  }
}
