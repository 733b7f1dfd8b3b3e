import EncoderKit
import Evaluation
import Foundation

/// The loss that a model of a task is trained with, on some cases.
///
/// | task | loss of one case |
/// |---|---|
/// | binary, multi-label | the mean of a loss of each logit's sigmoid over known answers |
/// | multi-class | a loss of the softmax of its logits |
///
/// Class weights, label smoothing and logit adjustment follow the cases that are trained on alone.
/// With logit adjustment the loss sees z + τ·r in place of the logits z, r the log priors of the
/// classes or the log-odds of each label, τ the adjustment; the model itself answers z.
package struct TrainingLoss {
  private let task: TaskKind
  private let kind: LossSettings.Kind
  private let smoothing: Float
  private let outputs: Int
  /// What a case of each class weighs.
  private let classes: [Float]?
  /// What the answers to each question weigh.
  private let answers: [(negative: Float, positive: Float)]?
  /// What is added to the logits of a case.
  private let adjustment: [Float]?

  /// The loss of a task's settings, with weights and priors of the cases trained on.
  ///
  /// - Throws: `ZooError` where the task can't be trained with it.
  package init(
    _ task: ClassificationTask, _ settings: TrainingSettings, on training: [Int]
  ) throws {
    try settings.loss.check(task.kind)
    self.task = task.kind
    kind = settings.loss.kind
    smoothing = Float(settings.labelSmoothing)
    outputs = task.targets.outputs
    let isWeighted = settings.classWeights
    classes = isWeighted && task.kind == .multiClass ? task.targets.classBalance(training) : nil
    answers = isWeighted && task.kind != .multiClass ? task.targets.balance(training) : nil
    adjustment = task.adjustment(training, settings)
  }

  /// The loss of a batch, a tensor of shape `[1]`, from logits `[batch, outputs]` and as many answers, NaN
  /// where one is not known.
  package func callAsFunction(_ output: Tensor, answers: [Float], _ forward: inout Forward)
    -> Tensor
  {
    let logits = adjusted(output, forward)
    let (targets, weights) = task == .multiClass ? rows(answers) : questions(answers)
    switch kind {
    case .crossEntropy where task == .multiClass:
      return forward.softmaxCrossEntropy(logits, targets: targets, weights: weights)
    case .crossEntropy:
      return forward.binaryCrossEntropy(logits, targets: targets, weights: weights)
    case .focal(let gamma, _) where task == .multiClass:
      return forward.softmaxFocalLoss(logits, targets: targets, weights: weights, gamma: gamma)
    case .focal(let gamma, let alpha):
      return forward.focalLoss(
        logits, targets: targets, weights: weights, gamma: gamma, alpha: alpha)
    case .asymmetric(let negative, let positive, let shift):
      return forward.asymmetricLoss(
        logits, targets: targets, weights: weights, gammaNegative: negative,
        gammaPositive: positive, shift: shift)
    }
  }

  /// What a batch's answers weigh in the mean that its loss is.
  func weight(of answers: [Float]) -> Double {
    (task == .multiClass ? rows(answers) : questions(answers)).weights
      .reduce(0) { $0 + Double($1) }
  }

  private func adjusted(_ output: Tensor, _ forward: Forward) -> Tensor {
    guard let adjustment else { return output }
    let rows = (0..<output.count / outputs).flatMap { _ in adjustment }
    return forward.add(output, Tensor(rows, shape: output.shape))
  }

  /// Smoothed classes, (1 − ε)·y + ε / K, and what each case weighs; one that is not known has no weight.
  private func rows(_ answers: [Float]) -> (targets: [Float], weights: [Float]) {
    let share = smoothing / Float(outputs)
    let weights = stride(from: 0, to: answers.count, by: outputs).map { start -> Float in
      guard let label = CaseTargets.label(of: answers[start..<start + outputs]) else { return 0 }
      return classes?[label] ?? 1
    }
    return (answers.map { $0 * (1 - smoothing) + share }, weights)
  }

  /// Smoothed answers, (1 − ε)·y + ε / 2, and what each weighs; one that is not known has no weight.
  private func questions(_ answers: [Float]) -> (targets: [Float], weights: [Float]) {
    let weights = answers.enumerated().map { index, answer -> Float in
      guard !answer.isNaN else { return 0 }
      guard let pair = self.answers?[index % outputs] else { return 1 }
      return answer > 0.5 ? pair.positive : pair.negative
    }
    return (answers.map { $0 * (1 - smoothing) + smoothing / 2 }, weights)
  }
}
