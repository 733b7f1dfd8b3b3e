import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_Transformer")
public func encoderzooPluginTransformer() -> UnsafeMutableRawPointer {
  Plugin(name: "Transformer", textEncoders: TransformerEntry.all).exported()
}

/// Transformers over pieces of words, of the BERT family.
struct TransformerEntry: TextEncoderEntry {
  /// What tells one from another.
  struct Size: Sendable {
    let name: String
    let summary: String
    /// The sizes; nil takes those of the weights' `config.json`.
    let configuration: BertConfiguration?
    let family: BertConfiguration.Family
    var paper = TransformerEntry.bert
  }

  static let bert = (
    "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding (Devlin et al., 2019)",
    "https://arxiv.org/abs/1810.04805"
  )
  private static let roberta = (
    "RoBERTa: A Robustly Optimized BERT Pretraining Approach (Liu et al., 2019)",
    "https://arxiv.org/abs/1907.11692"
  )
  private static let minilm = (
    "MiniLM: Deep Self-Attention Distillation (Wang et al., 2020)",
    "https://arxiv.org/abs/2002.10957"
  )
  private static let xlmRoberta = (
    "Unsupervised Cross-lingual Representation Learning at Scale (Conneau et al., 2020)",
    "https://arxiv.org/abs/1911.02116"
  )

  /// All of them.
  static let all: [TransformerEntry] = [
    Size(
      name: "bert", summary: "a BERT of any size: its weights' config.json tells it",
      configuration: nil, family: .bert),
    Size(
      name: "bert-base", summary: "BERT of 12 layers, 768 wide", configuration: .base,
      family: .bert),
    Size(
      name: "bert-large", summary: "BERT of 24 layers, 1024 wide", configuration: .large,
      family: .bert),
    Size(
      name: "minilm-l6", summary: "MiniLM of 6 layers, 384 wide", configuration: .miniLM6,
      family: .bert, paper: minilm),
    Size(
      name: "minilm-l12", summary: "MiniLM of 12 layers, 384 wide", configuration: .miniLM12,
      family: .bert, paper: minilm),
    Size(
      name: "roberta", summary: "a RoBERTa of any size: its weights' config.json tells it",
      configuration: nil, family: .roberta, paper: roberta),
    Size(
      name: "roberta-base", summary: "RoBERTa of 12 layers, 768 wide", configuration: .robertaBase,
      family: .roberta, paper: roberta),
    Size(
      name: "xlm-roberta-base", summary: "XLM-R of 12 layers, 768 wide, 100 languages",
      configuration: .xlmRobertaBase, family: .roberta, paper: xlmRoberta),
  ].map(TransformerEntry.init)

  let size: Size

  var description: EncoderDescription {
    EncoderDescription(
      name: size.name, modality: .text, summary: size.summary, paper: size.paper.0,
      link: size.paper.1, licence: "Apache-2.0",
      options: [
        .init(
          "pooling", default: "\"mean\"",
          "\"mean\" over the pieces, \"first\" for the first piece ([CLS]), \"pooler\" for the published pooler"
        ),
        .init("maximumPieces", default: "512", "pieces that are read at once"),
        .init(
          "longTexts", default: "\"cut\"",
          "of longer texts \"cut\" reads the beginning, \"windows\" all, as the mean over windows"),
        .init("dropout", default: "0.1", "dropout in training"),
        .init("width", default: "of the name", "width of a piece"),
        .init("depth", default: "of the name", "layers"),
        .init("heads", default: "of the name", "heads of an attention"),
        .init("hidden", default: "of the name", "width of a hidden layer"),
      ])
  }

  let fileNames = ["config.json"] + TokenizerFiles.names
  let isFrozenByDefault = true

  func preparation(files: EncoderFiles, options: JSONObject) throws -> TextPreparation {
    let configuration = try BertConfiguration(size, files: files, options: options)
    let tokenizer = try TokenizerFiles.tokenizer(files, special: configuration.family.special)
    if let pieces = configuration.pieces, pieces < tokenizer.vocabulary.count {
      throw ZooError(
        .conflict,
        "the tokenizer has \(tokenizer.vocabulary.count) pieces, and config.json says \(pieces)",
        at: files.place("config.json"),
        advice: "put the tokenizer and the weights of one model into the folder")
    }
    return TextPreparation(
      tokenizer: tokenizer,
      maximumPieces: configuration.longTexts == .cut ? configuration.maximumPieces : nil,
      files: files)
  }

  func make(options: JSONObject, preparation: TextPreparation, scope: Scope) throws
    -> any TextEncoder
  {
    guard let tokenizer = preparation.tokenizer, let files = preparation.files else {
      throw ZooError(
        .badValue, "\(size.name) needs a tokenizer, and there is none", at: options.place)
    }
    let configuration = try BertConfiguration(size, files: files, options: options)
    return try BertEncoder(
      configuration, pieces: configuration.pieces ?? tokenizer.vocabulary.count,
      padding: tokenizer.padding,
      around: (tokenizer.beginning.count, tokenizer.end.count), scope: scope)
  }

  func published(_ name: String) -> PublishedName? { BertKeys.published(name) }
}
