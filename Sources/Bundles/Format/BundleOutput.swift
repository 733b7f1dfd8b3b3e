import Basics

/// What a bundle's model answers.
package struct BundleOutput: Sendable, Equatable {
  /// `binary`, `multi-class` or `multi-label`.
  package let task: String
  /// The negative and the positive class, the classes, or the findings.
  package let labels: [String]
  /// A case is called positive from this probability on.
  package let threshold: Double
  /// How the threshold was chosen: `default`, `given`, `youden` or `accuracy`.
  package let thresholdRule: String

  package static let rules = ["default", "given", "youden", "accuracy"]

  package init(task: String, labels: [String], threshold: Double, thresholdRule: String) {
    self.task = task
    self.labels = labels
    self.threshold = threshold
    self.thresholdRule = thresholdRule
  }

  init(_ value: JSONValue) throws {
    var object = try value.object()
    task = try object.choice("task", among: ["binary", "multi-class", "multi-label"])
    labels = try object.required("labels").array().map { try $0.string() }
    threshold = try object.required("threshold").number(in: 0...1)
    thresholdRule = try object.choice("thresholdRule", among: BundleOutput.rules)
    try object.finish()
    guard task == "binary" ? labels.count == 2 : labels.count >= (task == "multi-class" ? 2 : 1)
    else {
      throw ZooError(
        .badValue, "found \(labels.count) labels for a \(task) model", at: value.place)
    }
  }

  var json: JSONValue {
    [
      "task": task.json, "labels": labels.json, "threshold": threshold.json,
      "thresholdRule": thresholdRule.json,
    ]
  }
}
