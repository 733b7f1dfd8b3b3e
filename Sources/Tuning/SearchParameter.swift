import Basics
import Foundation

/// A setting that is searched over, by its dotted key in a specification, such as `training.learningRate`.
package struct SearchParameter: Sendable, Equatable {
  /// The values that a setting may take.
  package enum Domain: Sendable, Equatable {
    /// A number of a closed range, over its logarithm where `isLogarithmic`.
    case number(low: Double, high: Double, isLogarithmic: Bool)
    /// A whole number of a closed range.
    case integer(low: Int, high: Int, isLogarithmic: Bool)
    /// One of some values without an order.
    case choice([JSONValue])
  }

  /// Another setting that has to have one of some values.
  package struct Condition: Sendable, Equatable {
    package let key: String
    package let values: [JSONValue]

    package init(key: String, values: [JSONValue]) {
      self.key = key
      self.values = values
    }
  }

  package let key: String
  package let domain: Domain
  /// When the setting is searched at all; nil for always.
  package let condition: Condition?
  package var place: Place

  package init(_ key: String, _ domain: Domain, when condition: Condition? = nil) {
    self.key = key
    self.domain = domain
    self.condition = condition
    place = Place()
  }

  /// Reads `{"low": 1e-5, "high": 1e-2, "log": true}` or `{"choices": […]}`, with `"integer": true` for whole numbers
  /// and `"when": {"KEY": VALUE or [VALUE…]}` for a condition.
  ///
  /// - Throws: `ZooError` for an unknown key, or a range that is none.
  package init(_ key: String, _ value: JSONValue) throws {
    var object = try value.object()
    self.key = key
    place = value.place
    condition = try object.object("when").map { when in
      guard when.members.count == 1, let member = when.members.first else {
        throw ZooError(
          .badValue, "found \(when.members.count) keys; expected one setting and its values",
          at: when.place)
      }
      if case .array(let values) = member.value.content {
        return Condition(key: member.key, values: values)
      }
      return Condition(key: member.key, values: [member.value])
    }
    if let choices = object.value("choices") {
      let values = try choices.array()
      guard values.count >= 2, Set(values).count == values.count else {
        throw ZooError(
          .badValue, "expected at least two values that differ", at: choices.place)
      }
      domain = .choice(values)
    } else {
      domain = try SearchParameter.range(&object)
    }
    try object.finish()
  }

  private static func range(_ object: inout JSONObject) throws -> Domain {
    let isLogarithmic = try object.boolean("log", default: false)
    let isWhole = try object.boolean("integer", default: false)
    let (low, high) = (try object.required("low"), try object.required("high"))
    let (least, most) = (try low.number(), try high.number())
    guard least < most else {
      throw ZooError(.badValue, "\"low\" is \(least) and \"high\" \(most)", at: low.place)
    }
    guard !isLogarithmic || least > 0 else {
      throw ZooError(
        .badValue, "a range over the logarithm begins above zero; found \(least)", at: low.place,
        advice: "raise \"low\", or leave \"log\" out")
    }
    guard isWhole else {
      return .number(low: least, high: most, isLogarithmic: isLogarithmic)
    }
    return .integer(
      low: try low.integer(), high: try high.integer(), isLogarithmic: isLogarithmic)
  }

  /// How a person reads it, such as "training.learningRate 1e-05 to 0.01, log".
  package var sentence: String {
    let range =
      switch domain {
      case .number(let low, let high, let isLogarithmic):
        "\(NumberText.short(low)) to \(NumberText.short(high))\(isLogarithmic ? ", log" : "")"
      case .integer(let low, let high, let isLogarithmic):
        "\(low) to \(high)\(isLogarithmic ? ", log" : "")"
      case .choice(let values):
        "one of " + values.map { $0.text(pretty: false) }.joined(separator: ", ")
      }
    let rule =
      condition.map {
        ", where \($0.key) is "
          + $0.values.map { $0.text(pretty: false) }.joined(separator: " or ")
      } ?? ""
    return "\(key) \(range)\(rule)"
  }

  /// The number of choices; nil for a range.
  package var choiceCount: Int? {
    if case .choice(let values) = domain { return values.count }
    return nil
  }

  /// The value at a place of the range, 0…1; numbers have four digits, so that they can be copied.
  package func value(at unit: Double) -> JSONValue {
    let unit = min(1, max(0, unit))
    switch domain {
    case .number(let low, let high, let isLogarithmic):
      let exact =
        isLogarithmic ? exp(log(low) + unit * (log(high) - log(low))) : low + unit * (high - low)
      return min(high, max(low, SearchParameter.rounded(exact))).json
    case .integer(let low, let high, let isLogarithmic):
      // Each whole number has as much room as the others: half a step lies beyond both ends.
      let (first, last) = (Double(low) - 0.5, Double(high) + 0.5)
      let start = max(first, isLogarithmic ? 0.5 : first)
      let exact =
        isLogarithmic
        ? exp(log(start) + unit * (log(last) - log(start))) : first + unit * (last - first)
      return min(high, max(low, Int(exact.rounded()))).json
    case .choice(let values):
      return values[min(values.count - 1, Int(unit * Double(values.count)))]
    }
  }

  /// A number with four digits.
  private static func rounded(_ value: Double) -> Double {
    Double(String(format: "%.3e", value)) ?? value
  }

  /// Where in the range a value is, 0…1; nil for one that is no value of the parameter.
  ///
  /// A setting of the specification itself may lie outside; it counts as the nearest end.
  package func unit(of value: JSONValue) -> Double? {
    switch domain {
    case .number(let low, let high, let isLogarithmic):
      guard let number = try? value.number() else { return nil }
      guard !isLogarithmic || number > 0 else { return 0 }
      let unit =
        isLogarithmic
        ? (log(number) - log(low)) / (log(high) - log(low)) : (number - low) / (high - low)
      return min(1, max(0, unit))
    case .integer(let low, let high, let isLogarithmic):
      guard let number = try? value.number() else { return nil }
      let (first, last) = (Double(low) - 0.5, Double(high) + 0.5)
      let start = max(first, isLogarithmic ? 0.5 : first)
      guard !isLogarithmic || number > 0 else { return 0 }
      let unit =
        isLogarithmic
        ? (log(number) - log(start)) / (log(last) - log(start)) : (number - first) / (last - first)
      return min(1, max(0, unit))
    case .choice(let values):
      // 2 and 2.0 are one choice, whichever way a file writes it.
      let index =
        values.firstIndex(of: value)
        ?? values.firstIndex {
          (try? $0.number()) != nil && (try? $0.number()) == (try? value.number())
        }
      return index.map { (Double($0) + 0.5) / Double(values.count) }
    }
  }

  /// Which choice a value is.
  func choice(of value: JSONValue) -> Int? {
    guard let count = choiceCount, let unit = unit(of: value) else { return nil }
    return min(count - 1, Int(unit * Double(count)))
  }
}
