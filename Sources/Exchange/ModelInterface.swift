import Basics
import EncoderKit
import Evaluation
import Training

/// What somebody must know to give a model its inputs and understand its output, as texts by key.
///
/// `image` and `text` are JSON objects; a side that the model has not is left out.
struct ModelInterface {
  let metadata: [(key: String, value: String)]

  /// The interface of a model that reads at most so many words; nil for any number.
  init(_ model: TrainedModel, maximumWords: Int?) {
    var entries: [(String, JSONValue)] = [
      ("task", model.task.rawValue.json),
      ("activation", (model.task == .multiClass ? "softmax" : "sigmoid").json),
      ("labels", model.labels.json),
    ]
    // Of several classes the most probable is chosen.
    if model.task != .multiClass { entries.append(model.thresholdMember) }
    if let calibration = model.calibration { entries.append(("calibration", calibration.json)) }
    if model.task == .binary { entries.append(("positive", model.labels[1].json)) }
    if let image = model.image { entries.append(("image", ModelInterface.image(image))) }
    if let text = model.text, let vocabulary = model.vocabulary {
      entries.append(
        (
          "text",
          [
            "encoder": text.encoder.json, "input": "words",
            "tokenizer": model.tokenizer.json, "padding": 0, "unknown": 1, "emptyText": [1],
            "maximumWords": maximumWords.json,
          ]
        ))
      entries.append(("vocabulary", vocabulary.words.json))
    }
    metadata =
      [("encoderzoo.schema", "1")]
      + entries.map { name, value in
        if case .string(let text) = value.content { return ("encoderzoo.\(name)", text) }
        return ("encoderzoo.\(name)", value.text(pretty: false))
      }
  }

  private static func image(_ branch: ImageBranch) -> JSONValue {
    let fitted = (branch.pixels.normalization ?? PixelNormalization(mean: [0], deviation: [1]))
      .spread(over: branch.preprocessing.channels)
    func numbers(_ values: [Float]) -> JSONValue {
      JSONValue(.array(values.map { Double($0).json }))
    }
    let plain: JSONValue = [
      "encoder": branch.encoder.json, "input": "image",
      "colour": branch.preprocessing.channels == 1 ? "grey" : "RGB",
      "size": branch.preprocessing.size.json, "resize": branch.preprocessing.resize.json,
      "fit": branch.preprocessing.fit.rawValue.json,
      "interpolation": "bilinear, antialiased", "range": [0, 1], "mean": numbers(fitted.mean),
      "deviation": numbers(fitted.deviation),
    ]
    // What is 1 of the range, where samples have 16 bits.
    guard case .object(let members) = plain.content else { return plain }
    let bits = branch.pixels.bits.map { [(key: "bits", value: $0.json)] } ?? []
    return JSONValue(.object(members + bits + branch.preprocessing.dicomMembers))
  }
}
