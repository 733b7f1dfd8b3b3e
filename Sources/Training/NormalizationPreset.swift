/// Published ways to normalise colour images, by the names that `"normalization"` takes.
package enum NormalizationPreset: String, Sendable, CaseIterable {
  /// ImageNet's mean and deviation: torchvision's and most of timm's weights.
  case imagenet
  /// One half and one half, pixels −1…1: Inception, Google's vision transformers, RAD-DINO's kin.
  case half
  /// CLIP's mean and deviation.
  case clip
  /// Pixels 0…1 as they are.
  case none

  /// What is taken from the values (0…1) of red, green and blue.
  package var mean: [Float] {
    switch self {
    case .imagenet: [0.485, 0.456, 0.406]
    case .half: [0.5, 0.5, 0.5]
    case .clip: [0.481_454_66, 0.457_827_5, 0.408_210_73]
    case .none: [0, 0, 0]
    }
  }

  /// What they are divided by after that.
  package var deviation: [Float] {
    switch self {
    case .imagenet: [0.229, 0.224, 0.225]
    case .half: [0.5, 0.5, 0.5]
    case .clip: [0.268_629_54, 0.261_302_58, 0.275_777_11]
    case .none: [1, 1, 1]
    }
  }

  /// The presets as a message lists them.
  package static var names: String {
    allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
  }

  /// The same for images of so many channels: for grey ones the means over the three.
  package func normalization(channels: Int) -> PixelNormalization {
    func fitted(_ values: [Float]) -> [Float] {
      channels == values.count
        ? values : [Float](repeating: values.reduce(0, +) / Float(values.count), count: channels)
    }
    return PixelNormalization(mean: fitted(mean), deviation: fitted(deviation))
  }
}
