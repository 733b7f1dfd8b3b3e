import Evaluation

/// Conformal sets of the two answers to a question, calibrated on internal validation cases.
package struct ConformalFigures: Sendable, Equatable {
  package let sets: ConformalSets
  /// Of the internal test cases.
  package let inside: Determined<ConformalCoverage>
  /// Of the external cases.
  package let outside: Determined<ConformalCoverage>

  /// Marginal and class-conditional sets; undefined without validation cases that the model did not learn from.
  static func all(
    _ answers: QuestionAnswers, validation: Determined<QuestionAnswers>, test: QuestionAnswers?,
    _ settings: EvaluationSettings
  ) -> Determined<[ConformalFigures]> {
    guard let validation = validation.value, validation.count > 0 else {
      return .undefined(validation.reason ?? .noInternalAnswers)
    }
    return .value(
      [false, true].map { isClassConditional in
        let sets = ConformalSets(
          .leastAmbiguous, labels: classes(validation), probabilities: rows(validation),
          classCount: 2, miss: settings.miss, isClassConditional: isClassConditional)
        func coverage(_ answers: QuestionAnswers?) -> Determined<ConformalCoverage> {
          answers.map { sets.coverage(labels: classes($0), probabilities: rows($0)) }
            ?? .undefined(.noInternalAnswers)
        }
        return ConformalFigures(sets: sets, inside: coverage(test), outside: coverage(answers))
      })
  }

  private static func classes(_ answers: QuestionAnswers) -> [Int] {
    answers.labels.map { $0 ? 1 : 0 }
  }

  private static func rows(_ answers: QuestionAnswers) -> [Double] {
    answers.probabilities.flatMap { [1 - $0, $0] }
  }
}
