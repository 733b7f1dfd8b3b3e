import Basics
import Layers
import Tensors

/// An image encoder that says which of its stages runs, so that a mistake's message names it.
private struct NamedImageEncoder: ImageEncoder {
  let name: String
  let encoder: any ImageEncoder

  var featureWidth: Int { encoder.featureWidth }
  var stages: [EncoderStage] { encoder.stages }

  func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
    let names = encoder.stages.map(\.name)
    let stageName = names.indices.contains(stage) ? names[stage] : "\(stage)"
    return Running.named("stage \(stageName) of the encoder \(name)") {
      encoder.run(stage: stage, on: x, &pass)
    }
  }
}

/// The same of texts.
private struct NamedTextEncoder: TextEncoder {
  let name: String
  let encoder: any TextEncoder

  var featureWidth: Int { encoder.featureWidth }
  var wordWidth: Int? { encoder.wordWidth }
  var stages: [EncoderStage] { encoder.stages }

  func features(_ texts: [[Int32]], _ pass: inout Forward) -> Tensor {
    Running.named("the encoder \(name)") { encoder.features(texts, &pass) }
  }

  func featuresAndWords(_ texts: [[Int32]], _ pass: inout Forward)
    -> (features: Tensor, words: WordStates?)
  {
    Running.named("the encoder \(name)") { encoder.featuresAndWords(texts, &pass) }
  }
}

/// The same of a fusion head.
private struct NamedFusionHead: FusionHead {
  let name: String
  let head: any FusionHead

  var width: Int { head.width }

  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
    Running.named("the fusion head \(name)") { head.fuse(input, &pass) }
  }
}

extension ImageEncoderEntry {
  /// Builds the encoder, as `make`; a mistake in it, then and later, is told with the encoder's
  /// name.
  ///
  /// - Throws: What `make` throws.
  package func makeNamed(options: JSONObject, input: ImageInput, scope: Scope) throws
    -> any ImageEncoder
  {
    let name = description.name
    return try Running.named("the making of the encoder \(name)") {
      NamedImageEncoder(
        name: name, encoder: try make(options: options, input: input, scope: scope))
    }
  }
}

extension TextEncoderEntry {
  /// Builds the encoder, as `make`; a mistake in it, then and later, is told with the encoder's
  /// name.
  ///
  /// - Throws: What `make` throws.
  package func makeNamed(options: JSONObject, preparation: TextPreparation, scope: Scope) throws
    -> any TextEncoder
  {
    let name = description.name
    return try Running.named("the making of the encoder \(name)") {
      NamedTextEncoder(
        name: name, encoder: try make(options: options, preparation: preparation, scope: scope))
    }
  }
}

extension FusionHeadEntry {
  /// Builds the head, as `make`; a mistake in it, then and later, is told with the head's name.
  ///
  /// - Throws: What `make` throws.
  package func makeNamed(options: JSONObject, shape: FusionShape, scope: Scope) throws
    -> any FusionHead
  {
    let name = description.name
    return try Running.named("the making of the fusion head \(name)") {
      NamedFusionHead(name: name, head: try make(options: options, shape: shape, scope: scope))
    }
  }
}
