import Basics
import Evaluation
import Studies
import Training

extension Explainer {
  /// What is asked of a case: which number of the logits is explained, and what people call it.
  struct Question: Sendable {
    /// What speaks against, and what is explained.
    let labels: [String]
    let target: ScoreTarget
    /// Why it is asked, in a sentence, where the model's own answer chose it.
    var reason: String?

    /// Whether one answer is explained in contrast to another.
    var isContrast: Bool {
      if case .contrast = target { true } else { false }
    }
  }

  /// What of a model's answers is explained.
  enum Asked: Sendable {
    /// The same of every case.
    case question(Question)
    /// What the model answers to each case, by itself or in contrast to another finding or class.
    case answer(against: String?)

    /// Checks names against the model's; where none is given, `followsAnswer` says that the model's answer
    /// is explained.
    ///
    /// - Throws: `ZooError` of code `.usage` where a name is missing, unknown or superfluous.
    init(
      _ model: TrainedModel, _ finding: String?, against other: String?, followsAnswer: Bool,
      at folder: String
    ) throws {
      guard model.task != .binary else {
        guard finding == nil, other == nil else {
          throw ZooError(
            .usage, "the model answers one question, \(model.labels[0]) or \(model.labels[1])",
            at: Place(path: folder),
            advice: "leave out \(finding == nil ? "--against" : "--finding")")
        }
        self = .question(Question(labels: model.labels, target: .logit(0)))
        return
      }
      if let other { _ = try Question.index(of: other, model, at: folder) }
      if let finding {
        self = .question(try Question(of: finding, against: other, model, at: folder))
      } else if followsAnswer {
        self = .answer(against: other)
      } else {
        throw ZooError(
          .usage,
          "the model answers \(model.labels.count) "
            + "\(model.task == .multiClass ? "classes" : "findings"); one is asked about",
          at: Place(path: folder),
          advice: "add --finding, one of: \(model.labels.joined(separator: ", "))")
      }
    }
  }

  /// What is asked where the model's own answer may decide it.
  func question(_ answer: CasePrediction) throws -> Question {
    switch asked {
    case .question(let question): return question
    case .answer(let other):
      guard let chosen = answer.foremost, chosen.label != other else {
        throw ZooError(
          .usage, "\"\(other ?? "")\" is what the model itself answers; there is no contrast to it",
          at: Place(path: folder),
          advice: "name what is explained by --finding, or another --against"
        )
      }
      var question = try Question(of: chosen.label, against: other, model, at: folder)
      question.reason =
        "“\(chosen.label)” is explained because it is the most probable "
        + (answer.task == .multiClass
          ? "class." : chosen.isPositive ? "finding that is present." : "finding; none is present.")
      return question
    }
  }

  /// What the number that is explained is, in sentences; nil where it is the model's only one, or the logit of
  /// a finding that was named.
  func about(_ question: Question) -> String? {
    let (own, other) = (question.labels[1], question.labels[0])
    let choice = question.reason.map { $0 + " " } ?? ""
    switch question.target {
    case .logit: return question.reason
    case .oddsAgainstRest:
      return choice + "The logit that is explained is the log-odds of “\(own)” against all other "
        + "classes; its sigmoid is the probability of the class."
    case .contrast:
      return choice + "What is explained is the difference of two logits: why “\(own)” rather than "
        + "“\(other)”. Orange speaks for the first, blue for the second."
    }
  }
}

extension Explainer.Question {
  /// A finding or class of a model of many, by itself or in contrast to another.
  init(of finding: String, against other: String?, _ model: TrainedModel, at folder: String) throws
  {
    let own = try Self.index(of: finding, model, at: folder)
    guard let other else {
      (labels, target) =
        model.task == .multiClass
        ? (["another class than \(finding)", finding], .oddsAgainstRest(own))
        : (["no \(finding)", finding], .logit(own))
      return
    }
    guard other != finding else {
      throw ZooError(
        .usage, "\"\(finding)\" in contrast to itself", at: Place(path: folder),
        advice: "name another by --against")
    }
    labels = [other, finding]
    target = .contrast(own, against: try Self.index(of: other, model, at: folder))
  }

  static func index(of name: String, _ model: TrainedModel, at folder: String) throws -> Int {
    guard let index = model.labels.firstIndex(of: name) else {
      throw ZooError(
        .usage,
        "unknown \(model.task == .multiClass ? "class" : "finding") \"\(name)\"; "
          + suggestion(for: name, among: model.labels), at: Place(path: folder))
    }
    return index
  }
}
