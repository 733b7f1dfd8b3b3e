import Basics
import Datasets
import Evaluation

/// One question of the parity script: numbers, and what to compute from them.
struct Question {
  private var object: JSONObject

  init(_ value: JSONValue) throws { object = try value.object() }

  /// The answer, an object or a list.
  ///
  /// - Throws: `ZooError` for a question that is none.
  mutating func answer() throws -> JSONValue {
    switch try object.string("kind") {
    case "multiclass": return try multiclass()
    case "multilabel": return try multilabel()
    case "simple": return try simple()
    case "threshold": return try threshold()
    case "calibration": return try calibration()
    case "calibrators": return try calibrators()
    case "temperature": return try temperature()
    case "classwise": return try classwise()
    case "decision": return try decision()
    case "conformal": return try conformal()
    case "risk": return try risk()
    case "pair": return try pair()
    case "decisions": return try decisions()
    case "groups": return try groups()
    case "holm": return try holm()
    case "bootstrap": return try bootstrap()
    case "stratify": return try stratify()
    case "search": return try search()
    case "ask": return try ask()
    case "simulate":
      return try Simulation(
        seed: UInt64(object.integer("seed", in: 0...9999, default: 1)),
        draws: object.integer("draws", in: 1...100_000, default: 1000)
      ).answer()
    case let kind: throw ZooError(.badValue, "unknown kind \"\(kind)\"")
    }
  }

  mutating func numbers(_ key: String) throws -> [Double] {
    try object.required(key).array().map { try $0.number() }
  }

  mutating func optionalNumbers(_ key: String) throws -> [Double]? {
    try object.value(key)?.array().map { try $0.number() }
  }

  mutating func integers(_ key: String) throws -> [Int] {
    try object.required(key).array().map { try $0.integer() }
  }

  mutating func booleans(_ key: String) throws -> [Bool] {
    try integers(key).map { $0 != 0 }
  }

  mutating func integer(_ key: String) throws -> Int { try object.required(key).integer() }

  mutating func number(_ key: String) throws -> Double { try object.required(key).number() }

  mutating func json(_ key: String) throws -> JSONValue { try object.required(key) }

  mutating func text(_ key: String) throws -> String { try object.string(key) }
}

extension JSONValue {
  /// A number; null where it is undefined.
  init(_ value: Determined<Double>) { self.init(value.value) }

  /// A number or null.
  init(_ value: Double?) { self.init(value.map(Content.number) ?? .null) }

  /// A list of numbers.
  init(_ values: [Double]) { self.init(.array(values.map { JSONValue(.number($0)) })) }

  /// A list of whole numbers.
  init(_ values: [Int]) { self.init(.array(values.map { JSONValue(.integer($0)) })) }

  /// The ends of a range.
  init(_ interval: Interval?) { self.init(interval.map { [$0.lower, $0.upper] } ?? []) }
}
