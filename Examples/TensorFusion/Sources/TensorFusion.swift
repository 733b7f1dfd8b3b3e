import EncoderKit

/// Tensor fusion: every product of a few features of both sides, and those features themselves.
///
/// f = [1, relu(W · x)] ⊗ [1, relu(V · y)], `[batch, (width + 1)²]`: what each side says alone stands in
/// the first row and column. Zadeh et al. 2017, "Tensor Fusion Network for Multimodal Sentiment
/// Analysis", https://arxiv.org/abs/1707.07250. Keys: `image.weight` `[width, imageWidth]`,
/// `image.bias`, `text.weight` `[width, textWidth]`, `text.bias`.
struct TensorFusion: FusionHead {
  let width: Int
  private let image: Linear
  private let text: Linear

  init(width: Int, _ shape: FusionShape, _ scope: Scope) throws {
    self.width = (width + 1) * (width + 1)
    image = try Linear(scope("image"), from: shape.imageWidth, to: width)
    text = try Linear(scope("text"), from: shape.textWidth, to: width)
  }

  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
    let one = Tensor(repeating: 1, shape: [input.image.shape[0], 1])
    let x = pass.concatenate([one, pass.relu(image(input.image, &pass))])
    let y = pass.concatenate([one, pass.relu(text(input.text, &pass))])
    return pass.outerProduct(x, y)
  }
}
