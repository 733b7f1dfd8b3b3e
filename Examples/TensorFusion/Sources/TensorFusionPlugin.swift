import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_TensorFusion")
public func encoderzooPluginTensorFusion() -> UnsafeMutableRawPointer {
  Plugin(name: "TensorFusion", fusionHeads: [TensorFusionEntry()]).exported()
}

private struct TensorFusionEntry: FusionHeadEntry {
  let description = FusionHeadDescription(
    name: "tensor", summary: "the outer product of a few features of both sides",
    formula: "f = [1, relu(W x)] (x) [1, relu(V y)]",
    paper: "Tensor Fusion Network for Multimodal Sentiment Analysis (Zadeh et al., 2017)",
    link: "https://arxiv.org/abs/1707.07250",
    options: [.init("width", default: "16", "features of each side")])

  func make(options: JSONObject, shape: FusionShape, scope: Scope) throws -> any FusionHead {
    var options = options
    let width = try options.integer("width", in: 1...256, default: 16)
    try options.finish()
    return try TensorFusion(width: width, shape, scope)
  }
}
