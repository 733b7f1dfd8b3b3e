import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_MobileNetV2")
public func encoderzooPluginMobileNetV2() -> UnsafeMutableRawPointer {
  Plugin(name: "MobileNetV2", imageEncoders: [MobileNetV2Entry()]).exported()
}

private struct MobileNetV2Entry: ImageEncoderEntry {
  let description = EncoderDescription(
    name: "mobilenet_v2", modality: .image,
    summary: "inverted residuals with depthwise convolutions, 2.2 million parameters",
    paper: "MobileNetV2: Inverted Residuals and Linear Bottlenecks (Sandler et al., 2018)",
    link: "https://arxiv.org/abs/1801.04381", licence: "Apache-2.0",
    options: [.init("width", default: "1", "what the paper's channels are multiplied by")],
    image: ImageDetails(
      featureWidth: 1280, classifier: "classifier.1", stages: MobileNetV2.stages.map(\.name),
      library: .torchvision))

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    var options = options
    let width = try options.number("width", in: 0.1...4, default: 1)
    try options.finish()
    return try MobileNetV2(width: width, channels: input.channels, scope: scope)
  }
}
