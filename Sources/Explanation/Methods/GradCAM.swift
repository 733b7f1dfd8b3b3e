import Tensors
import Training

/// Grad-CAM: where the last maps of the encoder speak for the positive class.
///
/// Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391. The maps of the last stage that has any, weighted by the mean gradient of each channel, negative
/// sums cut to 0, brought to the image's size bilinearly. Where the model averages an image and its
/// mirror image, the two maps are added.
package struct GradCAM: ImageAttribution {
  package init() {}

  package var name: String { "grad-cam" }
  package var title: String { "Grad-CAM" }

  package func attribute(_ score: ModelScore, branch: ImageBranch) throws -> ImageExplanation {
    var total = [Float](repeating: 0, count: branch.preprocessing.size * branch.preprocessing.size)
    for view in try score.lastMaps() {
      let (height, width) = (view.activations.shape[1], view.activations.shape[2])
      let large = GradCAM.resized(
        GradCAM.weighted(view), height: height, width: width, to: branch.preprocessing.size)
      for row in 0..<branch.preprocessing.size {
        for column in 0..<branch.preprocessing.size {
          let place =
            row * branch.preprocessing.size
            + (view.isMirrored ? branch.preprocessing.size - 1 - column : column)
          total[row * branch.preprocessing.size + column] += large[place]
        }
      }
    }
    return ImageExplanation(
      method: name, title: title,
      map: AttributionMap(
        height: branch.preprocessing.size, width: branch.preprocessing.size, values: total))
  }

  /// max(0, Σ over channels of the mean gradient times the activation), `[height, width]`.
  static func weighted(_ map: StageMap) -> [Float] {
    let channels = map.activations.channels
    let places = map.activations.rows
    let (gradient, activations) = (map.gradient.values, map.activations.values)
    var weights = [Double](repeating: 0, count: channels)
    for place in 0..<places {
      for c in 0..<channels { weights[c] += Double(gradient[place * channels + c]) }
    }
    return (0..<places).map { place in
      let sum = (0..<channels).reduce(0.0) {
        $0 + weights[$1] / Double(places) * Double(activations[place * channels + $1])
      }
      return Float(max(0, sum))
    }
  }

  /// Bilinear resampling between pixel centres.
  static func resized(_ map: [Float], height: Int, width: Int, to size: Int) -> [Float] {
    func taps(_ index: Int, _ count: Int) -> (low: Int, high: Int, share: Float) {
      let place = (Double(index) + 0.5) * Double(count) / Double(size) - 0.5
      let inside = min(Double(count - 1), max(0, place))
      let low = min(count - 1, Int(inside))
      return (low, min(count - 1, low + 1), Float(inside - Double(low)))
    }
    let columns = (0..<size).map { taps($0, width) }
    return (0..<size).flatMap { row -> [Float] in
      let y = taps(row, height)
      return columns.map { x in
        let top = map[y.low * width + x.low] * (1 - x.share) + map[y.low * width + x.high] * x.share
        let bottom =
          map[y.high * width + x.low] * (1 - x.share) + map[y.high * width + x.high] * x.share
        return top * (1 - y.share) + bottom * y.share
      }
    }
  }
}
