import Basics
import EncoderKit
import Training

/// What somebody must know to give a model its inputs and understand its output, as texts by key.
///
/// `image` and `text` are JSON objects; a side that the model has not is left out.
struct ModelInterface {
  let metadata: [(key: String, value: String)]

  /// The interface of a model that reads at most so many words; nil for any number.
  init(_ model: TrainedModel, maximumWords: Int?) {
    var entries: [(String, JSONValue)] = [
      ("task", JSONValue(.string(model.isMultiLabel ? "multi-label" : "binary"))),
      ("labels", ModelInterface.strings(model.labels)),
      ("threshold", JSONValue(.number(model.threshold))),
    ]
    if !model.isMultiLabel { entries.append(("positive", JSONValue(.string(model.labels[1])))) }
    if let image = model.image { entries.append(("image", ModelInterface.image(image))) }
    if let text = model.text, let vocabulary = model.vocabulary {
      entries.append(
        (
          "text",
          [
            "encoder": JSONValue(.string(text.encoder)), "input": "words",
            "tokenizer": model.tokenizer.json, "padding": 0, "unknown": 1, "emptyText": [1],
            "maximumWords": maximumWords.map { JSONValue(.integer($0)) } ?? nil,
          ]
        ))
      entries.append(("vocabulary", ModelInterface.strings(vocabulary.words)))
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
      JSONValue(.array(values.map { JSONValue(.number(Double($0))) }))
    }
    let plain: JSONValue = [
      "encoder": JSONValue(.string(branch.encoder)), "input": "image",
      "colour": branch.preprocessing.channels == 1 ? "grey" : "RGB",
      "size": JSONValue(.integer(branch.preprocessing.size)),
      "resize": JSONValue(.integer(branch.preprocessing.resize)),
      "fit": JSONValue(.string(branch.preprocessing.fit.rawValue)),
      "interpolation": "bilinear, antialiased", "range": [0, 1],
      "mean": numbers(fitted.mean),
      "deviation": numbers(fitted.deviation),
    ]
    // What is 1 of the range, where samples have 16 bits.
    guard let bits = branch.pixels.bits, case .object(let members) = plain.content else {
      return plain
    }
    return JSONValue(.object(members + [(key: "bits", value: JSONValue(.integer(bits)))]))
  }

  private static func strings(_ values: [String]) -> JSONValue {
    JSONValue(.array(values.map { JSONValue(.string($0)) }))
  }
}
