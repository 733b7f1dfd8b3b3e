import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_ViT")
public func encoderzooPluginViT() -> UnsafeMutableRawPointer {
  Plugin(
    name: "ViT",
    imageEncoders: [
      ViTEntry("vit_tiny_patch16_224", .tiny), ViTEntry("vit_small_patch16_224", .small),
      ViTEntry("vit_base_patch16_224", .base),
      ViTEntry("vit_base_patch32_224", .init(patch: 32, width: 768, heads: 12)),
      ViTEntry("vit_large_patch16_224", .large),
    ]
      + [("small", ViTConfiguration.small), ("base", .base), ("large", .large)]
      .flatMap { name, configuration in
        [
          ViTEntry("vit_\(name)_patch14_dinov2", configuration.dinov2()),
          ViTEntry("vit_\(name)_patch14_reg4_dinov2", configuration.dinov2(registers: 4)),
        ]
      }
  ).exported()
}

/// A vision transformer by timm's name; options make siblings of it.
private struct ViTEntry: ImageEncoderEntry {
  private let configuration: ViTConfiguration
  let description: EncoderDescription

  init(_ name: String, _ configuration: ViTConfiguration) {
    self.configuration = configuration
    let extras = [
      configuration.registers > 0 ? "\(configuration.registers) registers" : nil,
      configuration.isGated ? "gated hidden layers" : nil,
    ].compactMap { $0 }
    description = EncoderDescription(
      name: name, modality: .image,
      summary:
        "vision transformer, patches of \(configuration.patch), width \(configuration.width), "
        + "\(configuration.depth) blocks of \(configuration.heads) heads"
        + extras.map { ", \($0)" }.joined(),
      paper: configuration.hasLayerScale
        ? configuration.registers > 0
          ? "Vision Transformers Need Registers (Darcet et al., 2024)"
          : "DINOv2: Learning Robust Visual Features without Supervision (Oquab et al., 2023)"
        : "An Image is Worth 16x16 Words (Dosovitskiy et al., 2021)",
      link: configuration.hasLayerScale
        ? configuration.registers > 0
          ? "https://arxiv.org/abs/2309.16588" : "https://arxiv.org/abs/2304.07193"
        : "https://arxiv.org/abs/2010.11929",
      licence: "Apache-2.0",
      options: [
        .init("patch", default: "\(configuration.patch)", "side of a patch in pixels"),
        .init("width", default: "\(configuration.width)", "width of a token"),
        .init("depth", default: "\(configuration.depth)", "blocks"),
        .init("heads", default: "\(configuration.heads)", "heads of attention"),
        .init("hiddenRatio", default: "4", "width of a block's hidden layer, in widths of a token"),
        .init(
          "gated", default: "false", "whether the hidden layer is gated, as DINOv2's giant has it"),
        .init("depthRate", default: "0", "stochastic depth at the last block, in training"),
        .init("pooling", default: "token", "features: the class token, or the mean of the patches"),
      ],
      image: ImageDetails(
        featureWidth: configuration.width, classifier: "head",
        stages: VisionTransformer.stages(of: configuration).map(\.name), size: configuration.size,
        library: .timm))
  }

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    try VisionTransformer(configuration.with(options), input: input, scope: scope)
  }

  func published(_ name: String) -> PublishedName? { ViTKeys.published(name) }

  func adaptation(of key: String, from shape: [Int], to wanted: [Int]) -> (([Float]) -> [Float])? {
    let prefix = configuration.hasClassPosition ? 1 : 0
    guard key == "pos_embed", shape.count == 3, wanted.count == 3, shape[0] == 1,
      shape[2] == wanted[2], let old = PositionGrid(rows: shape[1], prefix: prefix),
      let new = PositionGrid(rows: wanted[1], prefix: prefix)
    else { return nil }
    return { old.resized($0, width: shape[2], to: new) }
  }
}
