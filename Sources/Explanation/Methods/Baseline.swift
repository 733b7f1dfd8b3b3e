import Basics
import Foundation
import Training

/// The image that stands for "nothing to see".
package enum Baseline: String, Sendable, CaseIterable {
  /// All pixels black.
  case black
  /// All pixels at the mean of the training subset.
  case mean
  /// The image itself, so blurred that no finding is left: a Gaussian of 10 pixels at 224, scaled.
  case blurred

  /// The baseline of a normalised image `[size, size, channels]`, normalised as well.
  ///
  /// - Throws: `ZooError` of code `.unsupported` for `mean` where the model keeps none.
  package func pixels(for image: [Float], branch: ImageBranch) throws -> [Float] {
    switch self {
    case .black: return branch.pixels.normalized([Float](repeating: 0, count: image.count))
    case .mean:
      guard let normalization = branch.pixels.normalization else {
        throw ZooError(
          .unsupported, "the model keeps no mean of its training images",
          advice: "choose the baseline black or blurred")
      }
      let count = normalization.mean.count
      return branch.pixels.normalized(image.indices.map { normalization.mean[$0 % count] })
    case .blurred:
      return Baseline.blurred(
        image, size: branch.preprocessing.size, channels: branch.preprocessing.channels,
        sigma: 10 * Double(branch.preprocessing.size) / 224)
    }
  }

  /// A Gaussian blur along both axes, cut at three deviations; the border's pixels go on outside.
  static func blurred(_ image: [Float], size: Int, channels: Int, sigma: Double) -> [Float] {
    let reach = max(1, Int((3 * sigma).rounded(.up)))
    var kernel = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = kernel.reduce(0, +)
    kernel = kernel.map { $0 / sum }
    func pass(_ source: [Float], _ step: Int, _ position: (Int) -> Int) -> [Float] {
      source.indices.map { index in
        let place = position(index)
        var value = 0.0
        for (offset, weight) in kernel.enumerated() {
          let other = min(size - 1, max(0, place + offset - reach))
          value += weight * Double(source[index + (other - place) * step])
        }
        return Float(value)
      }
    }
    let wide = pass(image, channels) { $0 / channels % size }
    return pass(wide, channels * size) { $0 / (channels * size) }
  }
}
