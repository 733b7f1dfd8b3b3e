import EncoderKit

/// Both sides brought to one space and added.
///
/// f = W · x + V · y, `[batch, width]`. Kiela et al. 2018, "Efficient Large-Scale Multi-Modal
/// Classification", https://arxiv.org/abs/1802.02892 (there "additive"). Keys: `image.weight` `[width,
/// imageWidth]`, `image.bias`, `text.weight` `[width, textWidth]`, `text.bias`.
struct Addition: FusionHead {
  let width: Int
  private let image: Linear
  private let text: Linear

  init(width: Int, _ shape: FusionShape, _ scope: Scope) throws {
    self.width = width
    image = try Linear(scope("image"), from: shape.imageWidth, to: width)
    text = try Linear(scope("text"), from: shape.textWidth, to: width)
  }

  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
    pass.add(image(input.image, &pass), text(input.text, &pass))
  }
}

/// The entry of `sum`.
struct AdditionEntry: FusionHeadEntry {
  let description = FusionHeadDescription(
    name: "sum", summary: "both sides brought to one space and added", formula: "f = W x + V y",
    paper: "Efficient Large-Scale Multi-Modal Classification (Kiela et al., 2018)",
    link: "https://arxiv.org/abs/1802.02892", options: [widthOption])

  func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead {
    var options = options
    let width = try width(&options)
    try options.finish()
    return try Addition(width: width, shape, scope)
  }
}
