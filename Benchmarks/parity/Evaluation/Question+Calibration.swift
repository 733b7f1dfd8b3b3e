import Basics
import Evaluation

extension Question {
  mutating func calibration() throws -> JSONValue {
    let (labels, logits) = (try booleans("labels"), try numbers("logits"))
    let (probabilities, count) = (try numbers("probabilities"), try integer("bins"))
    let bins = ReliabilityBins(labels: labels, probabilities: probabilities, count: count).bins
    let error = CalibrationError.of(labels: labels, probabilities: probabilities, bins: count).value
    let brier = BrierDecomposition.of(labels: labels, probabilities: probabilities, bins: count)
      .value
    let line = CalibrationSlope.of(labels: labels, logits: logits).value
    return JSONValue(
      .object([
        ("counts", JSONValue(bins.map(\.count))),
        ("means", JSONValue(bins.map(\.meanProbability))),
        ("observed", JSONValue(bins.map(\.observed))),
        ("ece", JSONValue(error?.expected)), ("mce", JSONValue(error?.maximum)),
        ("debiased", JSONValue(error?.debiased.value)), ("sweep", JSONValue(error?.sweep)),
        ("brier", JSONValue(brier?.score)), ("reliability", JSONValue(brier?.reliability)),
        ("resolution", JSONValue(brier?.resolution)),
        ("uncertainty", JSONValue(brier?.uncertainty)),
        ("within", JSONValue(brier?.withinBins)),
        ("slope", JSONValue(line?.slope)), ("intercept", JSONValue(line?.intercept)),
        ("large", JSONValue(line?.inTheLarge)), ("slopeInterval", JSONValue(line?.slopeInterval)),
        ("interceptInterval", JSONValue(line?.interceptInterval)),
        ("largeInterval", JSONValue(line?.inTheLargeInterval)),
      ]))
  }

  mutating func calibrators() throws -> JSONValue {
    let (labels, logits, asked) = (
      try booleans("labels"), try numbers("logits"), try numbers("asked")
    )
    func values(_ fitted: Determined<Calibrator>) -> JSONValue {
      guard let calibrator = fitted.value else {
        return JSONValue(.string(fitted.reason?.rawValue ?? ""))
      }
      return JSONValue(asked.map(calibrator.probability))
    }
    return [
      "temperature": values(Calibrator.fitTemperature(labels: labels, logits: logits)),
      "platt": values(Calibrator.fitPlatt(labels: labels, logits: logits)),
      "isotonic": values(Calibrator.fitIsotonic(labels: labels, logits: logits)),
    ]
  }

  mutating func temperature() throws -> JSONValue {
    let fitted = Calibrator.fitTemperature(
      labels: try integers("labels"), logits: try numbers("logits"),
      classCount: try integer("classes"))
    guard case .temperature(let temperature)? = fitted.value else { return [:] }
    return ["temperature": JSONValue(temperature)]
  }

  mutating func classwise() throws -> JSONValue {
    let errors = CalibrationError.classwise(
      labels: try integers("labels"), probabilities: try numbers("probabilities"),
      classCount: try integer("classes"), bins: try integer("bins"))
    return ["errors": JSONValue(errors.value ?? [])]
  }

  mutating func conformal() throws -> JSONValue {
    guard let score = ConformalScore(rawValue: try text("score")) else {
      throw ZooError(.badValue, "unknown score")
    }
    let count = try integer("classes")
    let sets = ConformalSets(
      score, labels: try integers("labels"), probabilities: try numbers("probabilities"),
      classCount: count, miss: try number("miss"),
      isClassConditional: try integer("conditional") == 1, shares: try optionalNumbers("shares"))
    let asked = try numbers("asked")
    let found = stride(from: 0, to: asked.count, by: count).flatMap {
      sets.set(Array(asked[$0..<$0 + count])).map { $0 ? 1 : 0 }
    }
    return ["sets": JSONValue(found), "limits": JSONValue(sets.limits)]
  }
}
