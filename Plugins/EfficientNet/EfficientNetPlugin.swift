import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_EfficientNet")
public func encoderzooPluginEfficientNet() -> UnsafeMutableRawPointer {
  let all = EfficientNetConfiguration.all
  return Plugin(
    name: "EfficientNet",
    imageEncoders: all.map { EfficientNetEntry($0.name, $0.configuration) }
      + all.map { EfficientNetEntry("tf_\($0.name)", $0.configuration.asTensorFlow) }
  ).exported()
}

/// An EfficientNet by timm's name; options make siblings of it.
private struct EfficientNetEntry: ImageEncoderEntry {
  private let configuration: EfficientNetConfiguration
  let description: EncoderDescription

  init(_ name: String, _ configuration: EfficientNetConfiguration) {
    self.configuration = configuration
    let count = configuration.blocks.count
    description = EncoderDescription(
      name: name, modality: .image,
      summary: "\(count) mobile blocks, "
        + (configuration.isLite ? "ReLU6, no gates" : "gates and SiLU")
        + (configuration.padsAsTensorFlow ? ", padded as TensorFlow does" : ""),
      paper:
        "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks (Tan and Le, 2019)",
      link: "https://arxiv.org/abs/1905.11946", licence: "Apache-2.0",
      options: [
        .init("width", default: "\(configuration.width)", "what channels are multiplied by"),
        .init(
          "depth", default: "\(configuration.depth)", "what numbers of blocks are multiplied by"),
        .init(
          "epsilon", default: configuration.padsAsTensorFlow ? "1e-3" : "1e-5",
          "what normalisations add to the variance"),
        .init(
          "samePadding", default: "\(configuration.padsAsTensorFlow)",
          "padding as TensorFlow's SAME"),
        .init("depthRate", default: "0", "stochastic depth at the last block, in training"),
      ],
      image: ImageDetails(
        featureWidth: configuration.featureWidth, classifier: "classifier",
        stages: EfficientNet.stages(of: configuration).map(\.name), size: configuration.size,
        library: .timm))
  }

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    try EfficientNet(configuration.with(options), channels: input.channels, scope: scope)
  }

  func published(_ name: String) -> PublishedName? {
    EfficientNetKeys(configuration).published(name)
  }
}
