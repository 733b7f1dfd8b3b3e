import EncoderKit

/// Low-rank multimodal fusion: every product of an image's and a text's feature, through a tensor that
/// is a sum of few outer products.
///
/// f = Σᵣ (Wᵣ · [x, 1]) ∘ (Vᵣ · [y, 1]) + b, r = 1…rank, `[batch, width]`. Liu et al. 2018, "Efficient
/// Low-rank Multimodal Fusion with Modality-Specific Factors", https://arxiv.org/abs/1806.00064. The
/// appended 1 is a bias, and keeps the terms of each side alone. Keys: `image.weight` `[rank · width,
/// imageWidth]` (rank by rank), `image.bias`, `text.weight` `[rank · width, textWidth]`, `text.bias`,
/// `bias` `[width]`.
struct LowRankBilinear: FusionHead {
  let width: Int
  private let rank: Int
  private let image: Linear
  private let text: Linear
  private let bias: Parameter

  init(width: Int, rank: Int, _ shape: FusionShape, _ scope: Scope) throws {
    self.width = width
    self.rank = rank
    image = try Linear(scope("image"), from: shape.imageWidth, to: rank * width)
    text = try Linear(scope("text"), from: shape.textWidth, to: rank * width)
    bias = try scope.parameter("bias", shape: [width], kind: .offset, initializer: .constant(0))
  }

  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
    let products = pass.multiply(image(input.image, &pass), text(input.text, &pass))
    let batch = products.shape[0]
    let mean = pass.meanOverRows(pass.reshape(products, to: [batch, rank, width]))
    let shift = pass.rows(nil, at: [Int?](repeating: nil, count: batch), otherwise: bias)
    return pass.add(pass.multiply(mean, Float(rank)), shift)
  }
}

/// The entry of `bilinear`.
struct LowRankBilinearEntry: FusionHeadEntry {
  let description = FusionHeadDescription(
    name: "bilinear", summary: "products of features through a tensor of low rank",
    formula: "f = sum over r of (W_r [x, 1]) (V_r [y, 1]) + b",
    paper:
      "Efficient Low-rank Multimodal Fusion with Modality-Specific Factors (Liu et al., 2018)",
    link: "https://arxiv.org/abs/1806.00064",
    options: [
      widthOption, .init("rank", default: "4", "outer products that the tensor is a sum of"),
    ])

  func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead {
    var options = options
    let width = try width(&options)
    let rank = try options.integer("rank", in: 1...256, default: 4)
    try options.finish()
    return try LowRankBilinear(width: width, rank: rank, shape, scope)
  }
}
