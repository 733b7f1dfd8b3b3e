import Basics
import Evaluation
import Training

/// The lines of the script that make calibrated probabilities of logits, as `zoo predict` does.
struct CalibrationLoader {
  let text: String

  /// Nil for a model without calibrators.
  init?(_ model: TrainedModel) {
    guard let calibration = model.calibration else { return nil }
    let list = calibration.calibrators.map { item -> JSONValue in item?.json ?? nil }.json
    let values = list.text(pretty: false).replacing("null", with: "None")
    let body: String
    if model.task == .multiClass {
      body = """
        def calibrated(found):
            x = torch.tensor(found, dtype=torch.float64) / CALIBRATORS[0]["temperature"]
            return torch.softmax(x, 0).tolist()
        """
    } else {
      body = """
        def calibrated(found):
            return [c and probability(c, z) for c, z in zip(CALIBRATORS, found, strict=True)]


        def probability(calibrator, z):
        \(Self.map(calibration.kind))
        """
    }
    text =
      "\n# \(calibration.sentence); None where none could be fitted.\nCALIBRATORS = \(values)\n\n\n"
      + body
  }

  /// From one logit to one probability.
  private static func map(_ kind: ModelCalibration.Kind) -> String {
    switch kind {
    case .temperature:
      """
          return torch.sigmoid(torch.tensor(z / calibrator["temperature"], dtype=torch.float64)).item()
      """
    case .platt:
      """
          z = calibrator["slope"] * z + calibrator["intercept"]
          return torch.sigmoid(torch.tensor(z, dtype=torch.float64)).item()
      """
    case .isotonic:
      """
          x, y = calibrator["logits"], calibrator["probabilities"]
          above = sum(one < z for one in x)
          if above in (0, len(x)):
              return y[min(above, len(x) - 1)]
          share = (z - x[above - 1]) / (x[above] - x[above - 1])
          return y[above - 1] + (y[above] - y[above - 1]) * share
      """
    }
  }
}
