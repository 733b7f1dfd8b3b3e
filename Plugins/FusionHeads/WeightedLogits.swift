import EncoderKit

/// Late fusion: the logits of both sides' own decoders, weighted.
///
/// l = a · l(x) + c · l(y) + b, `[batch, outputs]`. The weights are learnt on the validation subset,
/// which the decoders have not seen: on the training subset the more overfitted side would win. It is the
/// stacking of Wolpert 1992, "Stacked generalization", https://doi.org/10.1016/S0893-6080(05)80023-1, with
/// one held-out part. Keys: `weight` `[outputs, 2 · outputs]`, the image's columns first, identities at
/// the start; `bias` `[outputs]`.
struct WeightedLogits: FusionHead {
  let width: Int
  private let weights: Linear

  init(_ shape: FusionShape, _ scope: Scope) throws {
    let outputs = shape.outputs
    let start = (0..<outputs).flatMap { row in
      (0..<2 * outputs).map { Float($0 % outputs == row ? 1 : 0) }
    }
    width = outputs
    weights = try Linear(scope, from: 2 * outputs, to: outputs, initializer: .values(start))
  }

  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
    guard let image = input.imageLogits, let text = input.textLogits else {
      preconditionFailure("late fusion without its parts' logits")
    }
    return weights(pass.concatenate([image, text]), &pass)
  }
}

/// The entry of `late`.
struct WeightedLogitsEntry: FusionHeadEntry {
  let description = FusionHeadDescription(
    name: "late", summary: "the logits of both sides, weighted; the weights learnt on validation",
    formula: "l = a l(x) + c l(y) + b", paper: "Stacked generalization (Wolpert, 1992)",
    link: "https://doi.org/10.1016/S0893-6080(05)80023-1", result: .logits, reads: [.logits],
    learnsOn: .validation)

  func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead {
    try options.finish()
    return try WeightedLogits(shape, scope)
  }
}
