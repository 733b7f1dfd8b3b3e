import Basics
import Foundation
import Tuning

extension Question {
  /// The best value after each trial of a search over a standard test function, all of which are minimised.
  mutating func search() throws -> JSONValue {
    let name = try text("function")
    guard let sampler = TrialSampler(rawValue: try text("sampler")),
      let function = TestFunction(rawValue: name)
    else { throw ZooError(.badValue, "unknown sampler or function") }
    let count = try integer("trials")
    let random = RandomStream(seed: UInt64(try integer("seed")))
    let space = try SearchSpace(function.parameters)
    var trials: [Trial] = []
    for number in 1...count {
      // The first trial is drawn, too: other libraries know no settings to begin with.
      let settings = sampler.settings(
        number: number + 1, earlier: trials, own: [:], in: space, higherIsBetter: false, random)
      let values = try function.parameters.map { try (settings[$0.key] ?? 0).number() }
      trials.append(
        Trial(
          number: number + 1, settings: settings,
          outcome: .finished(value: function.value(values), tieBreaker: 0)))
    }
    return TuningSummary.bestSoFar(trials, higherIsBetter: false).map { $0 ?? .nan }.json
  }
}

/// Functions whose least values are known: Surjanovic and Bingham, https://www.sfu.ca/~ssurjano.
private enum TestFunction: String {
  case branin
  case hartmann6

  var parameters: [SearchParameter] {
    func range(_ key: String, _ low: Double, _ high: Double) -> SearchParameter {
      SearchParameter(key, .number(low: low, high: high, isLogarithmic: false))
    }
    switch self {
    case .branin: return [range("x0", -5, 10), range("x1", 0, 15)]
    case .hartmann6: return (0..<6).map { range("x\($0)", 0, 1) }
    }
  }

  func value(_ x: [Double]) -> Double {
    switch self {
    case .branin:
      let inner = x[1] - 5.1 / (4 * .pi * .pi) * x[0] * x[0] + 5 / .pi * x[0] - 6
      return inner * inner + 10 * (1 - 1 / (8 * .pi)) * cos(x[0]) + 10
    case .hartmann6:
      let heights = [1.0, 1.2, 3.0, 3.2]
      var sum = 0.0
      for (index, height) in heights.enumerated() {
        var distance = 0.0
        for axis in 0..<6 {
          let away = x[axis] - Self.places[index][axis]
          distance += Self.widths[index][axis] * away * away
        }
        sum -= height * exp(-distance)
      }
      return sum
    }
  }

  private static let widths: [[Double]] = [
    [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ]
  private static let places: [[Double]] = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ]
}

extension Question {
  /// The settings of the next trial of a search over a space that the question brings, after earlier trials.
  mutating func ask() throws -> JSONValue {
    guard let sampler = TrialSampler(rawValue: try text("sampler")) else {
      throw ZooError(.badValue, "unknown sampler")
    }
    let random = RandomStream(seed: UInt64(try integer("seed")))
    let space = try SearchSpace(
      try json("space").object().members.map { try SearchParameter($0.key, $0.value) })
    let earlier = try json("trials").array().enumerated().map { index, value in
      var trial = try value.object()
      let settings = try trial.required("settings").object().members
      // Numbers as in `search`, where the first trial is drawn, too.
      return Trial(
        number: index + 2,
        settings: Dictionary(uniqueKeysWithValues: settings.map { ($0.key, $0.value) }),
        outcome: .finished(value: try trial.required("value").number(), tieBreaker: 0))
    }
    let settings = sampler.settings(
      number: earlier.count + 2, earlier: earlier, own: [:], in: space, higherIsBetter: true, random
    )
    let sorted = settings.sorted { $0.key < $1.key }
    return JSONValue(.object(sorted.map { (key: $0.key, value: $0.value) }))
  }
}
