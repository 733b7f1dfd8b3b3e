import Foundation

/// What a model should answer for each case: one or more yes-or-no questions.
package struct CaseTargets: Sendable, Equatable {
  /// Questions a case.
  package let outputs: Int
  /// `[cases, outputs]`: 0…1; NaN where the answer is not known.
  package let values: [Float]

  /// Answers row after row.
  ///
  /// - Precondition: a whole number of rows.
  package init(_ values: [Float], outputs: Int = 1) {
    precondition(
      outputs > 0 && values.count % outputs == 0, "\(values.count) answers in rows of \(outputs)")
    self.outputs = outputs
    self.values = values
  }

  /// The answers of some cases, `[indices, outputs]`.
  package func rows(_ indices: [Int]) -> [Float] {
    if outputs == 1 { return indices.map { values[$0] } }
    return indices.flatMap { values[$0 * outputs..<($0 + 1) * outputs] }
  }

  /// What answers weigh, for each output, so that both kinds count the same over some cases and
  /// the mean weight is 1; 1 and 1 where one kind is absent.
  package func balance(_ indices: [Int]) -> [(negative: Float, positive: Float)] {
    let rows = rows(indices)
    return (0..<outputs).map { output in
      let known = stride(from: output, to: rows.count, by: outputs).map { rows[$0] }
        .filter { !$0.isNaN }
      let positives = known.count { $0 > 0.5 }
      let negatives = known.count - positives
      guard positives > 0, negatives > 0 else { return (1, 1) }
      let half = Float(known.count) / 2
      return (half / Float(negatives), half / Float(positives))
    }
  }

  /// The log-odds of each output over some cases, as the loss of these settings sees them: answers
  /// that are not known are left out, class weights and label smoothing count.
  ///
  /// log(m / (1 − m)), m the weighted mean of the targets. Where all answers are alike, half an answer
  /// of each kind is added, so that the number is finite; 0 where none is known.
  package func logOdds(_ indices: [Int], _ settings: TrainingSettings) -> [Float] {
    let rows = rows(indices)
    let weights = settings.classWeights ? balance(indices) : nil
    let smoothing = settings.labelSmoothing
    return (0..<outputs).map { output in
      let known = stride(from: output, to: rows.count, by: outputs).map { rows[$0] }
        .filter { !$0.isNaN }
      let pair = weights?[output] ?? (negative: 1, positive: 1)
      var positive = Double(known.count { $0 > 0.5 }) * Double(pair.positive)
      var negative = Double(known.count { $0 <= 0.5 }) * Double(pair.negative)
      guard !known.isEmpty else { return 0 }
      if positive == 0 || negative == 0 { (positive, negative) = (positive + 0.5, negative + 0.5) }
      let share = positive / (positive + negative) * (1 - smoothing) + smoothing / 2
      return Float(log(share / (1 - share)))
    }
  }
}
