import Basics

/// What a bundle's model answers.
package struct BundleOutput: Sendable, Equatable {
  /// `binary`, `multi-class` or `multi-label`.
  package let task: String
  /// The negative and the positive class, the classes, or the findings.
  package let labels: [String]
  /// A case is called positive from this probability on; 0.5 where `thresholds` say it, and of several classes,
  /// of which the most probable is chosen.
  package let threshold: Double
  /// For each finding from which probability on it is said; nil for 0.5 each, and for other tasks.
  package let thresholds: [Double]?
  /// How calibrated probabilities were fitted, in words; nil where the model has none.
  package let calibration: String?
  /// How the threshold or thresholds were chosen: `default`, `given`, `youden`, `accuracy` or `f1`.
  package let thresholdRule: String

  package static let rules = ["default", "given", "youden", "accuracy", "f1"]

  package init(
    task: String, labels: [String], threshold: Double, thresholds: [Double]? = nil,
    thresholdRule: String, calibration: String? = nil
  ) {
    self.task = task
    self.labels = labels
    self.threshold = threshold
    self.thresholds = thresholds
    self.thresholdRule = thresholdRule
    self.calibration = calibration
  }

  init(_ value: JSONValue) throws {
    var object = try value.object()
    task = try object.choice("task", among: ["binary", "multi-class", "multi-label"])
    labels = try object.required("labels").array().map { try $0.string() }
    threshold = try object.required("threshold").number(in: 0...1)
    let list = object.value("thresholds")
    thresholds = try list?.array().map { try $0.number(in: 0...1) }
    thresholdRule = try object.choice("thresholdRule", among: BundleOutput.rules)
    calibration = try object.optionalString("calibration")
    try object.finish()
    guard task == "binary" ? labels.count == 2 : labels.count >= (task == "multi-class" ? 2 : 1)
    else {
      throw ZooError(
        .badValue, "found \(labels.count) labels for a \(task) model", at: value.place)
    }
    guard thresholds.map({ task == "multi-label" && $0.count == labels.count }) ?? true else {
      throw ZooError(
        .badValue,
        "found \(thresholds?.count ?? 0) thresholds; expected one for each label of a multi-label model",
        at: list?.place)
    }
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("task", task.json), ("labels", labels.json), ("threshold", threshold.json),
    ]
    if let thresholds { members.append(("thresholds", thresholds.json)) }
    members.append(("thresholdRule", thresholdRule.json))
    if let calibration { members.append(("calibration", calibration.json)) }
    return JSONValue(.object(members))
  }

  /// What makes probabilities of the logits: `softmax` over all of them, or `sigmoid` of each.
  package var activation: String { task == "multi-class" ? "softmax" : "sigmoid" }

  /// From which probability on a label is said, in words; nil where the most probable class is.
  package var thresholdWords: String? {
    switch task {
    case "binary": "\(threshold) (\(thresholdRule))"
    case "multi-class": nil
    default:
      (thresholds.map {
        zip(labels, $0).map { "\($0) \($1)" }.joined(separator: ", ")
      } ?? "0.5 each") + " (\(thresholdRule))"
    }
  }
}
