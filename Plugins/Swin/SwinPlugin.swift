import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_Swin")
public func encoderzooPluginSwin() -> UnsafeMutableRawPointer {
  Plugin(
    name: "Swin",
    imageEncoders: SwinConfiguration.all.map {
      SwinEntry("swin_\($0.name)_patch4_window7_224", $0.configuration)
    }
  ).exported()
}

/// A Swin transformer by timm's name; options make any sibling of it.
private struct SwinEntry: ImageEncoderEntry, ShapedNames {
  private let configuration: SwinConfiguration
  let description: EncoderDescription

  init(_ name: String, _ configuration: SwinConfiguration) {
    self.configuration = configuration
    let blocks = configuration.blocks.map(String.init).joined(separator: ", ")
    let heads = configuration.heads.map(String.init).joined(separator: ", ")
    description = EncoderDescription(
      name: name, modality: .image,
      summary: "transformer of shifted windows of \(configuration.window)×\(configuration.window) "
        + "tokens, layers of \(blocks) blocks, width \(configuration.featureWidth)",
      paper: "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows"
        + " (Liu et al., 2021)",
      link: "https://arxiv.org/abs/2103.14030", licence: "Apache-2.0",
      options: [
        .init("blocks", default: "[\(blocks)]", "blocks of each layer"),
        .init("heads", default: "[\(heads)]", "heads of attention of each layer"),
        .init("width", default: "\(configuration.width)", "width of a token in the first layer"),
        .init("patch", default: "\(configuration.patch)", "side of a patch in pixels"),
        .init("window", default: "\(configuration.window)", "side of a window in tokens"),
        .init("hiddenRatio", default: "4", "width of a block's hidden layer, in widths of a token"),
        .init("depthRate", default: "0", "stochastic depth at the last block, in training"),
      ],
      image: ImageDetails(
        featureWidth: configuration.featureWidth, classifier: "head.fc",
        stages: SwinTransformer.stages(of: configuration).map(\.name), library: .timm,
        librarySide: configuration.patch * configuration.window
          << (configuration.blocks.count - 1)))
  }

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    try SwinTransformer(configuration.with(options), input: input, scope: scope)
  }

  func published(_ name: String, shape: [Int]) -> PublishedName? {
    SwinKeys(configuration).published(name, shape: shape)
  }
}
