import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_MobileNet")
public func encoderzooPluginMobileNet() -> UnsafeMutableRawPointer {
  Plugin(
    name: "MobileNet",
    imageEncoders: [
      MobileNetEntry("mobilenetv2_100", .version2),
      MobileNetEntry("mobilenetv3_small_100", .small),
      MobileNetEntry("mobilenetv3_large_100", .large),
    ]
  ).exported()
}

/// A MobileNet by timm's name; options make siblings of it.
private struct MobileNetEntry: ImageEncoderEntry, ShapedNames {
  private let configuration: MobileNetConfiguration
  let description: EncoderDescription

  init(_ name: String, _ configuration: MobileNetConfiguration) {
    self.configuration = configuration
    let blocks = configuration.layers.reduce(0) { $0 + $1.count }
    let isVersion3 = configuration.isVersion3
    description = EncoderDescription(
      name: name, modality: .image,
      summary: "\(blocks) inverted residuals with depthwise convolutions"
        + (isVersion3 ? ", gates and hard swish" : ""),
      paper: isVersion3
        ? "Searching for MobileNetV3 (Howard et al., 2019)"
        : "MobileNetV2: Inverted Residuals and Linear Bottlenecks (Sandler et al., 2018)",
      link: isVersion3 ? "https://arxiv.org/abs/1905.02244" : "https://arxiv.org/abs/1801.04381",
      licence: "Apache-2.0",
      options: [
        .init("width", default: "1", "what the paper's channels are multiplied by"),
        .init(
          "epsilon", default: "1e-5",
          "what normalisations add to the variance; torchvision's version 3 has 0.001"),
        .init("samePadding", default: "false", "padding as TensorFlow's SAME"),
        .init("depthRate", default: "0", "stochastic depth at the last block, in training"),
      ],
      image: ImageDetails(
        featureWidth: configuration.featureWidth, classifier: "classifier",
        stages: MobileNet.stages(of: configuration).map(\.name),
        library: .timm))
  }

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    try MobileNet(configuration.with(options), channels: input.channels, scope: scope)
  }

  func published(_ name: String, shape: [Int]) -> PublishedName? {
    MobileNetKeys(configuration).published(name, shape: shape)
  }

  func adaptation(of key: String, from shape: [Int], to wanted: [Int]) -> (([Float]) -> [Float])? {
    // A linear layer of torchvision's head, or a 1×1 convolution of another file: the same numbers in the same order.
    let isSame = shape.reduce(1, *) == wanted.reduce(1, *)
    return isSame && shape.filter { $0 != 1 } == wanted.filter { $0 != 1 } ? { $0 } : nil
  }
}
