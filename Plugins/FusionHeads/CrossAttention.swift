import EncoderKit

/// Cross-attention in both directions: every region of the image looks at the words, every word at the
/// regions.
///
/// R = regions · Wᵣᵀ, T = words · Wₜᵀ, both `width` wide; f = [mean over regions of A(R, T, T), mean over
/// words of A(T, R, R)], `[batch, 2 · width]`, A(Q, K, V) the scaled dot-product attention in several
/// heads of Q·W_q, K·W_k, V·W_v. Tan and Bansal 2019, "LXMERT: Learning Cross-Modality Encoder
/// Representations from Transformers", https://arxiv.org/abs/1908.07490, of which it is one
/// cross-attention, without residual and feed-forward layers. Regions and words have no positions: a
/// mirrored image gives the same. Keys: `regions` `[width, regionWidth]`, `words` `[width, wordWidth]`,
/// `image.query`, `image.key`, `image.value`, `text.query`, `text.key`, `text.value` `[width, width]`,
/// each with `weight` and `bias`; `image` is the direction in which regions ask.
struct CrossAttention: FusionHead {
  /// The projections of one direction.
  private struct Direction {
    let query: Linear
    let key: Linear
    let value: Linear

    init(_ scope: Scope, width: Int) throws {
      query = try Linear(scope("query"), from: width, to: width)
      key = try Linear(scope("key"), from: width, to: width)
      value = try Linear(scope("value"), from: width, to: width)
    }
  }

  let width: Int
  private let heads: Int
  private let regions: Linear
  private let words: Linear
  private let image: Direction
  private let text: Direction

  init(
    width: Int, heads: Int, regionWidth: Int, wordWidth: Int, _ scope: Scope
  ) throws {
    self.width = 2 * width
    self.heads = heads
    regions = try Linear(scope("regions"), from: regionWidth, to: width)
    words = try Linear(scope("words"), from: wordWidth, to: width)
    image = try Direction(scope("image"), width: width)
    text = try Direction(scope("text"), width: width)
  }

  func fuse(_ input: FusionInput, _ pass: inout Forward) -> Tensor {
    guard let maps = input.regions, let states = input.words else {
      preconditionFailure("attention without regions or words")
    }
    let (r, t) = (rows(regions, maps, &pass), rows(words, states, &pass))
    let seen = attend(image, from: r, to: t, counts: input.wordCounts, &pass)
    let said = attend(text, from: t, to: r, counts: nil, &pass)
    return pass.concatenate([
      pass.meanOverRows(seen), pass.meanOverRows(said, counts: input.wordCounts),
    ])
  }

  private func attend(
    _ direction: Direction, from queries: Tensor, to others: Tensor, counts: [Int]?,
    _ pass: inout Forward
  ) -> Tensor {
    let query = rows(direction.query, queries, &pass)
    let key = rows(direction.key, others, &pass)
    let value = rows(direction.value, others, &pass)
    return pass.crossAttention(query, key, value, heads: heads, keyCounts: counts)
  }

  /// A linear layer over `[batch, rows, width]`.
  private func rows(_ layer: Linear, _ x: Tensor, _ pass: inout Forward) -> Tensor {
    let (batch, count) = (x.shape[0], x.shape[1])
    let flat = layer(pass.reshape(x, to: [batch * count, x.channels]), &pass)
    return pass.reshape(flat, to: [batch, count, flat.channels])
  }
}

/// The entry of `attention`.
struct CrossAttentionEntry: FusionHeadEntry {
  let description = FusionHeadDescription(
    name: "attention", summary: "image regions look at words, words at image regions",
    formula: "f = [mean A(R, T, T), mean A(T, R, R)], A(Q, K, V) = softmax(Q K' / sqrt d) V",
    paper: "LXMERT: Learning Cross-Modality Encoder Representations (Tan and Bansal, 2019)",
    link: "https://arxiv.org/abs/1908.07490",
    options: [
      .init(
        "width", default: "64", "width of each direction; the fused features have twice as many"),
      .init("heads", default: "4", "heads of attention; they divide the width"),
    ], reads: [.regions, .words])

  func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead {
    var options = options
    let width = try width(&options, default: 64)
    let heads = try options.integer("heads", in: 1...256, default: 4)
    try options.finish()
    guard width % heads == 0 else {
      throw ZooError(
        .badValue, "\(heads) heads do not divide a width of \(width)", at: options.place)
    }
    guard let regionWidth = shape.regionWidth, let wordWidth = shape.wordWidth else {
      throw ZooError(
        .unsupported,
        "attention needs an image encoder that gives regions and a text encoder that "
          + "gives words", at: options.place)
    }
    return try CrossAttention(
      width: width, heads: heads, regionWidth: regionWidth, wordWidth: wordWidth, scope)
  }
}
