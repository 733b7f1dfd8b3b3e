import EncoderKit

/// The features of both sides, one behind the other.
///
/// f = [x, y], `[batch, imageWidth + textWidth]`; no parameters. The fusion of the 2019 study this
/// project grew from: the decoder over it is where the sides meet.
struct Concatenation: FusionHead {
  let width: Int

  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
    pass.concatenate([input.image, input.text])
  }
}

/// The entry of `concat`.
struct ConcatenationEntry: FusionHeadEntry {
  let description = FusionHeadDescription(
    name: "concat", summary: "features side by side under the dense decoder",
    formula: "f = [x, y]",
    paper: "Multimodal Deep Learning (Ngiam et al., 2011)",
    link: "https://icml.cc/2011/papers/399_icmlpaper.pdf", result: .sideBySide)

  func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead {
    try options.finish()
    return Concatenation(width: shape.imageWidth + shape.textWidth)
  }
}
