import Basics
import Conformance

extension ConformanceCheck {
  /// The check as the program writes it.
  var json: JSONValue {
    [
      "check": kind.rawValue.json, "outcome": outcome.rawValue.json,
      "found": found.json, "expected": expected.json,
    ]
  }

  /// The same read again.
  ///
  /// - Throws: `ZooError` where it is nothing that the program writes.
  init(_ object: inout JSONObject) throws {
    guard let kind = Kind(rawValue: try object.string("check")),
      let outcome = Outcome(rawValue: try object.string("outcome"))
    else { throw ZooError(.badFormat, "no check of this program") }
    self.init(
      kind, outcome, found: try object.string("found"), expected: try object.string("expected"))
  }
}
