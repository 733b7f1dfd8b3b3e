import EncoderKit

/// A transformer over the pieces of a text.
///
/// Devlin et al. 2019, "BERT", https://arxiv.org/abs/1810.04805. Texts, each a list of pieces with those around it (`[CLS]` …
/// `[SEP]`), to `[texts, width]`: the mean of the last block's rows, or its first row. Keys are those of transformers'
/// `BertModel` without the pooler, with queries, keys and values joined: `embeddings.word_embeddings.weight`,
/// `encoder.layer.0.attention.qkv.weight`, `encoder.layer.0.attention.proj.weight`, ….
struct BertEncoder: TextEncoder {
  private let configuration: BertConfiguration
  private let words: Parameter
  private let positions: Parameter
  private let types: Parameter?
  private let normalization: LayerNormalization
  private let blocks: [BertBlock]
  /// The piece that fills shorter texts up; no place of theirs is read.
  private let padding: Int32

  var featureWidth: Int { configuration.width }
  var wordWidth: Int? { configuration.width }

  init(
    _ configuration: BertConfiguration, pieces: Int, padding: Int32, scope: Scope
  ) throws {
    self.configuration = configuration
    self.padding = padding
    let width = configuration.width
    let embeddings = scope("embeddings")
    words = try embeddings("word_embeddings").parameter(
      "weight", shape: [pieces, width], initializer: .normal(0.02))
    positions = try embeddings("position_embeddings").parameter(
      "weight", shape: [configuration.positions + configuration.firstPosition, width],
      initializer: .normal(0.02))
    types =
      configuration.types > 0
      ? try embeddings("token_type_embeddings").parameter(
        "weight", shape: [configuration.types, width], initializer: .normal(0.02)) : nil
    normalization = try LayerNormalization(
      embeddings("LayerNorm"), width: width, epsilon: configuration.epsilon)
    let layers = scope("encoder")("layer")
    blocks = try (0..<configuration.depth).map { try BertBlock(layers($0), configuration) }
  }

  func features(_ texts: [[Int32]], _ pass: inout Forward) -> Tensor {
    featuresAndWords(texts, &pass).features
  }

  func featuresAndWords(_ texts: [[Int32]], _ pass: inout Forward)
    -> (features: Tensor, words: WordStates?)
  {
    let texts = texts.map { Array($0.prefix(configuration.positions)) }
    let lengths = texts.map { max(1, $0.count) }
    let (longest, width) = (lengths.max() ?? 1, configuration.width)
    var ids: [Int32] = []
    for text in texts {
      ids += text + [Int32](repeating: padding, count: longest - text.count)
    }
    var x = pass.reshape(
      pass.embedding(words, ids), to: [texts.count, longest * width])
    let places = pass.embedding(
      positions, (0..<longest).map { Int32($0 + configuration.firstPosition) })
    x = pass.add(
      x, pass.broadcast(pass.reshape(places, to: [longest * width]), count: texts.count))
    if let types {
      let type = pass.embedding(types, [Int32](repeating: 0, count: longest))
      x = pass.add(
        x, pass.broadcast(pass.reshape(type, to: [longest * width]), count: texts.count))
    }
    x = normalization(pass.reshape(x, to: [texts.count, longest, width]), &pass)
    x = pass.dropout(x, rate: configuration.dropout)
    for block in blocks { x = block(x, lengths, &pass) }
    let layout = PackedLayout(lengths: lengths, gap: 0)
    let rows = lengths.enumerated().flatMap { item, length in
      (0..<length).map { Int32(item * longest + $0) }
    }
    let flat = pass.reshape(x, to: [texts.count * longest, width])
    let features: Tensor
    switch configuration.pooling {
    case .mean: features = pass.meanOverRows(x, counts: lengths)
    case .first:
      features = pass.slice(pass.reshape(x, to: [texts.count, longest * width]), 0..<width)
    }
    return (features, WordStates(rows: pass.gatherRows(flat, rows), layout: layout))
  }
}

/// Attention and a hidden layer, each added to what it was given and then normalised.
private struct BertBlock {
  private let attention: MultiHeadAttention
  private let normalizations: [LayerNormalization]
  private let hidden: Linear
  private let output: Linear
  private let dropout: Float

  init(_ scope: Scope, _ configuration: BertConfiguration) throws {
    let (width, epsilon) = (configuration.width, configuration.epsilon)
    attention = try MultiHeadAttention(
      scope("attention"), width: width, heads: configuration.heads, keys: .timm)
    let first = try LayerNormalization(
      scope("attention")("LayerNorm"), width: width, epsilon: epsilon)
    hidden = try Linear(scope("intermediate")("dense"), from: width, to: configuration.hidden)
    output = try Linear(scope("output")("dense"), from: configuration.hidden, to: width)
    normalizations = [
      first, try LayerNormalization(scope("output")("LayerNorm"), width: width, epsilon: epsilon),
    ]
    dropout = configuration.dropout
  }

  func callAsFunction(_ x: Tensor, _ lengths: [Int], _ pass: inout Forward) -> Tensor {
    let seen = pass.dropout(attention(x, &pass, lengths: lengths), rate: dropout)
    let y = normalizations[0](pass.add(x, seen), &pass)
    let thought = output(pass.activate(hidden(y, &pass), .gelu), &pass)
    return normalizations[1](pass.add(y, pass.dropout(thought, rate: dropout)), &pass)
  }
}
