import EncoderKit

/// What stands for an encoder whose features were computed elsewhere: it has a width, and never runs.
package enum GivenFeatures {
  /// The name under which branches and models keep it.
  package static let encoder = "given-features"

  static func description(_ modality: EncoderDescription.Modality) -> EncoderDescription {
    EncoderDescription(
      name: encoder, modality: modality, summary: "vectors that were computed elsewhere",
      paper: "safetensors, a format of tensors", link: "https://github.com/huggingface/safetensors",
      options: [.init("width", default: "none", "numbers of a vector")])
  }

  static func width(_ options: JSONObject) throws -> Int {
    var options = options
    let width = try options.required("width").integer(in: 1...1_000_000)
    try options.finish()
    return width
  }
}

/// The same on the image side.
struct GivenImageFeatures: ImageEncoderEntry {
  let description = GivenFeatures.description(.image)

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    Encoder(featureWidth: try GivenFeatures.width(options))
  }

  private struct Encoder: ImageEncoder {
    let featureWidth: Int
    let stages = [EncoderStage("given")]

    func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
      endProcess("the vectors of an image were computed elsewhere; no image can be read")
    }
  }
}

/// The same on the text side.
struct GivenTextFeatures: TextEncoderEntry {
  let description = GivenFeatures.description(.text)

  func prepare(
    corpus: [[String]], options: JSONObject, vectors: String?, random: RandomStream,
    progress: (Double) -> Bool
  ) throws -> TextPreparation {
    TextPreparation(vocabulary: Vocabulary(counts: [:]), dimension: 1, vectors: nil)
  }

  func make(options: JSONObject, preparation: TextPreparation, scope: Scope) throws
    -> any TextEncoder
  {
    Encoder(featureWidth: try GivenFeatures.width(options))
  }

  private struct Encoder: TextEncoder {
    let featureWidth: Int

    func features(_ texts: [[Int32]], _ pass: inout Forward) -> Tensor {
      endProcess("the vectors of a text were computed elsewhere; no text can be read")
    }
  }
}
