extension InvertedResidual.Shape {
  /// A convolution of a block, with the normalisation behind it.
  public enum Part: Sendable, CaseIterable {
    /// The 1×1 that makes channels more.
    case widen
    /// The kernel of each channel.
    case look
    /// The 1×1 that makes channels fewer.
    case narrow
  }

  /// The convolutions that the block has, in order.
  public var parts: [Part] { hidden == nil ? [.look, .narrow] : Part.allCases }

  /// The key of a convolution, such as `conv_dw`.
  public func convolution(_ part: Part) -> String {
    switch part {
    case .widen: "conv_pw"
    case .look: "conv_dw"
    case .narrow: hidden == nil ? "conv_pw" : "conv_pwl"
    }
  }

  /// The key of the normalisation behind it, such as `bn2`.
  public func normalization(_ part: Part) -> String {
    "bn\((parts.firstIndex(of: part) ?? 0) + 1)"
  }

  /// The key of a layer in torchvision's row of a block's layers, `0.0.weight`, `1.1.bias`, `2.fc1.weight` (the gate), …;
  /// nil where there is none.
  public func torchvision(_ name: [Substring]) -> String? {
    guard name.count >= 3, let place = Int(name[0]) else { return nil }
    let gate = squeezed == nil ? nil : (parts.firstIndex(of: .look) ?? 0) + 1
    let rest = name[2...].joined(separator: ".")
    if place == gate {
      return ["fc1": "se.conv_reduce.", "fc2": "se.conv_expand."][name[1]].map { $0 + rest }
    }
    let index = gate.map { place > $0 ? place - 1 : place } ?? place
    guard parts.indices.contains(index) else { return nil }
    switch name[1] {
    case "0": return convolution(parts[index]) + "." + rest
    case "1": return normalization(parts[index]) + "." + rest
    default: return nil
    }
  }
}
