import Basics

/// How the settings of the next trial are chosen.
package enum TrialSampler: String, Sendable, CaseIterable {
  /// By what came of the earlier ones: `ParzenEstimator`.
  case tpe
  /// Independently of each other.
  case random
  /// Evenly over the space: `SobolSequence`.
  case sobol

  /// How many trials are drawn at random before the Parzen estimators learn from them, as in Optuna.
  package static let startCount = 10

  /// The settings of a trial; the first one is given to the specification as it is, and has none.
  ///
  /// They depend on the random numbers, the trial's number and the earlier trials alone.
  ///
  /// - Parameters:
  ///   - number: of the trial, from 2 on.
  ///   - earlier: the trials before it.
  ///   - own: the specification's own settings, which the first trial had.
  ///   - space: what is searched over.
  ///   - higherIsBetter: whether large values are good.
  ///   - random: of the whole search.
  /// - Returns: values by dotted keys.
  package func settings(
    number: Int, earlier: [Trial], own: [String: JSONValue], in space: SearchSpace,
    higherIsBetter: Bool, _ random: RandomStream
  ) -> [String: JSONValue] {
    var stream = random.derived("trial").derived(number)
    switch self {
    case .tpe where number > Self.startCount:
      let ranked = Trial.ranked(earlier, higherIsBetter: higherIsBetter)
        .map { (number: $0.number, settings: $0.number == 1 ? own : $0.settings) }
      // What every trial has is modelled together; what hangs on a condition by itself.
      let together = ParzenEstimator(
        space.parameters.filter { $0.condition == nil }, ranked: ranked
      ).best(&stream)
      return space.settings { parameter in
        together[parameter.key] ?? ParzenEstimator([parameter], ranked: ranked).best(&stream)[
          parameter.key] ?? parameter.value(at: 0.5)
      }
    case .tpe, .random: return space.settings { $0.value(at: stream.uniform()) }
    case .sobol:
      // The same point for all parameters, also those whose condition does not hold.
      let point = SobolSequence(dimensions: space.parameters.count, random.derived("shift"))
        .point(number - 2)
      let units = Dictionary(
        uniqueKeysWithValues: zip(space.parameters.map(\.key), point))
      return space.settings { $0.value(at: units[$0.key] ?? 0.5) }
    }
  }
}
