import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_DenseNet")
public func encoderzooPluginDenseNet() -> UnsafeMutableRawPointer {
  Plugin(
    name: "DenseNet",
    imageEncoders: [
      DenseNetEntry("densenet121", .densenet121), DenseNetEntry("densenet161", .densenet161),
      DenseNetEntry("densenet169", .densenet169), DenseNetEntry("densenet201", .densenet201),
    ]
  ).exported()
}

/// A DenseNet by name; options make any sibling of it.
private struct DenseNetEntry: ImageEncoderEntry {
  private let configuration: DenseNetConfiguration
  let description: EncoderDescription

  init(_ name: String, _ configuration: DenseNetConfiguration) {
    self.configuration = configuration
    let blocks = configuration.blocks.map(String.init).joined(separator: ", ")
    description = EncoderDescription(
      name: name, modality: .image,
      summary: "densely connected network, blocks \(blocks), growth \(configuration.growthRate)",
      paper: "Densely Connected Convolutional Networks (Huang et al., 2017)",
      link: "https://arxiv.org/abs/1608.06993", licence: "Apache-2.0",
      options: [
        .init("growthRate", default: "\(configuration.growthRate)", "channels each layer adds"),
        .init("blocks", default: "[\(blocks)]", "layers of each block"),
        .init(
          "initialFeatures", default: "\(configuration.initialFeatures)", "channels of the stem"),
        .init("bottleneck", default: "4", "width of the 1×1 convolution, in growth rates"),
        .init("stemKernel", default: "7", "kernel of the first convolution, odd"),
        .init("stemStride", default: "2", "stride of the first convolution"),
        .init("stemPool", default: "true", "3×3 maximum pooling of stride 2 after the stem"),
        .init("dropout", default: "0", "dropout after each layer, in training"),
      ],
      image: ImageDetails(
        featureWidth: configuration.featureWidth, classifier: "classifier",
        stages: DenseNet.stages(of: configuration).map(\.name),
        library: .torchvision))
  }

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    let chosen = try configuration.with(options)
    guard input.size >= chosen.minimumSize else {
      throw ZooError(
        .badValue,
        "\(description.name) needs images of at least \(chosen.minimumSize) pixels; found \(input.size)",
        at: options.place, advice: "raise \"size\", or set stemStride and stemPool for small images"
      )
    }
    return try DenseNet(chosen, channels: input.channels, scope: scope)
  }
}
