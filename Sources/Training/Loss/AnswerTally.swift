import Evaluation

/// How many known answers are right.
struct AnswerTally: Codable, Equatable {
  private(set) var right = 0
  private(set) var known = 0

  /// The share of known answers that are right; 0 without any.
  var accuracy: Double { Double(right) / Double(max(1, known)) }

  /// Counts a batch's logits and answers `[batch, outputs]`: a case each where it is of one of several classes,
  /// whose answer is the class of the largest logit, else each output that is known.
  mutating func add(_ task: TaskKind, logits: [Float], answers: [Float], outputs: Int) {
    guard task == .multiClass else {
      right += zip(logits, answers).count { !$1.isNaN && ($0 > 0) == ($1 > 0.5) }
      known += answers.count { !$0.isNaN }
      return
    }
    for start in stride(from: 0, to: answers.count, by: outputs) {
      guard let label = CaseTargets.label(of: answers[start..<start + outputs]) else { continue }
      known += 1
      if CaseTargets.label(of: logits[start..<start + outputs]) == label { right += 1 }
    }
  }
}
