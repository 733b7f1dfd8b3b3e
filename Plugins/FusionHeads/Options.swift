import EncoderKit

/// The width of the fused features, as most heads describe it.
let widthOption = EncoderDescription.Option("width", default: "256", "width of the fused features")

/// Takes the width of the fused features out of a head's options.
///
/// - Throws: `ZooError` when it is out of range.
func width(_ options: inout JSONObject, default fallback: Int = 256) throws -> Int {
  try options.integer("width", in: 1...16_384, default: fallback)
}
