/// What a new fusion head starts from.
extension PluginTemplate {
  static let fusionHead = """
    import EncoderKit

    /// The product of both modalities, feature by feature.
    ///
    /// f = tanh(W · x) ∘ tanh(V · y), x the image's features `[batch, imageWidth]`, y the text's
    /// `[batch, textWidth]`, f `[batch, width]`.
    struct {{NAME}}: FusionHead {
      let width: Int
      private let image: Linear
      private let text: Linear

      init(width: Int, _ shape: FusionShape, scope: Scope) throws {
        self.width = width
        // Every parameter has a key: image.weight, image.bias, text.weight, text.bias.
        image = try Linear(scope("image"), from: shape.imageWidth, to: width)
        text = try Linear(scope("text"), from: shape.textWidth, to: width)
      }

      func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
        pass.multiply(pass.tanh(image(input.image, &pass)), pass.tanh(text(input.text, &pass)))
      }
    }

    """

  static let fusionEntry = """
    private struct {{NAME}}Entry: FusionHeadEntry {
      let description = FusionHeadDescription(
        name: "{{ENTRY}}", summary: "the product of both modalities, feature by feature",
        formula: "f = tanh(W x) tanh(V y)", paper: "none", link: "https://example.org",
        options: [.init("width", default: "64", "width of the fused features")])

      func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead {
        var options = options
        let width = try options.integer("width", in: 1...16_384, default: 64)
        try options.finish()
        return try {{NAME}}(width: width, shape, scope: scope)
      }
    }

    """
}
