import Basics
import EncoderKit
import Evaluation
import Registry
import Training
import Tuning

/// How a study searches for the settings of each combination, the same way and as long for all.
package struct TuningSpecification: Sendable, Equatable {
  /// Where the trials of a split are scored; its test subset never is.
  package enum Scoring: Sendable, Equatable {
    /// On its validation subset.
    case validation
    /// Over so many folds of its training subset, grouped and stratified as the study's own.
    case folds(Int)
  }

  /// For each combination, split and learned baseline; hours of the specification are divided among them.
  package var budget: Budget
  package var sampler: TrialSampler
  /// Nil runs every trial to its end.
  package var halving: SuccessiveHalving?
  package var scoring: Scoring
  /// What trials are chosen by; nil for what the study compares by.
  package var metric: ScoreMetric?
  /// What is searched over in place of the default, by side (`image`, `text`, `fusion`, `baseline`) or by name; a setting
  /// that is nil is not.
  package var spaces: [String: [String: SearchParameter?]]
  package var place: Place

  /// What a specification gives.
  package enum Budget: Sendable, Equatable {
    case trials(Int)
    /// Of the whole study.
    case hours(Double)
  }

  /// The sides and the baseline that a space may be given for, besides names.
  static let sides = ["image", "text", "fusion", "baseline"]

  /// Reads `"tuning"` of a specification.
  ///
  /// - Throws: `ZooError` for an unknown key or a value out of range.
  init(_ value: JSONValue, of task: TaskKind) throws {
    var object = try value.object()
    place = value.place
    let (trials, hours) = (object.value("trials"), object.value("hours"))
    guard (trials == nil) != (hours == nil) else {
      throw ZooError(
        .badValue, "expected either \"trials\", such as 20, or \"hours\", such as 6", at: place)
    }
    budget =
      try trials.map { .trials(try $0.integer(in: 1...100_000)) }
      ?? .hours(hours?.number(in: 0.001...100_000) ?? 1)
    sampler = try object.choice("sampler", default: .tpe)
    halving = try object.value("halving").flatMap(TuningSpecification.halving)
    scoring = try object.value("scoredOn").map(TuningSpecification.scoring) ?? .validation
    metric = try object.value("metric").map { try StudySpecification.metric($0, of: task) }
    spaces = [:]
    for member in try object.object("space")?.members ?? [] {
      var own: [String: SearchParameter?] = [:]
      for parameter in try member.value.object().members {
        if case .null = parameter.value.content {
          own.updateValue(nil, forKey: parameter.key)
        } else {
          own[parameter.key] = try SearchParameter(parameter.key, parameter.value)
        }
      }
      spaces[member.key] = own
    }
    try object.finish()
  }

  private static func halving(_ value: JSONValue) throws -> SuccessiveHalving? {
    if case .boolean(let isWanted) = value.content { return isWanted ? SuccessiveHalving() : nil }
    var object = try value.object()
    let halving = SuccessiveHalving(
      factor: try object.integer("factor", in: 2...10, default: 3),
      first: try object.integer("first", in: 1...1000, default: 3))
    try object.finish()
    return halving
  }

  private static func scoring(_ value: JSONValue) throws -> Scoring {
    if case .string(let name) = value.content {
      guard name == "validation" else {
        throw ZooError(
          .badValue, "unknown \"scoredOn\" \"\(name)\"", at: value.place,
          advice: "expected \"validation\" or {\"folds\": 3}")
      }
      return .validation
    }
    var object = try value.object()
    let count = try object.required("folds").integer(in: 2...20)
    try object.finish()
    return .folds(count)
  }

  /// What each search may spend, of a study with so many.
  package func budget(searches: Int) -> TrialBudget {
    switch budget {
    case .trials(let count): .trials(count)
    case .hours(let hours): .seconds(hours * 3600 / Double(max(1, searches)))
    }
  }

  /// Such as "20 trials".
  package var budgetSentence: String {
    switch budget {
    case .trials(let count): counted(count, "trial")
    case .hours(let hours): "its share of \(NumberText.short(hours)) hours"
    }
  }

  /// How the search goes, in a sentence.
  package func sentence(_ studyMetric: ScoreMetric) -> String {
    let how =
      switch sampler {
      case .tpe: "tree-structured Parzen estimators (TPE)"
      case .random: "random draws"
      case .sobol: "Sobol points"
      }
    let place =
      switch scoring {
      case .validation: "the validation subset of each split"
      case .folds(let count): "\(count) folds of each split's training subset"
      }
    let halved =
      halving.map {
        ", with successive halving (of \($0.factor) trials one goes on, from epoch \($0.first))"
      } ?? ""
    return
      "\(budgetSentence) for each combination, split and learned baseline by \(how)\(halved); chosen by"
      + " \((metric ?? studyMetric).title) on \(place). Each first trial has the specification's own settings."
  }
}
