import EncoderKit

/// A transformer over the pieces of a text.
///
/// Devlin et al. 2019, "BERT", https://arxiv.org/abs/1810.04805. Texts, each a list of pieces with those around it (`[CLS]` …
/// `[SEP]`), to `[texts, width]`: the mean of the last block's rows, its first row, or that through the published pooler.
/// Keys are those of transformers' `BertModel`, with queries, keys and values joined: `embeddings.word_embeddings.weight`,
/// `encoder.layer.0.attention.qkv.weight`, `encoder.layer.0.attention.proj.weight`, ….
struct BertEncoder: TextEncoder {
  private let configuration: BertConfiguration
  private let words: Parameter
  private let positions: Parameter
  private let types: Parameter?
  private let normalization: LayerNormalization
  private let blocks: [BertBlock]
  private let pooler: Linear?
  /// The parameters of each stage.
  private let parameters: [[Parameter]]
  /// The piece that fills shorter texts up; no place of theirs is read.
  private let padding: Int32
  /// How many pieces stand before and behind each text.
  private let around: (before: Int, behind: Int)
  let stages: [EncoderStage]

  var featureWidth: Int { configuration.width }
  var wordWidth: Int? { configuration.width }

  init(
    _ configuration: BertConfiguration, pieces: Int, padding: Int32,
    around: (before: Int, behind: Int), scope: Scope
  ) throws {
    self.configuration = configuration
    self.around = around
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
    pooler =
      configuration.pooling == .pooler
      ? try Linear(scope("pooler")("dense"), from: width, to: width) : nil
    stages =
      [EncoderStage("embeddings", keys: ["embeddings"])]
      + (0..<configuration.depth).map {
        EncoderStage("layer\($0 + 1)", keys: ["encoder.layer.\($0)"])
      } + (pooler == nil ? [] : [EncoderStage("pooler", keys: ["pooler"])])
    let all = scope.parameters
    parameters = stages.map { stage in
      all.filter { stage.owns($0.ownKey) }.map(\.parameter)
    }
  }

  func features(_ texts: [[Int32]], _ pass: inout Forward) -> Tensor {
    let (rows, lengths, windows) = run(texts, &pass)
    return pooled(rows, lengths, windows, &pass)
  }

  func featuresAndWords(_ texts: [[Int32]], _ pass: inout Forward)
    -> (features: Tensor, words: WordStates?)
  {
    let (x, lengths, windows) = run(texts, &pass)
    let (longest, width) = (x.shape[1], configuration.width)
    let rows =
      windows?.rows
      ?? lengths.enumerated().map { item, length in
        (0..<length).map { Int32(item * longest + $0) }
      }
    let flat = pass.reshape(x, to: [lengths.count * longest, width])
    return (
      pooled(x, lengths, windows, &pass),
      WordStates(
        rows: pass.gatherRows(flat, rows.flatMap { $0 }),
        layout: PackedLayout(lengths: rows.map(\.count), gap: 0))
    )
  }

  /// The last block's rows, `[texts, longest, width]`, and how many of each text count; of windows in their place where a
  /// text is longer than is read at once.
  private func run(_ texts: [[Int32]], _ pass: inout Forward) -> (
    Tensor, lengths: [Int], windows: TextWindows?
  ) {
    let readsAll = configuration.longTexts == .windows
    let limit = readsAll ? Int.max : configuration.positions
    // An empty text is read as one of padding.
    let texts = texts.map { $0.isEmpty ? [padding] : Array($0.prefix(limit)) }
    let windows =
      readsAll
      ? TextWindows(
        lengths: texts.map(\.count), stride: texts.map(\.count).max() ?? 1,
        capacity: configuration.maximumPieces, around: around) : nil
    let lengths = windows?.lengths ?? texts.map(\.count)
    let frozen = pass.mode == .training ? frozenStages : 0
    var x: Tensor
    if frozen > 0 {
      var still = pass.inEvaluation(records: false)
      x = embedded(texts, windows, &still)
      for block in blocks.prefix(frozen - 1) { x = block(x, lengths, &still) }
    } else {
      x = embedded(texts, windows, &pass)
    }
    for block in blocks.dropFirst(max(0, frozen - 1)) { x = block(x, lengths, &pass) }
    return (x, lengths, windows)
  }

  /// How many stages, from the first on, have no parameter that learns.
  private var frozenStages: Int {
    parameters.firstIndex { $0.contains { $0.isTrainable } } ?? parameters.count
  }

  /// Pieces, places and kinds added and normalised, `[texts, longest, width]`.
  private func embedded(_ texts: [[Int32]], _ windows: TextWindows?, _ pass: inout Forward)
    -> Tensor
  {
    let (whole, width) = (texts.map(\.count).max() ?? 1, configuration.width)
    let ids = texts.flatMap { text in
      text + [Int32](repeating: padding, count: whole - text.count)
    }
    let (count, longest) = windows.map { ($0.lengths.count, $0.longest) } ?? (texts.count, whole)
    // Looked up text by text, so that an explanation finds each piece once.
    var pieces = pass.embedding(words, ids)
    if let windows { pieces = pass.gatherRows(pieces, windows.places) }
    func rows(_ table: Parameter, _ indices: [Int32], _ pass: inout Forward) -> Tensor {
      pass.reshape(
        pass.gatherRows(pass.value(of: table), indices), to: [longest * width])
    }
    var places = rows(
      positions, (0..<longest).map { Int32($0 + configuration.firstPosition) }, &pass)
    if let types {
      places = pass.add(places, rows(types, [Int32](repeating: 0, count: longest), &pass))
    }
    let x = pass.add(
      pass.reshape(pieces, to: [count, longest * width]), pass.broadcast(places, count: count))
    let normalized = normalization(pass.reshape(x, to: [count, longest, width]), &pass)
    return pass.dropout(normalized, rate: configuration.dropout)
  }

  private func pooled(
    _ x: Tensor, _ lengths: [Int], _ windows: TextWindows?, _ pass: inout Forward
  ) -> Tensor {
    let features = pooled(x, lengths, &pass)
    guard let windows else { return features }
    let (indices, counts) = windows.ofTexts
    let rows = pass.gatherRows(features, indices)
    return pass.meanOverRows(
      pass.reshape(rows, to: [counts.count, indices.count / counts.count, features.channels]),
      counts: counts)
  }

  private func pooled(_ x: Tensor, _ lengths: [Int], _ pass: inout Forward) -> Tensor {
    let (longest, width) = (x.shape[1], configuration.width)
    func first(_ pass: inout Forward) -> Tensor {
      pass.slice(pass.reshape(x, to: [x.shape[0], longest * width]), 0..<width)
    }
    switch configuration.pooling {
    case .mean: return pass.meanOverRows(x, counts: lengths)
    case .first: return first(&pass)
    case .pooler:
      let token = first(&pass)
      guard let pooler else { return token }
      let frozen = pass.mode == .training && frozenStages == stages.count
      var still = pass.inEvaluation(records: false)
      return frozen ? still.tanh(pooler(token, &still)) : pass.tanh(pooler(token, &pass))
    }
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
