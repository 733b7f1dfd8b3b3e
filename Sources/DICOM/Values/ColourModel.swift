/// What the samples of a pixel stand for.
enum ColourModel: Sendable, Equatable {
  /// Grey; small values are dark.
  case grey
  /// Grey; small values are bright (MONOCHROME1).
  case inverted
  case rgb
  /// Brightness and two differences of colour.
  case ybr
  /// The same; two pixels share their differences of colour.
  case subsampled
  case palette

  /// A model by its name in the file; where it says none, by the number of samples.
  ///
  /// - Throws: `DICOMFault` for a model that is not read, or does not go with the samples.
  init(_ name: String?, samples: Int, isDecoded: Bool) throws(DICOMFault) {
    switch name ?? (samples == 1 ? "MONOCHROME2" : "RGB") {
    case "MONOCHROME1": self = .inverted
    case "MONOCHROME2": self = .grey
    // A JPEG 2000 stream that says so is turned into RGB by its decoder.
    case "RGB", "YBR_RCT", "YBR_ICT": self = .rgb
    case "YBR_FULL": self = .ybr
    case "YBR_FULL_422": self = isDecoded ? .ybr : .subsampled
    case "PALETTE COLOR": self = .palette
    case let other: throw .unsupported("its photometric interpretation is \(other)")
    }
    let isOne = [.grey, .inverted, .palette].contains(self)
    guard isOne == (samples == 1) else {
      throw .damaged("it has \(samples) samples a pixel and is \(name ?? "")")
    }
  }
}
