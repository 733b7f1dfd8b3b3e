import Basics

/// Settings that were tried, and what came of them.
package struct Trial: Sendable, Equatable {
  /// What came of a trial.
  package enum Outcome: Sendable, Equatable {
    /// It ran to its end: the value to choose by, and what decides between equal ones, less being better.
    case finished(value: Double, tieBreaker: Double)
    /// Successive halving ended it at a rung.
    case stopped(rung: String)
    /// Its numbers were not finite, in a sentence.
    case failed(String)
  }

  /// From 1 on.
  package let number: Int
  /// The settings that were drawn, by their dotted keys; none for those of the specification itself.
  package let settings: [String: JSONValue]
  package let outcome: Outcome
  /// The losses at the rungs it reached, by their names.
  package let rungs: [String: Double]
  package let seconds: Double

  package init(
    number: Int, settings: [String: JSONValue], outcome: Outcome, rungs: [String: Double] = [:],
    seconds: Double = 0
  ) {
    self.number = number
    self.settings = settings
    self.outcome = outcome
    self.rungs = rungs
    self.seconds = seconds
  }

  /// The value to choose by; nil where it did not run to its end.
  package var value: Double? {
    if case .finished(let value, _) = outcome { return value }
    return nil
  }

  /// Whether successive halving ended it.
  package var wasStopped: Bool {
    if case .stopped = outcome { return true }
    return false
  }

  /// Whether its numbers were not finite.
  package var hasFailed: Bool {
    if case .failed = outcome { return true }
    return false
  }

  /// Its value, empty where there is none, and what came of it, as fields of a table.
  ///
  /// Not inlined: Swift 6.3.1 crashes where it is, in a loop.
  @inline(never)
  package var fields: [String] {
    switch outcome {
    case .finished(let value, _): ["\(value)", "finished"]
    case .stopped(let rung): ["", "stopped at \(rung)"]
    case .failed: ["", "failed"]
    }
  }

  /// The one to choose: the best value, of equal ones the smaller tie breaker, then the earlier.
  package static func best(of trials: [Trial], higherIsBetter: Bool) -> Trial? {
    ranked(trials, higherIsBetter: higherIsBetter).first { $0.value != nil }
  }

  /// Trials from best to worst: those that ran to their end, then those that were stopped, the further the better,
  /// then those that failed.
  package static func ranked(_ trials: [Trial], higherIsBetter: Bool) -> [Trial] {
    func key(_ trial: Trial) -> (Int, Double, Double, Int) {
      switch trial.outcome {
      case .finished(let value, let tieBreaker):
        (0, higherIsBetter ? -value : value, tieBreaker, trial.number)
      case .stopped(let rung):
        (1, -Double(trial.rungs.count), trial.rungs[rung] ?? .infinity, trial.number)
      case .failed: (2, 0, 0, trial.number)
      }
    }
    return trials.map { (key($0), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
  }
}

extension Trial {
  /// The trial as it is kept in a file.
  package var json: JSONValue {
    let keys = settings.keys.sorted()
    var members: [(key: String, value: JSONValue)] = [
      ("schema", 1), ("number", number.json),
      ("settings", JSONValue(.object(keys.map { ($0, settings[$0] ?? nil) }))),
    ]
    switch outcome {
    case .finished(let value, let tieBreaker):
      members += [("value", value.json), ("tieBreaker", tieBreaker.json)]
    case .stopped(let rung): members.append(("stopped", rung.json))
    case .failed(let reason): members.append(("failed", reason.json))
    }
    let names = rungs.keys.sorted()
    members += [
      ("rungs", JSONValue(.object(names.map { ($0, rungs[$0].json) }))),
      ("seconds", seconds.json),
    ]
    return JSONValue(.object(members))
  }

  /// Reads what `json` gave.
  ///
  /// - Throws: `ZooError` with the place.
  package init(_ object: inout JSONObject) throws {
    _ = try object.required("schema").integer(in: 1...1)
    number = try object.required("number").integer(in: 1...Int.max)
    settings = Dictionary(
      uniqueKeysWithValues: try object.required("settings").object().members.map {
        ($0.key, $0.value)
      })
    if let value = object.value("value") {
      outcome = .finished(
        value: try value.number(), tieBreaker: try object.required("tieBreaker").number())
    } else if let rung = try object.optionalString("stopped") {
      outcome = .stopped(rung: rung)
    } else {
      outcome = .failed(try object.string("failed"))
    }
    rungs = Dictionary(
      uniqueKeysWithValues: try object.required("rungs").object().members.map {
        ($0.key, try $0.value.number())
      })
    seconds = try object.required("seconds").number()
  }
}
