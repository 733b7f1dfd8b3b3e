import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_ConvNeXt")
public func encoderzooPluginConvNeXt() -> UnsafeMutableRawPointer {
  let all = ConvNeXtConfiguration.all
  return Plugin(
    name: "ConvNeXt",
    imageEncoders: all.map { ConvNeXtEntry("convnext_\($0.name)", $0.configuration) }
      + all.map { ConvNeXtEntry("convnextv2_\($0.name)", $0.configuration.version2) }
  ).exported()
}

/// A ConvNeXt by timm's name; options make any sibling of it.
private struct ConvNeXtEntry: ImageEncoderEntry {
  private let configuration: ConvNeXtConfiguration
  let description: EncoderDescription

  init(_ name: String, _ configuration: ConvNeXtConfiguration) {
    self.configuration = configuration
    let blocks = configuration.blocks.map(String.init).joined(separator: ", ")
    let widths = configuration.widths.map(String.init).joined(separator: ", ")
    let isVersion2 = configuration.isVersion2
    description = EncoderDescription(
      name: name, modality: .image,
      summary: "depthwise 7×7 convolutions, layers of \(blocks) blocks, width "
        + "\(configuration.featureWidth)" + (isVersion2 ? ", global response normalisation" : ""),
      paper: isVersion2
        ? "ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders (Woo et al., 2023)"
        : "A ConvNet for the 2020s (Liu et al., 2022)",
      link: isVersion2 ? "https://arxiv.org/abs/2301.00808" : "https://arxiv.org/abs/2201.03545",
      licence: "Apache-2.0",
      options: [
        .init("blocks", default: "[\(blocks)]", "blocks of each layer"),
        .init("widths", default: "[\(widths)]", "channels of each layer"),
        .init("depthRate", default: "0", "stochastic depth at the last block, in training"),
      ],
      image: ImageDetails(
        featureWidth: configuration.featureWidth, classifier: "head.fc",
        stages: ConvNeXt.stages(of: configuration).map(\.name),
        library: .timm))
  }

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    try ConvNeXt(configuration.with(options), input: input, scope: scope)
  }

  func published(_ name: String) -> PublishedName? { ConvNeXtKeys.published(name) }

  func adaptation(of key: String, from shape: [Int], to wanted: [Int]) -> (([Float]) -> [Float])? {
    // The same numbers in the same order under other axes: a layer scale or response scale with axes of one, a hidden
    // layer kept as a 1×1 convolution.
    shape.filter { $0 != 1 } == wanted.filter { $0 != 1 } ? { $0 } : nil
  }
}
