import Foundation

/// How a range of values is spread from black to white.
///
/// DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3: https://dicom.nema.org/medical/dicom/current/output/chtml/part03/sect_C.11.2.html
struct WindowFunction: Sendable, Equatable {
  /// The shape of a window.
  enum Shape: String, Sendable {
    case linear = "LINEAR"
    case linearExact = "LINEAR_EXACT"
    case sigmoid = "SIGMOID"
  }

  var centre: Double
  var width: Double
  var shape = Shape.linear
  /// What black is written as, and white: the ends of the range of stored values, rescaled.
  var black = 0.0
  var white = 1.0

  /// Whether the width is one that the shape can have.
  var isUsable: Bool {
    centre.isFinite && width.isFinite && (shape == .linear ? width >= 1 : width > 0)
  }

  /// A value brought to `black`…`white`; in the order of pydicom's sums, for the same bits.
  func callAsFunction(_ value: Double) -> Double {
    let range = white - black
    if shape == .sigmoid { return range / (1 + exp(-4 * (value - centre) / width)) + black }
    let (middle, width) = shape == .linear ? (centre - 0.5, width - 1) : (centre, width)
    if value <= middle - width / 2 { return black }
    if value > middle + width / 2 { return white }
    return ((value - middle) / width + 0.5) * range + black
  }

  /// The same as a fraction of the way from black to white.
  func fraction(_ value: Double) -> Double {
    let range = white - black
    return range == 0 ? 0 : (self(value) - black) / range
  }
}
