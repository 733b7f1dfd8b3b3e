import Basics
import Training

/// The mean gradient over noisy copies of the image, its magnitude summed over channels.
///
/// SmoothGrad: Smilkov et al. 2017, https://arxiv.org/abs/1706.03825. It tells
/// where the model is sensitive, not in which direction; it is never negative.
package struct SmoothGrad: ImageAttribution {
  /// Noisy copies.
  package var samples = 25
  /// The deviation of the noise as a share of the image's range.
  package var noise = 0.15
  /// Copies that run at once.
  package var batch = 5
  package var stream = RandomStream(seed: 1).derived("smoothgrad")

  package init() {}

  package var name: String { "smoothgrad" }
  package var title: String { "SmoothGrad" }

  package func attribute(_ score: ModelScore, branch: ImageBranch) throws -> ImageExplanation {
    let image = score.input
    let range = (image.max() ?? 0) - (image.min() ?? 0)
    var sums = [Double](repeating: 0, count: image.count)
    for start in stride(from: 0, to: samples, by: max(1, batch)) {
      try Interruption.check()
      let part = start..<min(samples, start + max(1, batch))
      let copies = part.flatMap { index -> [Float] in
        var random = stream.derived(index)
        return image.map { $0 + Float(noise * Double(range) * random.normal()) }
      }
      let (scores, sum) = score.gradientSum(copies, weights: part.map { _ in 1 })
      guard scores.allSatisfy(\.isFinite) else {
        throw ZooError(.notFinite, "the model's output for the image with noise is not finite")
      }
      for (index, value) in sum.enumerated() { sums[index] += value }
    }
    return ImageExplanation(
      method: name, title: title,
      map: AttributionMap(summing: sums.map { abs($0) / Double(samples) }, branch: branch))
  }
}
