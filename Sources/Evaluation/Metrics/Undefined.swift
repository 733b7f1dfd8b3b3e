/// Why a number can't be computed from the cases at hand.
///
/// The raw value is stable and fit for a file; `sentence` is for a page.
package enum Undefined: String, Sendable, Equatable, CaseIterable {
  case noCases = "no-cases"
  case noPositives = "no-positives"
  case noNegatives = "no-negatives"
  case oneClass = "one-class"
  case noDefinedLabels = "no-defined-labels"
  case constantAnswers = "constant-answers"
  case constantScores = "constant-scores"
  case separated
  case reversed
  case tooFewInBin = "too-few-in-bin"
  case tooFew = "too-few"
  case oneGroup = "one-group"
  case fewResamples = "few-resamples"
  case nothingCalledPositive = "nothing-called-positive"
  case nothingCalledNegative = "nothing-called-negative"
  case certainProbabilities = "certain-probabilities"
  case noInternalAnswers = "no-internal-answers"
  case learntFromValidation = "learnt-from-validation"

  /// The reason in words.
  package var sentence: String {
    switch self {
    case .noCases: "there is no case with a known answer"
    case .noPositives: "no case is positive"
    case .noNegatives: "no case is negative"
    case .oneClass: "all cases are of one class"
    case .noDefinedLabels: "no label has both positive and negative cases"
    case .constantAnswers: "answers and labels are all of one and the same class"
    case .constantScores: "all scores are equal"
    case .separated: "the scores separate the classes, so that no finite value fits best"
    case .reversed: "the scores fall where they should rise: are the labels turned round?"
    case .tooFewInBin: "a bin holds a single case"
    case .tooFew: "too few positive or negative cases"
    case .oneGroup: "fewer than two groups have enough cases"
    case .fewResamples: "fewer than half of the resamples define it"
    case .nothingCalledPositive: "no case is called positive"
    case .nothingCalledNegative: "no case is called negative"
    case .certainProbabilities: "some probabilities are 0 or 1, whose logits are infinite"
    case .noInternalAnswers: "no answers to internal cases lie beside the model"
    case .learntFromValidation: "the model's head learnt from the validation cases themselves"
    }
  }
}
