import Basics
import Evaluation
import Training

/// The lines of the script that turn several logits into probabilities and labels, as `zoo predict` does.
struct AnswerLoader {
  let text: String

  /// Nil for a model of one question, whose script prints the logit alone, as published bundles hold it.
  init?(_ model: TrainedModel) {
    let (activation, choice): (String, String)
    switch model.task {
    case .binary: return nil
    case .multiClass:
      activation = "torch.softmax(torch.tensor(found, dtype=torch.float64), 0)"
      choice = "LABELS[max(range(len(LABELS)), key=probabilities(found).__getitem__)]"
    case .multiLabel:
      activation = "torch.sigmoid(torch.tensor(found, dtype=torch.float64))"
      choice =
        "[a for a, b, c in zip(LABELS, probabilities(found), THRESHOLDS, strict=True) if b >= c]"
    }
    let thresholds =
      model.task == .multiLabel ? "THRESHOLDS = \(model.thresholds.json.text(pretty: false))\n" : ""
    text = """

      LABELS = \(model.labels.json.text(pretty: false))
      \(thresholds)

      def probabilities(found):
          return \(activation).tolist()


      # \(model.task == .multiClass ? "The most probable class" : "What is present, each by its threshold").
      def answer(found):
          return \(choice)


      def tell(found):
          print(answer(found))
          for name, value in sorted(zip(LABELS, probabilities(found)), key=lambda one: -one[1]):
              print(f"{value:.4f}  {name}")
      """
  }
}
