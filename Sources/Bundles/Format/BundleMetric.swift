import Basics

/// A figure of a bundle's quality, with what it rests on.
package struct BundleMetric: Sendable, Equatable {
  /// Such as `accuracy`.
  package let name: String
  /// On which cases, such as `r1f1 test`.
  package let split: String
  /// Cases, or splits, that it is taken over.
  package let count: Int
  package let mean: Double
  /// Over splits; nil for one of them.
  package let deviation: Double?
  /// 95 %; nil where none can be given.
  package let interval: ClosedRange<Double>?
  /// How the interval came about.
  package let method: String?

  package init(
    name: String, split: String, count: Int, mean: Double, deviation: Double?,
    interval: ClosedRange<Double>?, method: String?
  ) {
    self.name = name
    self.split = split
    self.count = count
    self.mean = mean
    self.deviation = deviation
    self.interval = interval
    self.method = method
  }

  init(_ value: JSONValue) throws {
    var object = try value.object()
    name = try object.string("name")
    split = try object.string("split")
    count = try object.required("n").integer(in: 1...Int.max)
    mean = try object.required("mean").number()
    deviation = try object.value("sd")?.number(in: 0...Double.greatestFiniteMagnitude)
    if let bounds = object.value("interval") {
      let numbers = try bounds.array().map { try $0.number() }
      guard numbers.count == 2, numbers[0] <= numbers[1] else {
        throw ZooError(
          .badValue, "expected two numbers, the lower bound first", at: bounds.place)
      }
      interval = numbers[0]...numbers[1]
    } else {
      interval = nil
    }
    method = try object.optionalString("method")
    try object.finish()
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("name", name.json), ("split", split.json), ("n", count.json), ("mean", mean.json),
    ]
    if let deviation { members.append(("sd", deviation.json)) }
    if let interval {
      members.append(
        (
          "interval",
          [interval.lowerBound.json, interval.upperBound.json]
        ))
    }
    if let method { members.append(("method", method.json)) }
    return JSONValue(.object(members))
  }
}
