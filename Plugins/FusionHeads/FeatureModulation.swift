import EncoderKit

/// Feature-wise linear modulation: one side scales and shifts the features of the other.
///
/// f = relu((1 + G · y) ∘ (W · x) + B · y), `[batch, width]`; x and y change places where the image is
/// the condition. Perez et al. 2018, "FiLM: Visual Reasoning with a General Conditioning Layer",
/// https://arxiv.org/abs/1709.07871: its γ = 1 + Δγ, its ReLU behind; here over features rather than
/// maps. Keys: `features.weight` `[width, width of the modulated side]`, `scale.weight` and
/// `shift.weight` `[width, width of the condition]`, and a `bias` `[width]` of each.
struct FeatureModulation: FusionHead {
  /// Which side modulates the other.
  enum Condition: String, CaseIterable {
    case text
    case image
  }

  let width: Int
  private let condition: Condition
  private let features: Linear
  private let scale: Linear
  private let shift: Linear

  init(width: Int, _ condition: Condition, _ shape: FusionShape, _ scope: Scope) throws {
    self.width = width
    self.condition = condition
    let (modulated, reading) =
      condition == .text
      ? (shape.imageWidth, shape.textWidth) : (shape.textWidth, shape.imageWidth)
    features = try Linear(scope("features"), from: modulated, to: width)
    scale = try Linear(scope("scale"), from: reading, to: width)
    shift = try Linear(scope("shift"), from: reading, to: width)
  }

  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
    let (x, y) =
      condition == .text ? (input.image, input.text) : (input.text, input.image)
    let plain = features(x, &pass)
    let scaled = pass.add(plain, pass.multiply(scale(y, &pass), plain))
    return pass.relu(pass.add(scaled, shift(y, &pass)))
  }
}

/// The entry of `film`.
struct FeatureModulationEntry: FusionHeadEntry {
  let description = FusionHeadDescription(
    name: "film", summary: "the text scales and shifts the image's features, or the other way",
    formula: "f = relu((1 + G y) (W x) + B y)",
    paper: "FiLM: Visual Reasoning with a General Conditioning Layer (Perez et al., 2018)",
    link: "https://arxiv.org/abs/1709.07871",
    options: [
      widthOption,
      .init("condition", default: "text", "the side that modulates the other: text, image"),
    ])

  func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead {
    var options = options
    let width = try width(&options)
    let condition = try options.choice(
      "condition", among: FeatureModulation.Condition.allCases.map(\.rawValue), default: "text")
    try options.finish()
    return try FeatureModulation(
      width: width, FeatureModulation.Condition(rawValue: condition) ?? .text, shape, scope)
  }
}
