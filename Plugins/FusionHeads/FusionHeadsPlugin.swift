import EncoderKit

/// The C entry point through which the program finds this plugin.
@_cdecl("encoderzoo_plugin_FusionHeads")
public func encoderzooPluginFusionHeads() -> UnsafeMutableRawPointer {
  Plugin(
    name: "FusionHeads",
    fusionHeads: [
      ConcatenationEntry(), AdditionEntry(), GatedUnitEntry(), LowRankBilinearEntry(),
      FeatureModulationEntry(), CrossAttentionEntry(), WeightedLogitsEntry(),
    ]
  ).exported()
}
