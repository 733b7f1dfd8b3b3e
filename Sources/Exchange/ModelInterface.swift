import Basics
import Downloads
import EncoderKit
import Evaluation
import Foundation
import Training

/// What somebody must know to give a model its inputs and understand its output, as texts by key.
///
/// `image` and `text` are JSON objects; a side that the model has not is left out.
struct ModelInterface {
  let metadata: [(key: String, value: String)]

  /// The interface of a model that reads at most so many words; nil for any number.
  ///
  /// - Throws: `ZooError` where libcrypto fails.
  init(_ model: TrainedModel, maximumWords: Int?) throws {
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
    if let text = model.text, let tokenizer = model.ownTokenizer {
      entries.append(("text", try ModelInterface.pieces(text, tokenizer, model)))
    } else if let text = model.text, let vocabulary = model.vocabulary {
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

  /// Texts as pieces of the encoder's own tokenizer, whose files are named by their hashes.
  private static func pieces(
    _ branch: TextBranch, _ tokenizer: any TextTokenizer, _ model: TrainedModel
  ) throws -> JSONValue {
    let files = model.tokenizerFiles
    let hashes = try (files?.names ?? []).map { name in
      let hash = try SHA256Stream()
      try (files?.bytes(name) ?? Data()).withUnsafeBytes { try hash.update($0) }
      return (key: name, value: try hash.finish().json)
    }
    func ids(_ pieces: [Int32]) -> JSONValue { pieces.map { Int($0).json }.json }
    return [
      "encoder": branch.encoder.json, "input": "words",
      "tokenizer": ["files": JSONValue(.object(hashes))],
      "beginning": ids(tokenizer.beginning), "end": ids(tokenizer.end),
      "padding": Int(tokenizer.padding).json, "unknown": tokenizer.unknown.map { Int($0) }.json,
      "emptyText": ids(tokenizer.beginning + tokenizer.end),
      "maximumWords": model.maximumPieces.json,
    ]
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
