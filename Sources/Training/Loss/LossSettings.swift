import Basics
import Evaluation

/// Which loss a model is trained with.
///
/// Its place is for errors alone: settings that differ in it are equal.
package struct LossSettings: Sendable {
  /// The loss and its numbers.
  package enum Kind: Sendable, Equatable {
    /// Cross entropy, of sigmoids or, for one of several classes, of the softmax; in training the logits are
    /// adjusted by `logitAdjustment` times the classes' log priors, or each label's log-odds: Menon et al. 2021,
    /// "Long-tail learning via logit adjustment", https://arxiv.org/abs/2007.07314.
    case crossEntropy(logitAdjustment: Double)
    /// `Forward.focalLoss`, or `Forward.softmaxFocalLoss` for one of several classes; `alpha` is what a
    /// positive answer weighs, 1 − alpha a negative one, nil for 1 and 1.
    case focal(gamma: Double, alpha: Double?)
    /// `Forward.asymmetricLoss`.
    case asymmetric(gammaNegative: Double, gammaPositive: Double, shift: Double)
  }

  package var kind: Kind
  /// Where it stood.
  package var place: Place

  package init(_ kind: Kind = .crossEntropy(logitAdjustment: 0), at place: Place = Place()) {
    self.kind = kind
    self.place = place
  }

  /// Whether it is cross entropy and nothing else, as where a specification names no loss.
  package var isDefault: Bool { kind == .crossEntropy(logitAdjustment: 0) }

  /// By how many log priors the logits are adjusted in training.
  package var logitAdjustment: Double {
    if case .crossEntropy(let adjustment) = kind { adjustment } else { 0 }
  }

  /// Refuses a loss that a task can't be trained with.
  ///
  /// - Throws: `ZooError` of code `.unsupported`.
  package func check(_ task: TaskKind) throws {
    guard task == .multiClass else { return }
    switch kind {
    case .asymmetric:
      throw ZooError(
        .unsupported,
        "the asymmetric loss is of questions with the answers yes and no; the task is one of several"
          + " classes", at: place, advice: "use \"focal\" or \"cross-entropy\"")
    case .focal(_, .some):
      throw ZooError(
        .unsupported,
        "\"alpha\" weighs positive against negative answers; the task is one of several classes",
        at: place, advice: "leave \"alpha\" out; \"classWeights\" weighs classes")
    case .focal, .crossEntropy: return
    }
  }
}

extension LossSettings: Equatable {
  package static func == (a: LossSettings, b: LossSettings) -> Bool { a.kind == b.kind }
}
