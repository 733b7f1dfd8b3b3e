import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_VGG")
public func encoderzooPluginVGG() -> UnsafeMutableRawPointer {
  let depths: [(name: String, blocks: [Int])] = [
    ("vgg11", [1, 1, 2, 2, 2]), ("vgg13", [2, 2, 2, 2, 2]), ("vgg16", [2, 2, 3, 3, 3]),
    ("vgg19", [2, 2, 4, 4, 4]),
  ]
  return Plugin(
    name: "VGG",
    imageEncoders: depths.flatMap { depth in
      [
        VGGEntry(depth.name, .vgg(depth.blocks, normalized: false)),
        VGGEntry("\(depth.name)_bn", .vgg(depth.blocks, normalized: true)),
      ]
    }
  ).exported()
}

/// A VGG by name; options make any sibling of it.
private struct VGGEntry: ImageEncoderEntry {
  private let configuration: VGGConfiguration
  let description: EncoderDescription

  init(_ name: String, _ configuration: VGGConfiguration) {
    self.configuration = configuration
    let blocks = configuration.blocks.map(String.init).joined(separator: ", ")
    let normalized = configuration.hasNormalization ? ", with batch normalisation" : ""
    description = EncoderDescription(
      name: name, modality: .image, summary: "3×3 convolutions in blocks of \(blocks)\(normalized)",
      paper: "Very Deep Convolutional Networks for Large-Scale Image Recognition"
        + " (Simonyan and Zisserman, 2015)",
      link: "https://arxiv.org/abs/1409.1556", licence: "Apache-2.0",
      options: [
        .init("blocks", default: "[\(blocks)]", "convolutions of each block"),
        .init("width", default: "64", "channels of the first block"),
        .init("hidden", default: "4096", "width of the hidden layers; 0 takes the maps' mean"),
        .init("dropout", default: "0.5", "dropout behind each hidden layer, in training"),
      ],
      image: ImageDetails(
        featureWidth: configuration.featureWidth, classifier: "classifier.6",
        stages: VGG.stages(of: configuration).map(\.name),
        library: .torchvision))
  }

  func make(options: JSONObject, input: ImageInput, scope: Scope) throws -> any ImageEncoder {
    let chosen = try configuration.with(options)
    guard input.size >= chosen.minimumSize else {
      throw ZooError(
        .badValue,
        "\(description.name) needs images of at least \(chosen.minimumSize) pixels; found \(input.size)",
        at: options.place, advice: "raise \"size\", or name fewer \"blocks\"")
    }
    return try VGG(chosen, channels: input.channels, scope: scope)
  }
}
