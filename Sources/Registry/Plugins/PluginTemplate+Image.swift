/// What a new encoder of images starts from.
extension PluginTemplate {
  static let imageNetwork = """
    import EncoderKit

    /// A small convolutional network: a stem, two layers that halve the map, the mean of the last.
    ///
    /// Images `[batch, height, width, channels]` to features `[batch, featureWidth]`.
    struct {{NAME}}: ImageEncoder {
      private let convolutions: [Convolution]
      private let normalizations: [BatchNormalization]
      let featureWidth: Int
      let stages: [EncoderStage]

      init(width: Int, channels: Int, scope: Scope) throws {
        let widths = [width, 2 * width, 4 * width]
        // Every parameter has a key: conv1.weight, bn1.weight, bn1.bias, …
        convolutions = try widths.indices.map { layer in
          try Convolution(
            scope("conv\\(layer + 1)"), from: layer == 0 ? channels : widths[layer - 1],
            to: widths[layer], kernel: 3, stride: 2, padding: 1)
        }
        normalizations = try widths.enumerated().map { layer, width in
          try BatchNormalization(scope("bn\\(layer + 1)"), channels: width, relu: true)
        }
        featureWidth = widths[2]
        stages = Self.stages
      }

      /// What a study can freeze up to: names, and the keys of each part.
      static let stages =
        (1...3).map { EncoderStage("layer\\($0)", keys: ["conv\\($0)", "bn\\($0)"]) }
        + [EncoderStage("pool")]

      func run(stage: Int, on x: Tensor, _ pass: inout Forward) -> Tensor {
        guard stage < convolutions.count else { return pass.globalAveragePool(x) }
        return normalizations[stage](convolutions[stage](x, &pass), &pass)
      }
    }

    """

  static let imageEntry = """
    private struct {{NAME}}Entry: ImageEncoderEntry {
      let description = EncoderDescription(
        name: "{{ENTRY}}", modality: .image, summary: "three convolutions with normalisation",
        paper: "none", link: "https://example.org", licence: "Apache-2.0",
        options: [.init("width", default: "16", "channels of the first layer")],
        image: ImageDetails(
          featureWidth: 64, classifier: "fc", stages: {{NAME}}.stages.map(\\.name), size: 64))

      func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
        var options = options
        let width = try options.integer("width", in: 1...1024, default: 16)
        try options.finish()
        return try {{NAME}}(width: width, channels: input.channels, scope: scope)
      }
    }

    """

  /// The branch of its study.
  static let imageBranch = """
        {
          "name": "{{ENTRY}}", "encoder": "{{ENTRY}}", "size": 64, "channels": 1,
          "training": {"epochs": 12, "batchSize": 16, "learningRate": 0.002}
        }
    """
}
