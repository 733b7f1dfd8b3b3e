import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_ViTS16")
public func encoderzooPluginViTS16() -> UnsafeMutableRawPointer {
  Plugin(name: "ViTS16", imageEncoders: [ViTEntry()]).exported()
}

private struct ViTEntry: ImageEncoderEntry {
  let description = EncoderDescription(
    name: "vit_s16", modality: .image,
    summary: "vision transformer, patches of 16, width 384, 12 blocks of 6 heads",
    paper: "An Image is Worth 16x16 Words (Dosovitskiy et al., 2021)",
    link: "https://arxiv.org/abs/2010.11929", licence: "Apache-2.0",
    options: [
      .init("patch", default: "16", "side of a patch in pixels"),
      .init("width", default: "384", "width of a token"),
      .init("depth", default: "12", "blocks"), .init("heads", default: "6", "heads of attention"),
      .init("depthRate", default: "0", "stochastic depth at the last block, in training"),
    ],
    image: ImageDetails(
      featureWidth: 384, classifier: "head",
      stages: VisionTransformer.stages(depth: 12).map(\.name)))

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    var (options, configuration) = (options, VisionTransformer.Configuration())
    configuration.patch = try options.integer("patch", in: 1...256, default: 16)
    configuration.width = try options.integer("width", in: 1...4096, default: 384)
    configuration.depth = try options.integer("depth", in: 1...48, default: 12)
    configuration.heads = try options.integer("heads", in: 1...64, default: 6)
    configuration.depthRate = try options.number("depthRate", in: 0...0.9, default: 0)
    try options.finish()
    guard configuration.width % configuration.heads == 0 else {
      throw ZooError(
        .badValue, "\(configuration.heads) heads can't share a width of \(configuration.width)",
        at: options.place)
    }
    return try VisionTransformer(configuration, input: input, scope: scope)
  }
}
