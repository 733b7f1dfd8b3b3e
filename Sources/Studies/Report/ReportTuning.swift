import Basics
import Evaluation
import Tuning

/// What the searches of a study tried and gained.
package struct ReportTuning: Sendable, Equatable {
  /// The searches of one combination, or of a learned baseline.
  package struct Search: Sendable, Equatable {
    package let name: String
    package let space: SearchSpace
    /// The specification's own settings of the space.
    package let own: [String: JSONValue]
    /// The trials of each split, by its name.
    package let trials: [String: [Trial]]
    /// The number of the chosen trial of each split.
    package let chosen: [String: Int]

    package init(
      name: String, space: SearchSpace, own: [String: JSONValue], trials: [String: [Trial]],
      chosen: [String: Int]
    ) {
      self.name = name
      self.space = space
      self.own = own
      self.trials = trials
      self.chosen = chosen
    }

    /// The settings that a trial had, as an object.
    func settings(of trial: Trial) -> JSONValue {
      let settings = trial.number == 1 ? own : trial.settings
      return JSONValue(.object(settings.keys.sorted().map { ($0, settings[$0] ?? nil) }))
    }

    /// The chosen settings of a split.
    func settings(_ split: String) -> [String: JSONValue] {
      guard let number = chosen[split] else { return [:] }
      return number == 1 ? own : trials[split]?.first { $0.number == number }?.settings ?? [:]
    }
  }

  /// How the searches went, in a sentence.
  package let sentence: String
  /// What trials were chosen by.
  package let metric: ScoreMetric
  /// Whether settings were drawn independently of each other.
  package let isIndependent: Bool
  /// In the order of tables.
  package let searches: [Search]

  package init(
    sentence: String, metric: ScoreMetric, isIndependent: Bool, searches: [Search]
  ) {
    self.sentence = sentence
    self.metric = metric
    self.isIndependent = isIndependent
    self.searches = searches
  }
}
