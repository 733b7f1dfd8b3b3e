import EncoderKit

/// The gated multimodal unit: a gate that reads both sides says, feature by feature, which is heard.
///
/// h = tanh(W · x), k = tanh(V · y), z = σ(U · [x, y]), f = z ∘ h + (1 − z) ∘ k, `[batch, width]`.
/// Arevalo et al. 2017, "Gated Multimodal Units for Information Fusion",
/// https://arxiv.org/abs/1702.01992; here each of the three has a bias. Keys: `image.weight` `[width,
/// imageWidth]`, `text.weight` `[width, textWidth]`, `gate.weight` `[width, imageWidth + textWidth]`,
/// and a `bias` `[width]` of each.
struct GatedUnit: FusionHead {
  let width: Int
  private let image: Linear
  private let text: Linear
  private let gate: Linear

  init(width: Int, _ shape: FusionShape, _ scope: Scope) throws {
    self.width = width
    image = try Linear(scope("image"), from: shape.imageWidth, to: width)
    text = try Linear(scope("text"), from: shape.textWidth, to: width)
    gate = try Linear(scope("gate"), from: shape.imageWidth + shape.textWidth, to: width)
  }

  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
    let h = pass.tanh(image(input.image, &pass))
    let k = pass.tanh(text(input.text, &pass))
    let z = pass.sigmoid(gate(pass.concatenate([input.image, input.text]), &pass))
    // z ∘ h + (1 − z) ∘ k = k + z ∘ (h − k)
    return pass.add(k, pass.multiply(z, pass.add(h, pass.multiply(k, -1))))
  }
}

/// The entry of `gated`.
struct GatedUnitEntry: FusionHeadEntry {
  let description = FusionHeadDescription(
    name: "gated", summary: "a gate that reads both sides weighs them, feature by feature",
    formula: "f = z tanh(W x) + (1 - z) tanh(V y), z = sigmoid(U [x, y])",
    paper: "Gated Multimodal Units for Information Fusion (Arevalo et al., 2017)",
    link: "https://arxiv.org/abs/1702.01992", options: [widthOption])

  func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead {
    var options = options
    let width = try width(&options)
    try options.finish()
    return try GatedUnit(width: width, shape, scope)
  }
}
