import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_ResNet")
public func encoderzooPluginResNet() -> UnsafeMutableRawPointer {
  Plugin(
    name: "ResNet",
    imageEncoders: [
      ResNetEntry("resnet18", .resnet18), ResNetEntry("resnet34", .resnet34),
      ResNetEntry("resnet50", .resnet50), ResNetEntry("resnet101", .resnet101),
      ResNetEntry("resnet152", .resnet152),
    ]
  ).exported()
}

/// A ResNet by name; options make any sibling of it.
private struct ResNetEntry: ImageEncoderEntry {
  private let configuration: ResNetConfiguration
  let description: EncoderDescription

  init(_ name: String, _ configuration: ResNetConfiguration) {
    self.configuration = configuration
    let blocks = configuration.blocks.map(String.init).joined(separator: ", ")
    let kind = configuration.isBottleneck ? "bottleneck blocks" : "blocks of two 3×3 convolutions"
    description = EncoderDescription(
      name: name, modality: .image, summary: "residual network, \(kind) \(blocks)",
      paper: "Deep Residual Learning for Image Recognition (He et al., 2016)",
      link: "https://arxiv.org/abs/1512.03385", licence: "Apache-2.0",
      options: [
        .init("blocks", default: "[\(blocks)]", "blocks of each layer"),
        .init("width", default: "64", "channels of the stem; doubles with each layer"),
        .init("stemKernel", default: "7", "kernel of the first convolution, odd"),
        .init("stemStride", default: "2", "stride of the first convolution"),
        .init("stemPool", default: "true", "3×3 maximum pooling of stride 2 after the stem"),
      ],
      image: ImageDetails(
        featureWidth: configuration.featureWidth, classifier: "fc",
        stages: ResNet.stages(of: configuration).map(\.name),
        library: .torchvision))
  }

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    try ResNet(configuration.with(options), channels: input.channels, scope: scope)
  }
}
