import Basics
import EncoderKit
import Foundation
import Fusion
import Tensors
import Training

/// What a script can't express.
extension PythonLoader {
  static func refusal(_ what: String) -> ZooError {
    ZooError(
      .unsupported, "the script can't express \(what)",
      advice: "write an ONNX file instead: --onnx FILE")
  }

  /// A head is code of a plugin; the script knows features side by side under the decoder.
  static func checkHead(_ model: TrainedModel) throws {
    guard let fusion = model.fusion else { return }
    guard fusion.head == "concat" else {
      throw refusal("the fusion head \"\(fusion.head)\"; it knows \"concat\"")
    }
    if fusion.decoders != nil { throw refusal("decoders of each side beside the fusion head") }
    if fusion.learnsMissingModality {
      throw refusal("what stands in for a missing side (\"missing\")")
    }
  }

  /// Options that differ from the encoder's own; dropout does nothing in evaluation.
  static func checkOptions(
    _ branch: ImageBranch, _ description: EncoderDescription, _ library: ImageDetails.Library
  ) throws {
    guard case .object(let given) = branch.options.content else { return }
    for (key, value) in given where key != "dropout" && key != "depthRate" {
      let usual = description.options.first { $0.name == key }?.fallback
      // Defaults of words are written without quotation marks.
      let parsed = usual.map { (try? JSONValue.parse(Data($0.utf8))) ?? $0.json }
      guard parsed != value else { continue }
      throw refusal(
        "\"\(key)\": \(value.text(pretty: false)): \(library.rawValue)'s \(branch.encoder) has another"
      )
    }
  }

  /// Parameters that the script would leave out.
  static func checkKeys(_ model: TrainedModel) throws {
    for parameter in model.classifier.store.parameters {
      var parts = parameter.key.split(separator: ".").map(String.init)
      if parts[0] == "text", (model.text?.members ?? 1) > 1 { parts.remove(at: 1) }
      let known: [String]? =
        switch parts[0] {
        case "text": ["embedding", "convolutions"]
        case "head": ["norm1", "hidden", "norm2", "output"]
        case "image": nil
        default: []
        }
      if let known, parts.count < 2 || !known.contains(parts[1]) {
        throw refusal("what \"\(parameter.key)\" is for")
      }
    }
  }

  static func checkText(_ steps: [Trace.Step]) throws {
    for (index, step) in steps.enumerated() {
      guard case .embedding = step.operation else { continue }
      for user in steps where user.inputs.contains(index) {
        guard case .convolutionMaxOverTime = user.operation else {
          throw refusal("the text encoder's \"\(user.operation.name)\"")
        }
      }
    }
  }
}
